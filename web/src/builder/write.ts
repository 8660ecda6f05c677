// A draft as a rule. What cannot be read is written as it was typed: the engine then says what belongs there, at its place.

import { type Draft, ids, type Kind, type MixDraft } from './draft.ts';
import { midnight, nextDay } from './oslo.ts';

export interface Rule {
  name?: string;
  receipt_text?: string;
  requirement: Record<string, unknown>;
  reward: Record<string, unknown>;
  limitation?: Record<string, unknown>;
}

const TYPES: Record<Kind, string> = {
  'n-for-m': 'discount_item_quantity',
  percent: 'discount_percent',
  'new-price': 'discount_item_new_price',
  amount: 'discount_amount',
  bundle: 'discount_mix_new_price',
  'receipt-percent': 'discount_percent',
  'stamp-card': 'discount_item_percent',
  member: 'discount_percent',
  code: 'discount_amount',
  hours: 'discount_percent',
  bonus: 'discount_percent',
  balance: 'discount_debit',
};

/** The currency that amounts are typed in has so many decimals (NOK). */
const DECIMALS = 2;

export function write(draft: Draft): Rule {
  const limitation = present(limits(draft));
  return {
    ...present({ name: typed(draft.name), receipt_text: typed(draft.receiptText) }),
    requirement: present(requirement(draft)),
    reward: present(reward(draft)),
    ...(Object.keys(limitation).length > 0 ? { limitation } : {}),
  };
}

function requirement(draft: Draft): Record<string, unknown> {
  const { kind } = draft;
  return {
    purchase_from: draft.from === '' ? undefined : midnight(draft.from),
    purchase_to: draft.to === '' ? undefined : midnight(nextDay(draft.to)),
    gross_amount: minor(draft.minimum),
    discount_code: typed(draft.code),
    stamp: kind === 'stamp-card' ? count(draft.stamps) : undefined,
    item: item(draft),
    store: ids(draft.stores).length > 0 ? { id: ids(draft.stores) } : undefined,
    customer:
      typed(draft.attribute) === undefined ? undefined : { attributes: { [draft.attribute.trim()]: ids(draft.attributeValues) } },
  };
}

function item(draft: Draft): Record<string, unknown> | undefined {
  if (draft.kind === 'bundle') return { mixes: draft.mixes.map(mix) };
  // A receipt's rule looks at no goods, and a balance pays for all.
  if (draft.kind === 'receipt-percent' || draft.kind === 'balance') return undefined;
  const items = entries(draft.groups, draft.items);
  const quantity = draft.kind === 'n-for-m' ? count(draft.buy) : undefined;
  return items.length === 0 && quantity === undefined
    ? undefined
    : present({ quantity, items: items.length > 0 ? items : undefined });
}

function mix({ groups, items, quantity, eligible }: MixDraft): Record<string, unknown> {
  return present({ items: entries(groups, items), quantity: count(quantity), reward_eligible: eligible });
}

function entries(groups: string, items: string): Record<string, string>[] {
  return [...ids(groups).map((id) => ({ group_id: id })), ...ids(items).map((id) => ({ id }))];
}

function reward(draft: Draft): Record<string, unknown> {
  const bonus = draft.kind === 'bonus' ? { base: 'net', effect: 'bonus' } : {};
  return { type: TYPES[draft.kind], value: value(draft), ...bonus };
}

function value(draft: Draft): unknown {
  switch (draft.kind) {
    case 'n-for-m': {
      const [buy, pay] = [count(draft.buy), count(draft.pay)];
      return typeof buy === 'number' && typeof pay === 'number' ? buy - pay : pay;
    }
    case 'new-price':
    case 'bundle':
      return minor(draft.price);
    case 'amount':
    case 'code':
    case 'balance':
      return minor(draft.amount);
    case 'stamp-card':
      return 100;
    default:
      return decimal(draft.percent);
  }
}

function limits(draft: Draft): Record<string, unknown> {
  const hours = draft.days.map((day) => ({ day, start: draft.start, end: draft.end }));
  return {
    discount_reward_usage: count(draft.perPurchase),
    discount_repeat_usage: count(draft.perCustomer),
    max_discount_amount: minor(draft.most),
    discount_combination: draft.alone ? 0 : undefined,
    discount_eligible: draft.undiscounted ? 'item_eligible_for_discount_no_discount' : undefined,
    discount_hours: hours.length > 0 ? { timezone: 'Europe/Oslo', hours } : undefined,
    stamp_expire_days: draft.kind === 'stamp-card' ? count(draft.stampDays) : undefined,
  };
}

/** Without the members that are not there. */
function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function typed(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed;
}

function count(text: string): number | string | undefined {
  const trimmed = typed(text);
  return trimmed !== undefined && /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed;
}

function decimal(text: string): number | string | undefined {
  const trimmed = typed(text)?.replace(',', '.').replace(/\s*%$/, '');
  // As JSON writes numbers; one that a double holds exactly as it is written.
  return trimmed !== undefined && /^-?\d{1,9}(\.\d{1,5})?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** `35,50` as 3550: digits are moved, nothing is multiplied. */
export function minor(text: string): number | string | undefined {
  const trimmed = typed(text);
  const found = trimmed?.replaceAll(/[\s\u00a0]/g, '').match(/^(-?)(\d{1,12})(?:[.,](\d{1,2})|[.,]-)?$/);
  if (!found) return trimmed;
  const [, sign, units, decimals = ''] = found;
  return Number(`${sign}${units}${decimals.padEnd(DECIMALS, '0')}`);
}
