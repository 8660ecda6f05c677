// Rules and one customer's facts, compiled, and what of them the page looks at on every change: looking through
// thousands of rules for a few would cost more than the evaluation.

import type { Facts, Ref, Rule } from '../answer.ts';
import { Engine } from '../engine.ts';
import { sameCode } from './cart.ts';
import type { RuleSet } from './shop.ts';

export interface Held {
  rule: Rule;
  ref: Ref;
}

export class Loaded {
  readonly engine: Engine;
  readonly plan: string;
  readonly facts: Facts;
  /** Rules and facts as text, for another engine. */
  readonly snapshot: string;
  /** The stamp cards that the customer holds. */
  readonly stampCards: Held[];
  /** The debits that the customer holds. */
  readonly debits: Held[];
  readonly #rules: Map<string, Rule>;
  readonly #withCode: Rule[];

  /** Throws a `RulesError` when the rules cannot be used. */
  constructor({ plan, rules, text }: RuleSet, facts: Facts) {
    this.snapshot = `{"rules":${text},"facts":${JSON.stringify(facts)}}`;
    this.engine = Engine.load(this.snapshot);
    this.plan = plan;
    this.facts = facts;
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.#withCode = rules.filter((rule) => rule.requirement?.discount_code);
    const held = (facts.refs ?? []).flatMap((ref): Held[] => {
      const rule = this.#rules.get(ref.rule_id);
      return rule ? [{ rule, ref }] : [];
    });
    this.stampCards = held.filter(({ rule }) => rule.requirement?.stamp);
    this.debits = held.filter(({ rule }) => rule.reward?.type === 'discount_debit');
  }

  /** The rules that ask for this code. */
  askingFor(code: string): Rule[] {
    return this.#withCode.filter((rule) => sameCode(rule.requirement?.discount_code ?? '', code));
  }

  ruleOf = (id: string): Rule | undefined => this.#rules.get(id);
}
