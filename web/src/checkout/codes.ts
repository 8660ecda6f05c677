// What a code does on this cart, or why it does nothing.

import { ruleName, type Answer, type Verdict } from '../answer.ts';
import { pick } from '../i18n.ts';
import { money } from '../money.ts';
import { reasonText } from '../reasons.ts';
import { CURRENCY } from './cart.ts';
import type { Loaded } from './loaded.ts';
import { texts } from './texts.ts';

export interface CodeResult {
  works: boolean;
  text: string;
}

/** `undefined` until the verdicts are known. */
export function codeResult(code: string, loaded: Loaded, answer: Answer, verdicts: Verdict[]): CodeResult | undefined {
  const t = pick(texts);
  const asking = loaded.askingFor(code);
  if (asking.length === 0) return { works: false, text: t.codeUnknown };
  const ids = new Set(asking.map((rule) => rule.id));
  const given = answer.outcome.applied.filter((applied) => ids.has(applied.rule_id));
  const amount = given.reduce((sum, applied) => sum + applied.amount, 0);
  if (amount > 0) return { works: true, text: t.codeGives(money(amount, CURRENCY)) };
  if (given.length > 0) return { works: true, text: t.codeHolds };
  const verdict = verdicts.find((verdict) => ids.has(verdict.rule_id));
  if (!verdict) return undefined;
  if (verdict.verdict === 'lost') {
    return { works: false, text: t.codeLost(ruleName(loaded.ruleOf(verdict.lost_to ?? ''), verdict.lost_to ?? '')) };
  }
  const reasons = verdict.reasons.map((reason) => reasonText(reason, CURRENCY));
  return { works: false, text: t.codeRefused(reasons.join(', ')) };
}
