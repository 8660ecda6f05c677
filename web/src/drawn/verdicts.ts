// What became of every rule, in words.

import { el } from '../dom.ts';
import { language, pick } from '../i18n.ts';
import { object, text } from '../sentence/read.ts';
import { money } from '../money.ts';
import type { Reason as PlainReason } from '../answer.ts';
import { reasonText } from '../reasons.ts';
import { sentence } from '../sentence/index.ts';
import type { Outcome, Reason, Verdict } from './answer.ts';
import { texts } from './texts.ts';

/** Of thousands of rules so many are shown: those that gave something first, then those that nearly did. */
const MOST_SHOWN = 200;

/** `onRule` shows the rule of this id in the editor. */
export function verdicts(outcome: Outcome, rules: unknown[], onRule?: (id: string) => void): HTMLElement {
  const byId = new Map(rules.map((rule) => [text(object(rule)['id']) ?? '', rule]));
  const name = (id: string): string => {
    const rule = object(byId.get(id));
    return text(rule['name']) ?? text(rule['receipt_text']) ?? id;
  };
  const all = outcome.explain ?? [];
  const shown = all.length > MOST_SHOWN ? all.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_SHOWN) : all;
  return el(
    'div',
    {},
    el(
      'ul',
      { class: 'verdicts' },
      shown.map((verdict) => one(verdict, outcome, byId.get(verdict.rule_id), name, onRule)),
    ),
    all.length > shown.length && el('p', { class: 'hint' }, pick(texts).moreRules(all.length - shown.length)),
  );
}

function rank({ verdict, near_miss }: Verdict): number {
  if (verdict === 'applied' || verdict === 'partly_applied') return 0;
  return verdict === 'lost' ? 1 : near_miss ? 2 : 3;
}

function one(
  verdict: Verdict,
  outcome: Outcome,
  rule: unknown,
  name: (id: string) => string,
  onRule?: (id: string) => void,
): HTMLElement {
  const t = pick(texts);
  const currency = outcome.currency ?? '';
  const kind = verdict.near_miss ? 'near' : verdict.verdict;
  return el(
    'li',
    { class: `verdict is-${kind}` },
    el(
      'div',
      { class: 'verdict-head' },
      onRule
        ? el('button', { type: 'button', class: 'link', onclick: () => onRule(verdict.rule_id) }, name(verdict.rule_id))
        : el('strong', {}, name(verdict.rule_id)),
      el('span', { class: 'badge' }, verdict.near_miss ? t.nearMiss : t.verdicts[verdict.verdict]),
    ),
    rule !== undefined && el('p', { class: 'hint' }, sentence(rule, language(), currency === '' ? {} : { currency })),
    given(verdict, outcome, currency),
    verdict.verdict === 'lost' &&
      el('p', {}, t.lost(verdict.lost_to === undefined ? undefined : name(verdict.lost_to), money(verdict.by ?? 0, currency))),
    verdict.reasons.length > 0 &&
      el(
        'ul',
        { class: 'reasons' },
        verdict.reasons.map((reason) => el('li', {}, inWords(reason, currency))),
      ),
    verdict.potential !== undefined && el('p', { class: 'potential' }, t.potential(money(verdict.potential, currency))),
  );
}

/** What the rule gave, all its refs together. */
function given(verdict: Verdict, outcome: Outcome, currency: string): HTMLElement | null {
  const t = pick(texts);
  const own = outcome.applied.filter((applied) => applied.rule_id === verdict.rule_id);
  const sum = (member: 'amount' | 'bonus' | 'stamp'): bigint => own.reduce((sum, applied) => sum + BigInt(applied[member]), 0n);
  const parts: string[] = [];
  if (sum('amount') !== 0n) parts.push(`−${money(sum('amount'), currency)}`);
  if (sum('bonus') !== 0n) parts.push(`${t.bonus} +${money(sum('bonus'), currency)}`);
  if (sum('stamp') !== 0n) parts.push(t.stampsEarned(String(sum('stamp'))));
  return parts.length === 0 ? null : el('p', { class: 'given' }, parts.join(', '));
}

const AMOUNTS = new Set(['gross_below', 'net_below']);

/** A reason in words, with what there is and what is needed. */
export function inWords(reason: Reason, currency: string): string {
  const { code, have, need } = reason;
  const shown = (value: number | bigint): string => (AMOUNTS.has(code) ? money(value, currency) : String(value));
  const said = reasonText(reason as PlainReason, currency);
  const numbers = have === undefined || need === undefined ? '' : ` ${pick(texts).haveOf(shown(have), shown(need))}`;
  return `${said.charAt(0).toLocaleUpperCase()}${said.slice(1)}${numbers}.`;
}
