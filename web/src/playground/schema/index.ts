// The shapes of rules, receipts and facts: the service's OpenAPI document, and what the engine reads beyond it (§20, §1.3).

import fromService from 'virtual:rabatt-shapes';
import type { Shape, Shapes } from './shape.ts';

const whole: Shape = { type: 'integer', format: 'int64' };

/** What the engine knows and the API's document does not describe. */
const BEYOND: Shapes = {
  Discount: { type: 'object', members: { stacking: { type: 'object', ref: 'Stacking' } } },
  Limitation: { type: 'object', members: { max_discount_amount: whole, budget_amount: whole, budget_usage: whole } },
  ReceiptCustomer: { type: 'object', members: { attributes: { type: 'object' } } },
  Stacking: { type: 'object', members: { priority: { ...whole, default: 0 }, group: { type: 'string' } } },
  Facts: {
    type: 'object',
    members: {
      refs: { type: 'array', each: { type: 'object', ref: 'Ref' } },
      customer: { type: 'object', ref: 'ReceiptCustomer' },
    },
  },
  Ref: {
    type: 'object',
    required: ['id', 'rule_id'],
    members: {
      id: { type: 'string' },
      rule_id: { type: 'string' },
      given_at: { type: 'string', format: 'date-time' },
      deleted_at: { type: 'string', format: 'date-time' },
      statistics: { type: 'object', ref: 'Statistics' },
    },
  },
  Statistics: {
    type: 'object',
    members: { usage: whole, amount: whole, bonus: whole, stamp: whole, current_stamp: whole, debit_balance: whole },
  },
};

function joined(): Shapes {
  const all: Shapes = { ...fromService };
  for (const [name, beyond] of Object.entries(BEYOND)) {
    all[name] = { ...all[name], ...beyond, members: { ...all[name]?.members, ...beyond.members } };
  }
  // A gift's `refs` are the answer's; in an offline Call rules carry an id, which over HTTP the service makes.
  const id = all['Discount']?.members?.['id'];
  if (id) delete id.readOnly;
  return all;
}

export const shapes: Shapes = joined();

export const RULES: Shape = { type: 'array', each: { type: 'object', ref: 'Discount' } };
export const RECEIPT: Shape = { type: 'object', ref: 'Receipt' };
export const FACTS: Shape = { type: 'object', ref: 'Facts' };
