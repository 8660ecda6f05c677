import type { Entry, Goods } from './read.ts';
import { few, type Day, type Words } from './words.ts';

const DAYS: Record<Day, string> = {
  mon: 'mandager',
  tue: 'tirsdager',
  wed: 'onsdager',
  thu: 'torsdager',
  fri: 'fredager',
  sat: 'lørdager',
  sun: 'søndager',
};

const or = new Intl.ListFormat('nb-NO', { type: 'disjunction' });
const and = new Intl.ListFormat('nb-NO', { type: 'conjunction' });

function entry({ id, group }: Entry): string {
  if (group === undefined) return id ?? '';
  return id === undefined ? `gruppen ${group}` : `${id} i gruppen ${group}`;
}

function entries(list: Entry[], any: boolean): string {
  return (any ? or : and).format(few(list.map(entry), (count) => `${count} til`));
}

const onlyGroups = (list: Entry[]) => list.every((each) => each.id === undefined);
const gain = (bonus: boolean) => (bonus ? 'i bonus' : 'avslag');

export const nb: Words = {
  entries,
  together: (parts) => parts.join(' + '),
  anyOf: (parts) => or.format(few(parts, (count) => `${count} til`)),
  goods(goods: Goods) {
    if (goods.kind === 'every') return 'hele kvitteringen';
    return goods.kind === 'any' ? 'hvilken som helst vare' : entries(goods.entries, true);
  },
  among(goods: Goods) {
    if (goods.kind !== 'listed') return goods.kind === 'any' ? 'av hvilken som helst vare' : 'av hva som helst';
    return `${onlyGroups(goods.entries) ? 'i' : 'av'} ${entries(goods.entries, true)}`;
  },

  buyPay: (quantity, pay, among) => `kjøp ${quantity}, betal for ${pay}, ${among}`,
  allFree: (quantity, among) => `${quantity} gratis, ${among}`,
  cheapestFree: (count, shown, among) =>
    count === 1 ? `den billigste gratis, ${among}` : `de ${shown} billigste gratis, ${among}`,
  percent: (value, goods, bonus) => `${value} ${gain(bonus)} på ${goods}`,
  amount: (value, goods, bonus) => `${value} ${gain(bonus)} på ${goods}`,
  amountEach: (value, quantity, goods, bonus) =>
    `${value} ${gain(bonus)} ${quantity > 1 ? `for hver ${quantity}. vare` : 'per stykk'}, på ${goods}`,
  newPrice: (value, goods) => `${goods} til ${value} per stykk`,
  cheapestPercent(value, free, quantity, among) {
    const which = quantity > 1 ? `den billigste av hver ${quantity}` : 'den billigste';
    return free ? `${which} gratis, ${among}` : `${value} avslag på ${which}, ${among}`;
  },
  bundlePrice: (bundle, value) => `${bundle} sammen for ${value}`,
  bundlePercent: (bundle, value) => `${value} avslag på ${bundle} kjøpt sammen`,
  bundleAmount: (bundle, value) => `${value} avslag på ${bundle} kjøpt sammen`,
  bundleFree: (bundle, count, shown) =>
    `kjøp ${bundle} sammen, ${count === 1 ? 'den billigste' : `de ${shown} billigste`} er gratis`,
  bundleCheapest: (bundle, value, free) =>
    free ? `kjøp ${bundle} sammen, den billigste er gratis` : `kjøp ${bundle} sammen, ${value} avslag på den billigste`,
  debit: (value, goods) =>
    `en saldo på ${value} som betaler for ${goods.kind === 'listed' ? entries(goods.entries, true) : 'hva som helst'} til den er brukt opp`,
  stampNext: (stamps, value, free, among) =>
    `stempelkort: etter ${stamps} stempler ${free ? 'er den neste gratis' : `får den neste ${value} avslag`}, ${among}`,
  stampThen: (stamps, reward) => `stempelkort: etter ${stamps} stempler, ${reward}`,
  unknownReward: (type) => `en belønning av et slag som ikke finnes (${type})`,
  noReward: () => 'en regel som ikke gir noe: den mangler belønning',

  leastUnits: (count) => `fra ${count} stykk`,
  asBonus: () => 'gitt som bonus i stedet for lavere pris',
  afterDiscounts: () => 'regnet etter andre rabatter',
  otherValue: (goods, value) => `men ${value} for ${goods}`,
  ownPrice: (goods) => `${goods} til egen pris`,
  alsoBuy: (goods) => `kjøpt sammen med ${goods}`,
  leastGross: (value) => `ved kjøp for minst ${value}`,
  leastNet: (value) => `ved kjøp for minst ${value} etter rabatter`,
  code: (code) => `med koden ${code}`,
  hours: (days, hours) => `${days} ${hours}`,
  days: (from, to) => (from === to ? DAYS[from] : `${DAYS[from]} til ${DAYS[to]}`),
  zone: (zone) => `(klokka i ${zone})`,
  window(from, to, through) {
    const end = to === undefined ? '' : through ? `til og med ${to}` : `til ${to}`;
    return [from === undefined ? '' : `fra ${from}`, end].filter(Boolean).join(' ');
  },
  at: (date, time) => `${date} kl. ${time}`,
  stores: (values) => `i butikk ${values}`,
  store: (members) => `i butikker med ${and.format(members)}`,
  customer: (members) => `for kunder med ${and.format(members)}`,
  currencies: (codes, not) => (not ? `ikke i ${codes}` : `i ${codes}`),
  perPurchase: (count) => (count === 0 ? 'gis aldri' : `høyst ${count === 1 ? 'én gang' : `${count} ganger`} per kjøp`),
  perCustomer: (count) =>
    count === 0 ? 'kan aldri brukes' : count === 1 ? 'én gang per kunde' : `i høyst ${count} kjøp per kunde`,
  alone: () => 'ikke sammen med andre rabatter',
  undiscounted: (receipt) => (receipt ? 'bare på kvitteringer uten andre rabatter' : 'ikke på varer som alt er nedsatt'),
  except: (goods) => `unntatt ${goods}`,
  notWith: (rules) => `ikke når ${rules} gjelder`,
  daysAfterGift: (days) => `innen ${days} dager etter at den ble gitt`,
  stampsLast: (days) => `stempler varer i ${days} dager`,
  most: (value) => `høyst ${value} per kjøp`,
  budget: (value) => `til det er gitt ${value} i alt`,
  budgetUses: (count) => `til den er brukt ${count} ganger i alt`,
  bestOf: (group) => `bare den beste av reglene i ${group} gis`,
  priority: (value) => `prioritet ${value}`,
  off: () => 'slått av',
  audience: (audience) =>
    audience === 'members' ? 'for medlemmer' : audience === 'nobody' ? 'ikke gitt til noen ennå' : 'for alle',
};
