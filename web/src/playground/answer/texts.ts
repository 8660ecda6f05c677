import type { Texts } from '../../i18n.ts';
import type { Verdict } from './answer.ts';

/** What a reason's sentence is made of. */
interface Numbers {
  /** Of the store or the customer. */
  member: string;
  have: string;
  need: string;
  missing: string;
}

interface AnswerTexts {
  receipt: string;
  discount: string;
  discounts: string;
  before: string;
  gross: string;
  existing: string;
  net: string;
  toPay: string;
  bonus: string;
  bonusEarned: string;
  stamps(name: string, held: string, need: string, earned: string): string;
  stampsEarned(count: string): string;
  balance(name: string, left: string): string;
  nearMiss: string;
  verdicts: Record<Verdict['verdict'], string>;
  lost(to: string | undefined, by: string): string;
  potential(amount: string): string;
  reasons: Record<string, (numbers: Numbers) => string>;
}

export const texts: Texts<AnswerTexts> = {
  nb: {
    receipt: 'Kvittering',
    discount: 'Rabatt',
    discounts: 'Rabatter',
    before: '(fra før)',
    gross: 'Brutto',
    existing: 'Rabatter fra før',
    net: 'netto',
    toPay: 'Å betale',
    bonus: 'Bonus',
    bonusEarned: 'Bonus opptjent',
    stamps: (name, held, need, earned) => `${name}: ${held} av ${need} stempler (+${earned} nå)`,
    stampsEarned: (count) => (count === '1' ? '1 stempel' : `${count} stempler`),
    balance: (name, left) => `${name}: ${left} igjen`,
    nearMiss: 'Nesten',
    verdicts: { applied: 'Gitt', partly_applied: 'Delvis gitt', lost: 'Vek plassen', not_applied: 'Ikke gitt' },
    lost: (to, by) => (to === undefined ? `Noe annet gir ${by} mer.` : `«${to}» gir ${by} mer.`),
    potential: (amount) => `Ville gitt ${amount}.`,
    reasons: {
      inactive: () => 'Regelen er slått av eller slettet.',
      not_started: () => 'Regelen har ikke begynt å gjelde ennå.',
      ended: () => 'Regelen gjelder ikke lenger.',
      ref_missing: () => 'Kunden har ikke fått regelen.',
      ref_expired: () => 'Dagene kunden hadde på seg, er over.',
      usage_exhausted: () => 'Kunden har brukt den så ofte den kan brukes.',
      outside_hours: () => 'Kjøpet er utenfor dagene og timene den gjelder.',
      currency: () => 'Den gjelder ikke i denne valutaen.',
      code_missing: () => 'Koden er ikke oppgitt.',
      store: ({ member }) => `Butikken stemmer ikke: ${member}.`,
      customer: ({ member }) => `Kunden stemmer ikke: ${member}.`,
      gross_below: ({ have, need, missing }) => `Kjøp for ${missing} til: ${have} av ${need}.`,
      net_below: ({ have, need, missing }) => `Kjøp for ${missing} til etter rabatter: ${have} av ${need}.`,
      no_matching_items: () => 'Ingen linjer som kan få rabatt, passer.',
      quantity_below: ({ have, need, missing }) => `${missing} til: ${have} av ${need}.`,
      mix_incomplete: ({ missing }) => (missing === '?' ? 'Pakken er ikke komplett.' : `Pakken mangler ${missing}.`),
      existing_discount: () => 'Det er rabatt der fra før.',
      deactivated: () => 'En annen regel slår den av.',
      stamps_below: ({ have, need, missing }) => `${missing} stempler mangler: ${have} av ${need}.`,
      no_effect: () => 'Alt stemmer, men det ble ingenting å gi.',
    },
  },
  en: {
    receipt: 'Receipt',
    discount: 'Discount',
    discounts: 'Discounts',
    before: '(from before)',
    gross: 'Gross',
    existing: 'Discounts from before',
    net: 'net',
    toPay: 'To pay',
    bonus: 'Bonus',
    bonusEarned: 'Bonus earned',
    stamps: (name, held, need, earned) => `${name}: ${held} of ${need} stamps (+${earned} now)`,
    stampsEarned: (count) => (count === '1' ? '1 stamp' : `${count} stamps`),
    balance: (name, left) => `${name}: ${left} left`,
    nearMiss: 'Near miss',
    verdicts: { applied: 'Given', partly_applied: 'Partly given', lost: 'Stood back', not_applied: 'Not given' },
    lost: (to, by) => (to === undefined ? `Something else gives ${by} more.` : `“${to}” gives ${by} more.`),
    potential: (amount) => `Would give ${amount}.`,
    reasons: {
      inactive: () => 'The rule is switched off or deleted.',
      not_started: () => 'The rule does not count yet.',
      ended: () => 'The rule does not count any more.',
      ref_missing: () => 'The customer was not given the rule.',
      ref_expired: () => 'The days the customer had are over.',
      usage_exhausted: () => 'The customer used it as often as it may be used.',
      outside_hours: () => 'The purchase is outside its days and hours.',
      currency: () => 'It does not count in this currency.',
      code_missing: () => 'The code was not given.',
      store: ({ member }) => `The store does not match: ${member}.`,
      customer: ({ member }) => `The customer does not match: ${member}.`,
      gross_below: ({ have, need, missing }) => `Buy for ${missing} more: ${have} of ${need}.`,
      net_below: ({ have, need, missing }) => `Buy for ${missing} more after discounts: ${have} of ${need}.`,
      no_matching_items: () => 'No line that may get discounts matches.',
      quantity_below: ({ have, need, missing }) => `${missing} more: ${have} of ${need}.`,
      mix_incomplete: ({ missing }) => (missing === '?' ? 'The bundle is not complete.' : `The bundle lacks ${missing}.`),
      existing_discount: () => 'There is a discount already.',
      deactivated: () => 'Another rule switches it off.',
      stamps_below: ({ have, need, missing }) => `${missing} stamps are missing: ${have} of ${need}.`,
      no_effect: () => 'Everything holds, yet there was nothing to give.',
    },
  },
};
