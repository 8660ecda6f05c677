// Where rules and facts come from and purchases go: the till's service, or the book that this page keeps by itself.

import type { Answer, Facts, Rule } from '../answer.ts';
import type { Customer } from './customers.ts';

export interface RuleSet {
  /** Another text for other rules. */
  plan: string;
  rules: Rule[];
  /** The rules as JSON text, for the engine. */
  text: string;
}

export interface Shop {
  readonly kind: 'service' | 'demo';
  /** The rules as of the last facts. */
  current(): RuleSet;
  /** What is known of a customer now. */
  facts(customer: Customer): Promise<Facts>;
  /** Records a finished purchase; the same purchase again counts once. */
  record(answer: Answer): Promise<void>;
}
