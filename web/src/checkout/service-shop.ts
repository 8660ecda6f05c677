// The shop as the service knows it: rules and facts of the last snapshots, asked for again with their tags.

import type { Facts, Snapshot } from '../answer.ts';
import { newId } from '../ids.ts';
import { ask, type Session } from '../session.ts';
import { customerId, type Customer } from './customers.ts';
import type { RuleSet, Shop } from './shop.ts';

/** The last one, and whose it is: coming back to the page without a network finds what was known. */
let opened: { token: string; shop: Shop } | undefined;

/** The shop of a session. */
export async function serviceShop({ token }: Session): Promise<Shop> {
  if (opened?.token !== token) opened = { token, shop: await open() };
  return opened.shop;
}

/** Asks for the snapshot without a customer first, which brings the rules. */
async function open(): Promise<Shop> {
  const tags = new Map<Customer, { tag: string; facts: Facts }>();
  let now: RuleSet | undefined;

  const facts = async (customer: Customer): Promise<Facts> => {
    const known = tags.get(customer);
    const id = customerId(customer);
    const query = id === undefined ? '' : `?customer_id=${encodeURIComponent(id)}`;
    const headers: Record<string, string> = known ? { 'if-none-match': known.tag } : {};
    const answer = await ask('GET', `discounts/snapshot${query}`, undefined, headers).catch((error: unknown) => {
      // Without a network the last facts are the best there are.
      if (known && error instanceof TypeError) return undefined;
      throw error;
    });
    if (known && (answer === undefined || answer.status === 304)) return known.facts;
    if (answer === undefined) throw new TypeError('no network');
    const { plan, rules, facts } = (await answer.json()) as Snapshot;
    if (plan !== now?.plan) now = { plan, rules, text: JSON.stringify(rules) };
    tags.set(customer, { tag: answer.headers.get('etag') ?? '', facts });
    return facts;
  };

  await facts('anonymous');
  return {
    kind: 'service',
    current: () => now ?? { plan: '', rules: [], text: '[]' },
    facts,
    record: async (answer) => {
      const headers = { event: 'receipt_add', 'event-delivery': newId() };
      await ask('POST', 'discounts/events', JSON.stringify({ receipt: answer.receipt }), headers);
    },
  };
}

/** Asks the service to recalculate a receipt, with verdicts and amounts as the page computes them. */
export async function askTill(receipt: string): Promise<{ receipt: object; outcome: object }> {
  const answer = await ask('POST', 'discounts/available_for_receipt?explain=true&amounts=recalculated', receipt);
  const { outcome, ...rest } = (await answer.json()) as { outcome: object };
  return { receipt: rest, outcome };
}
