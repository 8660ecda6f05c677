// What a case expects beside what came: equal, or every place where they part.

import { el } from '../../dom.ts';
import { pick } from '../../i18n.ts';
import { type Difference, differences } from '../../json/difference.ts';
import { writeExact } from '../../json/exact.ts';
import { texts } from '../texts.ts';
import type { Answer } from '../../drawn/answer.ts';

/** Further differences are only counted. */
const MOST_SHOWN = 20;

/** `explained`: the case itself asks for verdicts; they are left out of the comparison when it does not. */
export function expected(expect: unknown, answer: Answer, explained: boolean): HTMLElement {
  const t = pick(texts);
  const found = differences(expect, explained ? answer : withoutVerdicts(answer));
  if (found.length === 0) return el('p', { class: 'notice good' }, t.agrees);
  return el(
    'div',
    { class: 'notice bad differences' },
    el('p', {}, t.differs(found.length)),
    el('table', {}, el('thead', {}, heads()), el('tbody', {}, found.slice(0, MOST_SHOWN).map(row))),
  );
}

function heads(): HTMLElement {
  const t = pick(texts);
  return el(
    'tr',
    {},
    [t.place, t.expectedValue, t.gotValue].map((name) => el('th', { scope: 'col' }, name)),
  );
}

function row({ at, expected, got }: Difference): HTMLElement {
  const shown = (value: unknown): string => (value === undefined ? pick(texts).nothing : writeExact(value));
  return el(
    'tr',
    {},
    [at || '/', shown(expected), shown(got)].map((text) => el('td', {}, el('code', {}, text))),
  );
}

function withoutVerdicts(answer: Answer): unknown {
  if (!answer.ok) return answer;
  const { explain: _verdicts, ...outcome } = answer.outcome;
  return { ...answer, outcome };
}
