import type { Texts } from '../i18n.ts';
import type { Audience } from '../sentence/index.ts';
import type { Day } from '../sentence/words.ts';
import type { Field, FURTHER, Kind } from './draft.ts';

interface BuilderTexts {
  title: string;
  intro: string;
  kind: string;
  kinds: Record<Kind, { name: string; like: string }>;
  gives: string;
  naming: string;
  further: Record<keyof typeof FURTHER, string>;
  fields: Record<Field, string>;
  hints: Partial<Record<Field, string>>;
  audiences: Record<Audience, string>;
  days: Record<Day, string>;
  addPart: string;
  removePart(at: number): string;
  part(at: number): string;
  partQuantity: string;
  partEligible: string;
  known: string;
  sentence: string;
  tryIt: string;
  tryHint: string;
  at: string;
  codeGiven: string;
  isMember: string;
  stampsHeld: string;
  quantityOf(name: string): string;
  fewer(name: string): string;
  more(name: string): string;
  fillAgain: string;
  before: string;
  after: string;
  saves(amount: string): string;
  nothing: string;
  problems: string;
  json: string;
  openInPlayground: string;
  save: string;
  signInToSave: string;
  saving: string;
  saved(id: string): string;
  notGiven(why: string): string;
  giveAgain: string;
  given: string;
  refused(why: string): string;
  unreachable: string;
  signedOut: string;
}

