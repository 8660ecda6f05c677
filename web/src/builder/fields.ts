// How each field is filled in, and which places of the rule's JSON it writes: a problem there is shown at the field.

import type { Field } from './draft.ts';

export type Control =
  'text' | 'whole' | 'decimal' | 'date' | 'time' | 'check' | 'days' | 'audience' | 'mixes' | 'groups' | 'items';

interface Described {
  control: Control;
  /** JSON pointers that it writes. */
  place?: RegExp;
  /** Takes half the width. */
  half?: true;
}

const reward = /^\/reward(\/value)?$/;
const goods = /^\/requirement\/item(\/items\b|$)/;

export const FIELDS: Record<Field, Described> = {
  name: { control: 'text', place: /^\/name/, half: true },
  receiptText: { control: 'text', place: /^\/receipt_text/, half: true },
  groups: { control: 'groups', place: goods },
  items: { control: 'items', place: goods },
  buy: { control: 'whole', place: /^\/requirement\/item\/quantity/, half: true },
  pay: { control: 'whole', place: reward, half: true },
  percent: { control: 'decimal', place: reward, half: true },
  amount: { control: 'decimal', place: reward, half: true },
  price: { control: 'decimal', place: reward, half: true },
  mixes: { control: 'mixes', place: /^\/requirement\/item\/mixes/ },
  stamps: { control: 'whole', place: /^\/requirement\/stamp/, half: true },
  stampDays: { control: 'whole', place: /^\/limitation\/stamp_expire_days/, half: true },
  code: { control: 'text', place: /^\/requirement\/discount_code/, half: true },
  minimum: { control: 'decimal', place: /^\/requirement\/gross_amount/, half: true },
  from: { control: 'date', place: /^\/requirement\/purchase_from/, half: true },
  to: { control: 'date', place: /^\/requirement\/purchase_to/, half: true },
  days: { control: 'days', place: /^\/limitation\/discount_hours(\/hours(\/\d+(\/day)?)?)?$/ },
  start: { control: 'time', place: /^\/limitation\/discount_hours\/hours\/\d+\/start/, half: true },
  end: { control: 'time', place: /^\/limitation\/discount_hours\/hours\/\d+\/end/, half: true },
  audience: { control: 'audience' },
  attribute: { control: 'text', place: /^\/requirement\/customer/, half: true },
  attributeValues: { control: 'text', half: true },
  stores: { control: 'text', place: /^\/requirement\/store/, half: true },
  perPurchase: { control: 'whole', place: /^\/limitation\/discount_reward_usage/, half: true },
  perCustomer: { control: 'whole', place: /^\/limitation\/discount_repeat_usage/, half: true },
  most: { control: 'decimal', place: /^\/limitation\/max_discount_amount/, half: true },
  alone: { control: 'check' },
  undiscounted: { control: 'check' },
};
