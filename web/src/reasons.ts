// Why a rule did not apply, in words: the codes of a verdict's reasons.

import type { Reason } from './answer.ts';
import { pick, type Texts } from './i18n.ts';
import { money } from './money.ts';

type Say = (reason: Reason, currency: string) => string;

const words: Texts<Record<string, Say>> = {
  nb: {
    inactive: () => 'tilbudet er slått av',
    not_started: () => 'tilbudet har ikke startet',
    ended: () => 'tilbudet er over',
    ref_missing: () => 'kunden har ikke dette tilbudet',
    ref_expired: () => 'kundens tilbud er utløpt',
    usage_exhausted: () => 'tilbudet er brukt opp',
    outside_hours: () => 'tilbudet gjelder ikke på dette tidspunktet',
    currency: () => 'tilbudet gjelder en annen valuta',
    code_missing: () => 'tilbudet krever en kode',
    gross_below: ({ missing }, currency) => `kjøpet er ${money(missing ?? 0, currency)} for lite`,
    net_below: ({ missing }, currency) => `kjøpet er ${money(missing ?? 0, currency)} for lite etter rabatter`,
    no_matching_items: () => 'ingen varer i kurven passer',
    quantity_below: ({ missing }) => `det mangler ${missing} ${missing === 1 ? 'vare' : 'varer'}`,
    mix_incomplete: ({ missing }) => (missing ? `det mangler ${missing} ${missing === 1 ? 'vare' : 'varer'} i pakken` : 'pakken er ikke komplett'),
    existing_discount: () => 'varene har allerede rabatt',
    deactivated: () => 'et annet tilbud slår det av',
    stamps_below: ({ missing }) => `det mangler ${missing} ${missing === 1 ? 'stempel' : 'stempler'}`,
    no_effect: () => 'det ga ingenting på denne kurven',
  },
  en: {
    inactive: () => 'the offer is switched off',
    not_started: () => 'the offer has not started',
    ended: () => 'the offer is over',
    ref_missing: () => 'the customer does not have this offer',
    ref_expired: () => "the customer's offer has expired",
    usage_exhausted: () => 'the offer is used up',
    outside_hours: () => 'the offer does not hold at this time',
    currency: () => 'the offer is for another currency',
    code_missing: () => 'the offer needs a code',
    gross_below: ({ missing }, currency) => `the purchase is ${money(missing ?? 0, currency)} too small`,
    net_below: ({ missing }, currency) => `the purchase is ${money(missing ?? 0, currency)} too small after discounts`,
    no_matching_items: () => 'no goods in the cart match',
    quantity_below: ({ missing }) => `${missing} more ${missing === 1 ? 'item is' : 'items are'} needed`,
    mix_incomplete: ({ missing }) => (missing ? `${missing} more ${missing === 1 ? 'item is' : 'items are'} needed for the bundle` : 'the bundle is not complete'),
    existing_discount: () => 'the goods are discounted already',
    deactivated: () => 'another offer switches it off',
    stamps_below: ({ missing }) => `${missing} more ${missing === 1 ? 'stamp is' : 'stamps are'} needed`,
    no_effect: () => 'it gave nothing on this cart',
  },
};

const members: Texts<{ store(member: string): string; customer(member: string): string }> = {
  nb: {
    store: (member) => `tilbudet gjelder andre butikker (${member})`,
    customer: (member) => `tilbudet gjelder andre kunder (${member})`,
  },
  en: {
    store: (member) => `the offer is for other shops (${member})`,
    customer: (member) => `the offer is for other customers (${member})`,
  },
};

/** One reason in words, without capital letter and full stop. */
export function reasonText(reason: Reason, currency: string): string {
  const [kind = '', member] = reason.code.split(/\.(.*)/s);
  if (member !== undefined && (kind === 'store' || kind === 'customer')) return pick(members)[kind](member);
  return pick(words)[reason.code]?.(reason, currency) ?? reason.code;
}
