// Asks what a case needs beside its Call and answer, and downloads it.

import { el, fill } from '../../dom.ts';
import { pick } from '../../i18n.ts';
import type { Answer } from '../../drawn/answer.ts';
import type { State } from '../state.ts';
import { texts } from '../texts.ts';
import type { Told } from './open.ts';
import { CITE, caseText } from './save.ts';

/** As `case.schema.json` has it. */
const LEAST_WHY = 10;

export function saveDialog(state: State, answer: Answer, told: Told | undefined): void {
  const t = pick(texts);
  const name = el('input', {
    name: 'name',
    required: true,
    pattern: '[a-z0-9]+(-[a-z0-9]+)*',
    value: state.case?.split('/')[1] ?? 'my-case',
    spellcheck: 'false',
  });
  const why = el('textarea', { name: 'why', required: true, minlength: LEAST_WHY, rows: 3, value: told?.why ?? '' });
  const cites = el('input', { name: 'cites', required: true, value: told?.cites.join(' ') ?? '§22', spellcheck: 'false' });
  const said = el('div', { 'aria-live': 'polite' });
  const submit = (event: Event): void => {
    event.preventDefault();
    const listed = cites.value.split(/[\s,]+/).filter(Boolean);
    if (listed.length === 0 || !listed.every((each) => CITE.test(each))) {
      fill(said, el('p', { class: 'notice bad' }, t.badCites));
      return;
    }
    download(`${name.value}.json`, caseText(state, answer, why.value.trim(), listed));
    dialog.close();
  };
  const dialog = el(
    'dialog',
    { class: 'save-case', 'aria-labelledby': 'save-case-title', onclose: () => dialog.remove() },
    el(
      'form',
      { onsubmit: submit },
      el('h2', { id: 'save-case-title' }, t.saveCase),
      el('p', { class: 'hint' }, t.saveCaseHint),
      field(t.caseName, name),
      field(t.caseWhy, why),
      field(t.caseCites, cites),
      said,
      el(
        'div',
        { class: 'buttons' },
        el('button', { type: 'button', class: 'secondary', onclick: () => dialog.close() }, t.close),
        el('button', { type: 'submit' }, t.download),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  why.focus();
}

function field(name: string, input: HTMLElement): HTMLElement {
  return el('label', { class: 'field' }, el('span', {}, name), input);
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = el('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
