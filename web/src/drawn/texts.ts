import type { Texts } from '../i18n.ts';
import type { Verdict } from './answer.ts';

interface AnswerTexts {
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
  haveOf(have: string, need: string): string;
  moreRules(count: number): string;
}

export const texts: Texts<AnswerTexts> = {
  nb: {
    discount: 'Rabatt',
    discounts: 'Rabatter',
    before: '(fra før)',
    gross: 'Brutto',
    existing: 'Rabatter fra før',
    net: 'netto',
    toPay: 'Å betale',
    bonus: 'Bonus',
    bonusEarned: 'Bonus opptjent',
    stamps: (name, held, need, earned) => `${name}: ${held} stempler (${earned} nå), ${need} gir neste belønning`,
    stampsEarned: (count) => (count === '1' ? '1 stempel' : `${count} stempler`),
    balance: (name, left) => `${name}: ${left} igjen`,
    nearMiss: 'Nesten',
    verdicts: { applied: 'Gitt', partly_applied: 'Delvis gitt', lost: 'Vek plassen', not_applied: 'Ikke gitt' },
    lost: (to, by) => (to === undefined ? `Noe annet gir ${by} mer.` : `«${to}» gir ${by} mer.`),
    potential: (amount) => `Ville gitt ${amount}.`,
    haveOf: (have, need) => `(${have} av ${need})`,
    moreRules: (count) => `… og ${count} regler til.`,
  },
  en: {
    discount: 'Discount',
    discounts: 'Discounts',
    before: '(from before)',
    gross: 'Gross',
    existing: 'Discounts from before',
    net: 'net',
    toPay: 'To pay',
    bonus: 'Bonus',
    bonusEarned: 'Bonus earned',
    stamps: (name, held, need, earned) => `${name}: ${held} stamps (${earned} now), ${need} give the next reward`,
    stampsEarned: (count) => (count === '1' ? '1 stamp' : `${count} stamps`),
    balance: (name, left) => `${name}: ${left} left`,
    nearMiss: 'Near miss',
    verdicts: { applied: 'Given', partly_applied: 'Partly given', lost: 'Stood back', not_applied: 'Not given' },
    lost: (to, by) => (to === undefined ? `Something else gives ${by} more.` : `“${to}” gives ${by} more.`),
    potential: (amount) => `Would give ${amount}.`,
    haveOf: (have, need) => `(${have} of ${need})`,
    moreRules: (count) => `… and ${count} more rules.`,
  },
};
