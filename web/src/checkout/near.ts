// Near misses: what is missing and what it would give, the best first.

import { ruleName, type Rule, type Verdict } from '../answer.ts';
import { pick } from '../i18n.ts';
import { money } from '../money.ts';
import { CURRENCY } from './cart.ts';
import { texts } from './texts.ts';

/** How many are shown: more would be noise. */
const SHOWN = 3;

export interface NearMiss {
  rule: string;
  missing: string;
  saves: string | undefined;
}

/** Where nobody can say what it would give, and of stamps, which a card shows, one missing is near and more are not. */
function isNear(verdict: Verdict): boolean {
  const reason = verdict.reasons[0];
  const one = reason?.missing === 1;
  return verdict.near_miss === true && (one || (reason?.code !== 'stamps_below' && (verdict.potential ?? 0) > 0));
}

export function nearMisses(verdicts: Verdict[], ruleOf: (id: string) => Rule | undefined): NearMiss[] {
  return verdicts
    .filter(isNear)
    .sort((a, b) => (b.potential ?? 0) - (a.potential ?? 0))
    .slice(0, SHOWN)
    .map((verdict) => nearMiss(verdict, ruleOf(verdict.rule_id)));
}

function nearMiss(verdict: Verdict, rule: Rule | undefined): NearMiss {
  const t = pick(texts);
  const reason = verdict.reasons[0];
  const missing = reason?.missing ?? 0;
  const amount = money(verdict.potential ?? 0, CURRENCY);
  const bonus = (rule?.reward as { effect?: string } | undefined)?.effect === 'bonus';
  const byMoney = reason?.code === 'gross_below' || reason?.code === 'net_below';
  return {
    rule: ruleName(rule, verdict.rule_id),
    missing: byMoney ? t.spendMore(money(missing, CURRENCY)) : reason?.code === 'stamps_below' ? t.stampsMore(missing) : t.itemsMore(missing),
    saves: verdict.potential === undefined ? undefined : bonus ? t.earns(amount) : t.saves(amount),
  };
}
