// The playground's state as a case file (`rules-examples/README.md`), the present answer being the expected one.

import { writeExact } from '../../json/exact.ts';
import { laidOut } from '../../json/layout.ts';
import type { Answer, Applied } from '../../drawn/answer.ts';
import { asksToExplain, type State } from '../state.ts';

export const CITE = /^§[0-9]+(\.[0-9]+)?$/;

/** As the corpus is written, less its indentation. */
const COLUMNS = 110;

/** The text of the file. The state's texts must be JSON. */
export function caseText(state: State, answer: Answer, why: string, cites: string[]): string {
  const parts = (['rules', 'facts', 'receipt', 'options'] as const).filter((name) => state[name].trim() !== '');
  const members = [
    ['why', JSON.stringify(why)],
    ['cites', writeExact(cites)],
    ...parts.map((name) => [name, indented(laidOut(state[name], COLUMNS))]),
    ['expect', writeExact(expectation(answer, asksToExplain(state)), '  ')],
  ];
  return `{\n${members.map(([name, text]) => `  "${name}": ${text}`).join(',\n')}\n}\n`;
}

function indented(text: string): string {
  return text.trim().replaceAll('\n', '\n  ');
}

/** What of the Answer matters: amounts and who gave them, not hashes and what is to be recorded. */
function expectation(answer: Answer, explain: boolean): object {
  if (!answer.ok) return { ok: false, errors: answer.errors.map(({ code, pointer }) => ({ code, pointer })) };
  const { totals, applied, explain: verdicts } = answer.outcome;
  return { ok: true, outcome: { totals, applied: applied.map(given), ...(explain ? { explain: verdicts } : {}) } };
}

function given({ rule_id, ref_id, stage, amount, bonus, stamp, lines }: Applied): object {
  return { rule_id, ...(ref_id === rule_id ? {} : { ref_id }), stage, amount, bonus, stamp, lines };
}
