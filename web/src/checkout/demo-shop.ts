// The kiosk's example rules, built into the page, with a book in its memory: what the service's first start sets up,
// without a service. Closing the page forgets it.

import gifts from '../../../service/examples/kiosk-gifts.json';
import text from '../../../service/examples/kiosk-rules.json?raw';
import stamps from '../../../service/examples/kiosk-stamps.json';
import type { Facts, Ref, Rule, Statistics } from '../answer.ts';
import { customerId, type Customer } from './customers.ts';
import type { Shop } from './shop.ts';

const GIFTS = gifts as Record<string, string[]>;
const STAMPS = stamps as Record<string, Record<string, number>>;

/** Statistics by ref. It outlives the page's being left and drawn again. */
const book = new Map<string, Statistics>();

export function demoShop(): Shop {
  const rules = JSON.parse(text) as Rule[];
  return {
    kind: 'demo',
    current: () => ({ plan: 'demo', rules, text }),
    facts: (customer) => Promise.resolve(factsOf(rules, customer)),
    record: (answer) => {
      for (const discount of answer.receipt.discounts ?? []) {
        for (const held of discount.refs) book.set(held.id, held.statistics);
      }
      return Promise.resolve();
    },
  };
}

function factsOf(rules: Rule[], customer: Customer): Facts {
  const id = customerId(customer);
  const refs = rules.flatMap((rule): Ref[] => {
    const holders = GIFTS[rule.id] ?? [];
    if (!holders.some((holder) => (id === undefined ? holder === '/' : holder === '*' || holder === id))) return [];
    const ref = `${rule.id}:${customer}`;
    const current = STAMPS[rule.id]?.[customer] ?? 0;
    return [{ id: ref, rule_id: rule.id, statistics: book.get(ref) ?? { stamp: current, current_stamp: current } }];
  });
  return { refs };
}
