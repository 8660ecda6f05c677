// Gives a rule to the shop: creates it, then gives it to those it is for.

import { ask, ServiceError, session } from '../session.ts';
import type { Audience } from '../sentence/index.ts';
import type { Rule } from './write.ts';

/** As `POST discounts/rules/{did}/customers` names them: all known customers, and purchases without one. */
const CUSTOMERS: Record<Audience, readonly string[]> = { everybody: ['*', '/'], members: ['*'], nobody: [] };

/** The rule is in the shop, but nobody has it. */
export class NotGivenError extends Error {
  readonly id: string;
  override readonly cause: unknown;

  constructor(id: string, cause: unknown) {
    super('the rule was created but not given');
    this.id = id;
    this.cause = cause;
  }
}

// What was created from this page, by account and content: who saves it again means the same rule.
const created = new Map<string, Promise<string>>();

/** Creates the rule, once however often it is saved as it is, and gives it; answers its id. */
export async function save(rule: Rule, audience: Audience): Promise<string> {
  const text = JSON.stringify(rule);
  const key = `${session()?.account} ${text}`;
  const creating = created.get(key) ?? create(text);
  created.set(key, creating);
  const id = await creating.catch((error: unknown) => {
    created.delete(key);
    throw error;
  });
  try {
    await give(id, audience);
  } catch (error) {
    // Somebody has deleted it: saved once more, it is created anew.
    if (error instanceof ServiceError && error.status === 404) created.delete(key);
    throw new NotGivenError(id, error);
  }
  return id;
}

async function create(rule: string): Promise<string> {
  const answer = await ask('POST', 'discounts/rules', rule);
  return ((await answer.json()) as { id: string }).id;
}

/** Once, however often it is asked: the constraint gives a customer the rule at most once. */
export async function give(id: string, audience: Audience): Promise<void> {
  const customers = CUSTOMERS[audience];
  if (customers.length === 0) return;
  const body = JSON.stringify({ customers, offering_constraint_id: `builder:${id}` });
  await ask('POST', `discounts/rules/${encodeURIComponent(id)}/customers`, body);
}