export const texts: Texts<BuilderTexts> = {
  nb: {
    title: 'Regelbygger',
    intro: 'Velg hva slags tilbud det er, fyll ut, og se hva det gjør med en handlekurv.',
    kind: 'Hva slags tilbud?',
    kinds: {
      'n-for-m': { name: '3 for 2', like: 'Kjøp noen, betal for færre' },
      percent: { name: 'Prosent på varer', like: '20 % på bakst' },
      'new-price': { name: 'Ny pris', like: 'Skolebolle 20 kr' },
      amount: { name: 'Kroner av', like: '10 kr av vaffel' },
      bundle: { name: 'Pakkepris', like: 'Popcorn + film + brus 150 kr' },
      'receipt-percent': { name: 'Prosent over et beløp', like: '10 % over 500 kr' },
      'stamp-card': { name: 'Stempelkort', like: 'Sjette kopp gratis' },
      member: { name: 'Bare medlemmer', like: '10 % til medlemmer' },
      code: { name: 'Rabattkode', like: 'Kode SOMMER: 50 kr av' },
      hours: { name: 'Faste tider', like: '20 % hverdager 7–9' },
      bonus: { name: 'Bonus', like: '2 % tilbake i poeng' },
      balance: { name: 'Tilgodekupong', like: '200 kr til å bruke opp' },
    },
    gives: 'Tilbudet',
    naming: 'Navn',
    further: { when: 'Når', whom: 'For hvem og hvor', limits: 'Grenser' },
    fields: {
      name: 'Navn',
      receiptText: 'Tekst på kvitteringen',
      groups: 'Varegrupper',
      items: 'Varer',
      buy: 'Kjøp',
      pay: 'Betal for',
      percent: 'Prosent',
      amount: 'Kroner',
      price: 'Pris i kroner',
      mixes: 'Deler av pakken',
      stamps: 'Stempler før den gratis',
      stampDays: 'Stempler varer i (dager)',
      code: 'Kode',
      minimum: 'Ved kjøp for minst (kr)',
      from: 'Fra og med',
      to: 'Til og med',
      days: 'Dager',
      start: 'Fra klokka',
      end: 'Til klokka',
      audience: 'Hvem får det?',
      attribute: 'Kundens egenskap',
      attributeValues: 'Har verdien',
      stores: 'Bare i butikkene',
      perPurchase: 'Høyst ganger per kjøp',
      perCustomer: 'Høyst kjøp per kunde',
      most: 'Høyst rabatt per kjøp (kr)',
      alone: 'Ikke sammen med andre rabatter',
      undiscounted: 'Ikke på varer som alt er nedsatt',
    },
    hints: {
      groups: 'Id-er med komma mellom. Tomt her og under varer: alt.',
      items: 'Id-er med komma mellom.',
      attribute: 'For eksempel nivå eller lag. Tomt: alle som får tilbudet.',
      stores: 'Butikk-id-er med komma mellom. Tomt: alle.',
      days: 'Ingen valgt: hele uka, hele døgnet.',
    },
    audiences: { everybody: 'Alle', members: 'Medlemmer (kjente kunder)', nobody: 'Ingen ennå' },
    days: { mon: 'man', tue: 'tir', wed: 'ons', thu: 'tor', fri: 'fre', sat: 'lør', sun: 'søn' },
    addPart: 'Legg til del',
    removePart: (at) => `Fjern del ${at}`,
    part: (at) => `Del ${at}`,
    partQuantity: 'Antall',
    partEligible: 'Med i prisen',
    known: 'Kioskens',
    sentence: 'Regelen i ord',
    tryIt: 'Prøv den',
    tryHint: 'Kurven fylles slik at regelen slår til. Endre den, og se hva som skjer.',
    at: 'Kjøpet skjer',
    codeGiven: 'Kode kunden oppgir',
    isMember: 'Kunden er medlem',
    stampsHeld: 'Stempler på kortet',
    quantityOf: (name) => `Antall ${name}`,
    fewer: (name) => `Én ${name} mindre`,
    more: (name) => `Én ${name} til`,
    fillAgain: 'Fyll kurven på nytt',
    before: 'Før',
    after: 'Etter',
    saves: (amount) => `Sparer ${amount}`,
    nothing: 'Regelen gir ikke noe på denne kurven.',
    problems: 'Dette må rettes:',
    json: 'Regelen som JSON',
    openInPlayground: 'Åpne på lekeplassen',
    save: 'Lagre i butikken',
    signInToSave: 'Logg inn for å lagre',
    saving: 'Lagrer …',
    saved: (id) => `Lagret. Regelens id er ${id}.`,
    notGiven: (why) => `Regelen er lagret, men ikke gitt til noen: ${why}`,
    giveAgain: 'Gi den på nytt',
    given: 'Regelen er gitt.',
    refused: (why) => `Tjenesten sa nei: ${why}`,
    unreachable: 'Tjenesten svarer ikke. Regelen er ikke lagret.',
    signedOut: 'Du er logget ut. Logg inn igjen for å lagre.',
  },
  en: {
    title: 'Rule builder',
    intro: 'Choose what kind of offer it is, fill it in, and see what it does to a cart.',
    kind: 'What kind of offer?',
    kinds: {
      'n-for-m': { name: '3 for 2', like: 'Buy some, pay for fewer' },
      percent: { name: 'Percent on goods', like: '20 % off pastry' },
      'new-price': { name: 'New price', like: 'Custard bun NOK 20' },
      amount: { name: 'Amount off', like: 'NOK 10 off a waffle' },
      bundle: { name: 'Bundle price', like: 'Popcorn + film + soda NOK 150' },
      'receipt-percent': { name: 'Percent over an amount', like: '10 % over NOK 500' },
      'stamp-card': { name: 'Stamp card', like: 'Sixth cup free' },
      member: { name: 'Members only', like: '10 % for members' },
      code: { name: 'Coupon code', like: 'Code SOMMER: NOK 50 off' },
      hours: { name: 'Certain hours', like: '20 % weekdays 7–9' },
      bonus: { name: 'Bonus', like: '2 % back in points' },
      balance: { name: 'Balance coupon', like: 'NOK 200 to use up' },
    },
    gives: 'The offer',
    naming: 'Name',
    further: { when: 'When', whom: 'For whom and where', limits: 'Limits' },
    fields: {
      name: 'Name',
      receiptText: 'Text on the receipt',
      groups: 'Groups of goods',
      items: 'Goods',
      buy: 'Buy',
      pay: 'Pay for',
      percent: 'Percent',
      amount: 'Kroner',
      price: 'Price in kroner',
      mixes: 'Parts of the bundle',
      stamps: 'Stamps before the free one',
      stampDays: 'Stamps last (days)',
      code: 'Code',
      minimum: 'When buying for at least (kr)',
      from: 'From',
      to: 'Through',
      days: 'Days',
      start: 'From (time)',
      end: 'Until (time)',
      audience: 'Who gets it?',
      attribute: "Customer's attribute",
      attributeValues: 'Has the value',
      stores: 'Only in the stores',
      perPurchase: 'Most times per purchase',
      perCustomer: 'Most purchases per customer',
      most: 'Most discount per purchase (kr)',
      alone: 'Not together with other discounts',
      undiscounted: 'Not on goods that are discounted already',
    },
    hints: {
      groups: 'Ids with commas between. Empty here and under goods: everything.',
      items: 'Ids with commas between.',
      attribute: 'For example level or team. Empty: all who get the offer.',
      stores: 'Store ids with commas between. Empty: all.',
      days: 'None chosen: all week, all day.',
    },
    audiences: { everybody: 'Everybody', members: 'Members (known customers)', nobody: 'Nobody yet' },
    days: { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' },
    addPart: 'Add a part',
    removePart: (at) => `Remove part ${at}`,
    part: (at) => `Part ${at}`,
    partQuantity: 'Quantity',
    partEligible: 'Covered by the price',
    known: 'The kiosk’s',
    sentence: 'The rule in words',
    tryIt: 'Try it',
    tryHint: 'The cart is filled so that the rule applies. Change it, and see what happens.',
    at: 'The purchase happens',
    codeGiven: 'Code the customer gives',
    isMember: 'The customer is a member',
    stampsHeld: 'Stamps on the card',
    quantityOf: (name) => `Quantity of ${name}`,
    fewer: (name) => `One ${name} less`,
    more: (name) => `One ${name} more`,
    fillAgain: 'Fill the cart anew',
    before: 'Before',
    after: 'After',
    saves: (amount) => `Saves ${amount}`,
    nothing: 'The rule gives nothing on this cart.',
    problems: 'This has to be put right:',
    json: 'The rule as JSON',
    openInPlayground: 'Open in the playground',
    save: 'Save to the shop',
    signInToSave: 'Sign in to save',
    saving: 'Saving …',
    saved: (id) => `Saved. The rule's id is ${id}.`,
    notGiven: (why) => `The rule is saved, but given to nobody: ${why}`,
    giveAgain: 'Give it again',
    given: 'The rule is given.',
    refused: (why) => `The service said no: ${why}`,
    unreachable: 'The service does not answer. The rule is not saved.',
    signedOut: 'You are signed out. Sign in again to save.',
  },
};
