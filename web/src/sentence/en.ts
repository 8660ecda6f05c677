import type { Entry, Goods } from './read.ts';
import { few, type Day, type Words } from './words.ts';

const DAYS: Record<Day, string> = {
  mon: 'Mondays',
  tue: 'Tuesdays',
  wed: 'Wednesdays',
  thu: 'Thursdays',
  fri: 'Fridays',
  sat: 'Saturdays',
  sun: 'Sundays',
};

const or = new Intl.ListFormat('en-GB', { type: 'disjunction' });
const and = new Intl.ListFormat('en-GB', { type: 'conjunction' });
const times = (count: number) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

function entry({ id, group }: Entry): string {
  if (group === undefined) return id ?? '';
  return id === undefined ? `group ${group}` : `${id} in group ${group}`;
}

function entries(list: Entry[], any: boolean): string {
  return (any ? or : and).format(few(list.map(entry), (count) => `${count} more`));
}

const onlyGroups = (list: Entry[]) => list.every((each) => each.id === undefined);
const gain = (bonus: boolean) => (bonus ? 'bonus on' : 'off');

export const en: Words = {
  entries,
  together: (parts) => parts.join(' + '),
  anyOf: (parts) => or.format(few(parts, (count) => `${count} more`)),
  goods(goods: Goods) {
    if (goods.kind === 'every') return 'the whole receipt';
    return goods.kind === 'any' ? 'any item' : entries(goods.entries, true);
  },
  among(goods: Goods) {
    if (goods.kind !== 'listed') return goods.kind === 'any' ? 'of any item' : 'of anything';
    return `${onlyGroups(goods.entries) ? 'in' : 'of'} ${entries(goods.entries, true)}`;
  },

  buyPay: (quantity, pay, among) => `buy ${quantity}, pay for ${pay}, ${among}`,
  allFree: (quantity, among) => `${quantity} free, ${among}`,
  cheapestFree: (count, shown, among) =>
    count === 1 ? `the cheapest one free, ${among}` : `the ${shown} cheapest free, ${among}`,
  percent: (value, goods, bonus) => `${value} ${gain(bonus)} ${goods}`,
  amount: (value, goods, bonus) => `${value} ${gain(bonus)} ${goods}`,
  amountEach: (value, quantity, goods, bonus) =>
    `${value} ${bonus ? 'bonus' : 'off'} ${quantity > 1 ? `for every ${quantity}` : 'each'}, on ${goods}`,
  newPrice: (value, goods) => `${goods} at ${value} each`,
  cheapestPercent(value, free, quantity, among) {
    const which = quantity > 1 ? `the cheapest of every ${quantity}` : 'the cheapest one';
    return free ? `${which} free, ${among}` : `${value} off ${which}, ${among}`;
  },
  bundlePrice: (bundle, value) => `${bundle} together for ${value}`,
  bundlePercent: (bundle, value) => `${value} off ${bundle} when bought together`,
  bundleAmount: (bundle, value) => `${value} off ${bundle} when bought together`,
  bundleFree: (bundle, count, shown) =>
    `buy ${bundle} together, the ${count === 1 ? 'cheapest is' : `${shown} cheapest are`} free`,
  bundleCheapest: (bundle, value, free) =>
    free ? `buy ${bundle} together, the cheapest is free` : `buy ${bundle} together, ${value} off the cheapest`,
  debit: (value, goods) =>
    `a balance of ${value} that pays for ${goods.kind === 'listed' ? entries(goods.entries, true) : 'anything'} until it is used up`,
  stampNext: (stamps, value, free, among) =>
    `stamp card: after ${stamps} stamps the next one is ${free ? 'free' : `${value} off`}, ${among}`,
  stampThen: (stamps, reward) => `stamp card: after ${stamps} stamps, ${reward}`,
  unknownReward: (type) => `a reward of a kind that does not exist (${type})`,
  noReward: () => 'a rule that gives nothing: it has no reward',

  leastUnits: (count) => `from ${count} units`,
  asBonus: () => 'given as bonus instead of a lower price',
  afterDiscounts: () => 'counted after other discounts',
  otherValue: (goods, value) => `but ${value} for ${goods}`,
  ownPrice: (goods) => `${goods} at its own price`,
  alsoBuy: (goods) => `bought with ${goods}`,
  leastGross: (value) => `when buying for at least ${value}`,
  leastNet: (value) => `when buying for at least ${value} after discounts`,
  code: (code) => `with the code ${code}`,
  hours: (days, hours) => `${days} ${hours}`,
  days: (from, to) => (from === to ? DAYS[from] : `${DAYS[from]} to ${DAYS[to]}`),
  zone: (zone) => `(time in ${zone})`,
  window(from, to, through) {
    const end = to === undefined ? '' : through ? `through ${to}` : `until ${to}`;
    return [from === undefined ? '' : `from ${from}`, end].filter(Boolean).join(' ');
  },
  at: (date, time) => `${date} at ${time}`,
  stores: (values) => `in store ${values}`,
  store: (members) => `in stores with ${and.format(members)}`,
  customer: (members) => `for customers with ${and.format(members)}`,
  currencies: (codes, not) => (not ? `not in ${codes}` : `in ${codes}`),
  perPurchase: (count) => (count === 0 ? 'never given' : `at most ${times(count)} per purchase`),
  perCustomer: (count) =>
    count === 0 ? 'never usable' : count === 1 ? 'once per customer' : `in at most ${count} purchases per customer`,
  alone: () => 'not together with other discounts',
  undiscounted: (receipt) => (receipt ? 'only on receipts without other discounts' : 'not on goods that are discounted already'),
  except: (goods) => `except ${goods}`,
  notWith: (rules) => `not when ${rules} is in force`,
  daysAfterGift: (days) => `within ${days} days of being given`,
  stampsLast: (days) => `stamps last ${days} days`,
  most: (value) => `at most ${value} per purchase`,
  budget: (value) => `until ${value} has been given in all`,
  budgetUses: (count) => `until it has been used ${count} times in all`,
  bestOf: (group) => `only the best of the rules in ${group} is given`,
  priority: (value) => `priority ${value}`,
  off: () => 'switched off',
  audience: (audience) =>
    audience === 'members' ? 'for members' : audience === 'nobody' ? 'given to nobody yet' : 'for everybody',
};
