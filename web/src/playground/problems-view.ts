// The engine's problems: where each stands in the texts, and all of them in words.

import type { EngineProblem } from '../drawn/answer.ts';
import { el } from '../dom.ts';
import { pick } from '../i18n.ts';
import { parseTree, type Range, rangeOf } from '../json/place.ts';
import { problemText } from '../problems.ts';
import { type Part, placeOf, type State } from './state.ts';
import { texts } from './texts.ts';

/** Of more the first are shown. */
export const MOST_PROBLEMS = 200;

/** A problem and where it stands; one about the Call as a whole stands nowhere. */
export interface Placed {
  problem: EngineProblem;
  part?: Part | 'call';
  range?: Range;
}

export function placed(problems: readonly EngineProblem[], state: State): Placed[] {
  const trees = new Map<string, ReturnType<typeof parseTree>>();
  return problems.map((problem) => {
    const place = state.call === undefined ? placeOf(problem.pointer) : { part: 'call' as const, pointer: problem.pointer };
    if (!place) return { problem };
    const text = state[place.part] ?? '';
    const tree = trees.get(place.part) ?? parseTree(text);
    trees.set(place.part, tree);
    return { problem, part: place.part, range: rangeOf(tree, text, place.pointer) };
  });
}

/** A list of them; `goTo` shows one in its editor. `count` may be more than are listed. */
export function problemList(problems: readonly Placed[], count: number, goTo: (placed: Placed) => void): HTMLElement {
  const item = (each: Placed): HTMLElement =>
    el(
      'li',
      {},
      el('button', { type: 'button', class: 'link', onclick: () => goTo(each) }, el('code', {}, each.problem.pointer || '/')),
      ' ',
      problemText(each.problem),
    );
  return el(
    'div',
    { class: 'notice bad' },
    el('p', {}, el('strong', {}, pick(texts).problems(count))),
    el('ul', {}, problems.map(item)),
  );
}
