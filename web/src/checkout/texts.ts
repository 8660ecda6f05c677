import type { Texts } from '../i18n.ts';
import type { Customer } from './customers.ts';

interface Checkout {
  title: string;
  demoBook: string;
  serviceBook: string;
  customer: string;
  customers: Record<Customer, { name: string; holds: string }>;
  products: string;
  add: string;
  countInCart(count: number): string;
  noDiscount: string;
  receipt: string;
  kiosk: string;
  empty: string;
  fewer(name: string): string;
  more(name: string): string;
  quantity(name: string): string;
  each(price: string): string;
  gross: string;
  discount: string;
  toPay: string;
  bonus: string;
  totalSaid(net: string, discount: string): string;
  inCart(count: number): string;
  toCart: string;
  pay(amount: string): string;
  paidService(amount: string): string;
  paidDemo(amount: string): string;
  notPaid(why: string): string;
  unreachable: string;
  signedOut: string;
  code: string;
  codeHint: string;
  addCode: string;
  removeCode(code: string): string;
  codeUnknown: string;
  codeGives(amount: string): string;
  codeHolds: string;
  codeLost(rule: string): string;
  codeRefused(why: string): string;
  near: string;
  itemsMore(count: number): string;
  spendMore(amount: string): string;
  stampsMore(count: number): string;
  nearFor(missing: string, rule: string): string;
  saves(amount: string): string;
  earns(amount: string): string;
  stamps: string;
  stampsHeld(held: number, of: number): string;
  stampsNew(count: number): string;
  stampReward: string;
  stampRewarded: string;
  balance(amount: string): string;
  check: string;
  checkHint: string;
  checkSignIn: string;
  checkEmpty: string;
  agree: string;
  disagree(count: number): string;
  here: string;
  till: string;
  rulesUsed: string;
  discountsGiven: string;
  wholeAnswer: string;
  stale: string;
  loading: string;
  rulesBroken(count: number): string;
  notProven(gap: string): string;
}

