// Gives a rule to the shop: creates it, then gives it to those it is for.

import { ask } from '../session.ts';
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

/** Creates the rule and gives it; answers its id. */
export async function save(rule: Rule, audience: Audience): Promise<string> {
  const answer = await ask('POST', 'discounts/rules', JSON.stringify(rule));
  const { id } = (await answer.json()) as { id: string };
  try {
    await give(id, audience);
  } catch (error) {
    throw new NotGivenError(id, error);
  }
  return id;
}

/** Once, however often it is asked: the constraint gives a customer the rule at most once. */
export async function give(id: string, audience: Audience): Promise<void> {
  const customers = CUSTOMERS[audience];
  if (customers.length === 0) return;
  const body = JSON.stringify({ customers, offering_constraint_id: `builder:${id}` });
  await ask('POST', `discounts/rules/${encodeURIComponent(id)}/customers`, body);
}
