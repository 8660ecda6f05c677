// What somebody has filled in: texts as typed, so that nothing typed is lost, whatever it is.

import type { Audience } from '../sentence/index.ts';

export const KINDS = [
  'n-for-m',
  'percent',
  'new-price',
  'amount',
  'bundle',
  'receipt-percent',
  'stamp-card',
  'member',
  'code',
  'hours',
  'bonus',
  'balance',
] as const;
export type Kind = (typeof KINDS)[number];

/** One part of a bundle. */
export interface MixDraft {
  groups: string;
  items: string;
  quantity: string;
  eligible: boolean;
}

export interface Draft {
  kind: Kind;
  name: string;
  receiptText: string;
  /** Ids with commas between. */
  groups: string;
  items: string;
  buy: string;
  pay: string;
  percent: string;
  /** In whole units of the currency, as `35` or `35,50`. */
  amount: string;
  price: string;
  mixes: MixDraft[];
  stamps: string;
  stampDays: string;
  code: string;
  minimum: string;
  /** Days, as `2026-01-31`; both count. */
  from: string;
  to: string;
  days: string[];
  start: string;
  end: string;
  audience: Audience;
  attribute: string;
  attributeValues: string;
  stores: string;
  perPurchase: string;
  perCustomer: string;
  most: string;
  alone: boolean;
  undiscounted: boolean;
}

export type Field = Exclude<keyof Draft, 'kind'>;

/** The fields each kind is about; they come first. All others that a rule may have are further conditions. */
export const MAIN: Record<Kind, readonly Field[]> = {
  'n-for-m': ['buy', 'pay', 'groups', 'items'],
  percent: ['percent', 'groups', 'items'],
  'new-price': ['price', 'groups', 'items'],
  amount: ['amount', 'groups', 'items'],
  bundle: ['mixes', 'price'],
  'receipt-percent': ['percent', 'minimum'],
  'stamp-card': ['stamps', 'groups', 'items', 'stampDays'],
  member: ['percent', 'groups', 'items', 'audience', 'attribute', 'attributeValues'],
  code: ['code', 'amount', 'perCustomer', 'groups', 'items'],
  hours: ['percent', 'days', 'start', 'end', 'groups', 'items'],
  bonus: ['percent', 'audience', 'groups', 'items'],
  balance: ['amount', 'perCustomer'],
};

/** Conditions any rule may have, by subject. */
export const FURTHER = {
  when: ['from', 'to', 'days', 'start', 'end'],
  whom: ['audience', 'attribute', 'attributeValues', 'code', 'stores', 'minimum'],
  limits: ['perPurchase', 'perCustomer', 'most', 'alone', 'undiscounted'],
} as const satisfies Record<string, readonly Field[]>;

const EMPTY: Omit<Draft, 'kind' | 'from' | 'to'> = {
  name: '',
  receiptText: '',
  groups: '',
  items: '',
  buy: '',
  pay: '',
  percent: '',
  amount: '',
  price: '',
  mixes: [],
  stamps: '',
  stampDays: '',
  code: '',
  minimum: '',
  days: [],
  start: '',
  end: '',
  audience: 'everybody',
  attribute: '',
  attributeValues: '',
  stores: '',
  perPurchase: '',
  perCustomer: '',
  most: '',
  alone: false,
  undiscounted: false,
};

const part = (group: string): MixDraft => ({ groups: group, items: '', quantity: '1', eligible: true });

/** A good example of each kind, in the kiosk's goods. */
const EXAMPLES: Record<Kind, Partial<Draft>> = {
  'n-for-m': { buy: '3', pay: '2', groups: 'kaffe' },
  percent: { percent: '20', groups: 'bakst' },
  'new-price': { price: '20', items: 'skolebolle' },
  amount: { amount: '10', items: 'vaffel' },
  bundle: { mixes: [part('popcorn'), part('film'), part('brus')], price: '150' },
  'receipt-percent': { percent: '10', minimum: '500' },
  'stamp-card': { stamps: '5', stampDays: '365', groups: 'kaffe', audience: 'members' },
  member: { percent: '10', audience: 'members' },
  code: { code: 'SOMMER', amount: '50', perCustomer: '1' },
  hours: { percent: '20', groups: 'kaffe', days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '07:00', end: '09:00' },
  bonus: { percent: '2', audience: 'members' },
  balance: { amount: '200', audience: 'nobody' },
};

/** An example of a kind, counting from `today` for a year. */
export function example(kind: Kind, today: string): Draft {
  const [year = '2026', ...day] = today.split('-');
  return {
    ...EMPTY,
    kind,
    from: today,
    to: [Number(year) + 1, ...day].join('-').replace('-02-29', '-02-28'),
    ...structuredClone(EXAMPLES[kind]),
  };
}

/** Ids out of a text with commas between. */
export function ids(text: string): string[] {
  return text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}
