// Choosing a case: all of them, found by the words of their name, sentence and paragraphs.

import { listed } from 'virtual:rabatt-case-list';
import { el, fill } from '../../dom.ts';
import { pick } from '../../i18n.ts';
import { texts } from '../texts.ts';

type Listed = (typeof listed)[number];

/** More are not drawn: the search finds them. */
const MOST_SHOWN = 80;

/** Cases that have every word of the query. */
export function search(query: string, cases: readonly Listed[] = listed): Listed[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return cases.filter((each) => {
    const text = `${each.name} ${each.why} ${each.cites.join(' ')}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Opens the dialog; `onPick` gets the name of the case. */
export function pickCase(onPick: (name: string) => void): void {
  const t = pick(texts);
  const query = el('input', {
    type: 'search',
    'aria-label': t.searchCases,
    placeholder: t.searchCases,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const count = el('p', { class: 'hint', 'aria-live': 'polite' });
  const found = el('ul', { class: 'case-list' });
  const choose = (name: string): void => {
    dialog.close();
    onPick(name);
  };
  const draw = (): void => {
    const cases = search(query.value);
    fill(count, t.casesFound(cases.length));
    fill(
      found,
      cases.slice(0, MOST_SHOWN).map((each) => el('li', {}, entry(each, choose))),
    );
    found.scrollTop = 0;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const [first] = search(query.value);
    if (first) choose(first.name);
  };
  query.addEventListener('input', draw);
  const dialog = el(
    'dialog',
    { class: 'case-picker', 'aria-labelledby': 'case-picker-title', onclose: () => dialog.remove(), onkeydown: move },
    el(
      'form',
      { onsubmit: submit },
      el(
        'div',
        { class: 'dialog-head' },
        el('h2', { id: 'case-picker-title' }, t.openCase),
        close(t.close, () => dialog.close()),
      ),
      query,
      count,
    ),
    found,
  );
  draw();
  document.body.append(dialog);
  dialog.showModal();
  query.focus();
}

function close(name: string, onclick: () => void): HTMLElement {
  return el('button', { type: 'button', class: 'quiet', onclick }, name);
}

function entry(each: Listed, choose: (name: string) => void): HTMLElement {
  return el(
    'button',
    { type: 'button', class: 'case', onclick: () => choose(each.name) },
    el('span', { class: 'case-name' }, each.name),
    el('span', { class: 'case-why' }, each.why),
    el('span', { class: 'case-cites' }, each.cites.join(' ')),
  );
}

/** Up and down go through the list. */
function move(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const stops = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('input, .case')];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