export const texts: Texts<Checkout> = {
  nb: {
    title: 'Kiosken',
    demoBook: 'Demo: kjøp huskes bare på denne siden, til den lukkes. Logg inn for å bruke butikkens egne regler og bok.',
    serviceBook: 'Regler og kjøp ligger hos tjenesten. Hver endring regnes ut her på siden.',
    customer: 'Hvem handler?',
    customers: {
      anonymous: { name: 'Ukjent', holds: 'Åpne tilbud' },
      ola: { name: 'Ola', holds: 'Medlem' },
      siri: { name: 'Siri', holds: 'Stempelkort' },
      kari: { name: 'Kari', holds: 'Tilgodekupong' },
    },
    products: 'Varer',
      add: 'Legg til',
    countInCart: (count) => `${count} i kurven`,
    noDiscount: 'uten rabatt',
    receipt: 'Handlekurv',
    kiosk: 'Kiosken',
    empty: 'Kurven er tom. Trykk på en vare.',
    fewer: (name) => `Én færre ${name}`,
    more: (name) => `Én til ${name}`,
    quantity: (name) => `Antall ${name}`,
    each: (price) => `à ${price}`,
    gross: 'Sum',
    discount: 'Rabatt',
    toPay: 'Å betale',
    bonus: 'Bonus opptjent',
    totalSaid: (net, discount) => `Å betale ${net}, rabatt ${discount}`,
    inCart: (count) => `${count} ${count === 1 ? 'vare' : 'varer'}`,
    toCart: 'Til kurven',
    pay: (amount) => `Betal ${amount}`,
    paidService: (amount) => `Betalt ${amount}. Kjøpet er registrert hos butikken.`,
    paidDemo: (amount) => `Betalt ${amount}. Kjøpet huskes på denne siden.`,
    notPaid: (why) => `Kjøpet er ikke registrert: ${why}`,
    unreachable: 'Tjenesten svarer ikke. Kurven regnes fortsatt ut her.',
    signedOut: 'Innloggingen er utløpt. Logg inn igjen.',
    code: 'Rabattkode',
    codeHint: 'Prøv VAFFEL10',
    addCode: 'Legg til',
    removeCode: (code) => `Fjern koden ${code}`,
    codeUnknown: 'Ingen tilbud har denne koden.',
    codeGives: (amount) => `Gir ${amount} i rabatt.`,
    codeHolds: 'Koden gjelder på dette kjøpet.',
    codeLost: (rule) => `Virker ikke: ${rule || 'et annet tilbud'} gir mer.`,
    codeRefused: (why) => `Virker ikke: ${why}.`,
    near: 'Nesten der',
    itemsMore: (count) => `${count} til`,
    spendMore: (amount) => `Handle for ${amount} til`,
    stampsMore: (count) => `${count} ${count === 1 ? 'stempel' : 'stempler'} til`,
    nearFor: (missing, rule) => `${missing} for ${rule}`,
    saves: (amount) => `spar ${amount}`,
    earns: (amount) => `tjen ${amount} i bonus`,
    stamps: 'Stempelkort',
    stampsHeld: (held, of) => `${held} av ${of} stempler`,
    stampsNew: (count) => `${count} ${count === 1 ? 'nytt' : 'nye'} i dette kjøpet`,
    stampReward: 'gratis',
    stampRewarded: 'Kortet er fullt: belønningen er med i dette kjøpet.',
    balance: (amount) => `${amount} igjen`,
    check: 'Sjekk med kassen',
    checkHint: 'Sender den samme kurven til tjenesten og sammenligner svarene, ned til minste øre.',
    checkSignIn: 'Logg inn for å sjekke: da bruker siden og kassen de samme reglene.',
    checkEmpty: 'Legg først en vare i kurven.',
    agree: 'Svarene er like, i alt.',
    disagree: (count) => `Svarene er ulike ${count === 1 ? 'ett sted' : `${count} steder`}.`,
    here: 'Denne siden',
    till: 'Kassen',
    rulesUsed: 'Regelsett',
    discountsGiven: 'Tilbud brukt',
    wholeAnswer: 'Hele svaret',
    stale: 'Reglene er endret siden siden hentet dem, og er nå hentet på nytt. Sjekk igjen.',
    loading: 'Henter …',
    rulesBroken: (count) => `Butikkens regler kan ikke brukes: ${count} feil.`,
    notProven: (gap) => `Det beste valget er ikke bevist; høyst ${gap} mer kan finnes.`,
  },
  en: {
    title: 'The kiosk',
    demoBook: "Demo: purchases are remembered on this page only, until it is closed. Sign in to use the shop's own rules and book.",
    serviceBook: 'Rules and purchases are kept by the service. Every change is computed here on the page.',
    customer: 'Who is buying?',
    customers: {
      anonymous: { name: 'Somebody', holds: 'Open offers' },
      ola: { name: 'Ola', holds: 'Member' },
      siri: { name: 'Siri', holds: 'Stamp card' },
      kari: { name: 'Kari', holds: 'Debit coupon' },
    },
    products: 'Goods',
      add: 'Add',
    countInCart: (count) => `${count} in the cart`,
    noDiscount: 'no discounts',
    receipt: 'Cart',
    kiosk: 'The kiosk',
    empty: 'The cart is empty. Choose something.',
    fewer: (name) => `One ${name} less`,
    more: (name) => `One more ${name}`,
    quantity: (name) => `How many: ${name}`,
    each: (price) => `${price} each`,
    gross: 'Sum',
    discount: 'Discount',
    toPay: 'To pay',
    bonus: 'Bonus earned',
    totalSaid: (net, discount) => `To pay ${net}, discount ${discount}`,
    inCart: (count) => `${count} ${count === 1 ? 'item' : 'items'}`,
    toCart: 'To the cart',
    pay: (amount) => `Pay ${amount}`,
    paidService: (amount) => `Paid ${amount}. The shop has recorded the purchase.`,
    paidDemo: (amount) => `Paid ${amount}. This page remembers the purchase.`,
    notPaid: (why) => `The purchase is not recorded: ${why}`,
    unreachable: 'The service does not answer. The cart is still computed here.',
    signedOut: 'The sign-in has expired. Please sign in again.',
    code: 'Discount code',
    codeHint: 'Try VAFFEL10',
    addCode: 'Add',
    removeCode: (code) => `Remove the code ${code}`,
    codeUnknown: 'No offer has this code.',
    codeGives: (amount) => `Gives ${amount} off.`,
    codeHolds: 'The code holds for this purchase.',
    codeLost: (rule) => `Does not work: ${rule || 'another offer'} gives more.`,
    codeRefused: (why) => `Does not work: ${why}.`,
    near: 'Nearly there',
    itemsMore: (count) => `${count} more`,
    spendMore: (amount) => `Spend ${amount} more`,
    stampsMore: (count) => `${count} more ${count === 1 ? 'stamp' : 'stamps'}`,
    nearFor: (missing, rule) => `${missing} for ${rule}`,
    saves: (amount) => `save ${amount}`,
    earns: (amount) => `earn ${amount} bonus`,
    stamps: 'Stamp card',
    stampsHeld: (held, of) => `${held} of ${of} stamps`,
    stampsNew: (count) => `${count} new in this purchase`,
    stampReward: 'free',
    stampRewarded: 'The card is full: the reward is part of this purchase.',
    balance: (amount) => `${amount} left`,
    check: 'Check with the till',
    checkHint: 'Sends the same cart to the service and compares the answers, to the last øre.',
    checkSignIn: 'Sign in to check: the page and the till then use the same rules.',
    checkEmpty: 'Put something in the cart first.',
    agree: 'The answers agree, in everything.',
    disagree: (count) => `The answers differ in ${count} ${count === 1 ? 'place' : 'places'}.`,
    here: 'This page',
    till: 'The till',
    rulesUsed: 'Rule set',
    discountsGiven: 'Offers used',
    wholeAnswer: 'The whole answer',
    stale: 'The rules have changed since the page fetched them, and are fetched anew now. Check again.',
    loading: 'Loading …',
    rulesBroken: (count) => `The shop's rules cannot be used: ${count} problems.`,
    notProven: (gap) => `The best choice is not proven; at most ${gap} more may exist.`,
  },
};
