// The field for codes, and what each code does.

import { el, fill } from '../dom.ts';
import { pick } from '../i18n.ts';
import type { CodeResult } from './codes.ts';
import { texts } from './texts.ts';

export class CodesView {
  readonly element: HTMLElement;
  readonly #list = el('ul', { class: 'codes', 'aria-live': 'polite' });
  readonly #remove: (code: string) => void;
  #shown = '[]';

  constructor(add: (code: string) => void, remove: (code: string) => void) {
    const t = pick(texts);
    this.#remove = remove;
    const input = el('input', { id: 'code', name: 'code', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 64, placeholder: t.codeHint });
    const submit = (event: Event): void => {
      event.preventDefault();
      add(input.value);
      input.value = '';
    };
    this.element = el(
      'form',
      { class: 'code-form', onsubmit: submit },
      el('label', { for: 'code' }, t.code),
      el('div', { class: 'code-row' }, input, el('button', { type: 'submit', class: 'secondary' }, t.addCode)),
      this.#list,
    );
  }

  update(results: { code: string; result: CodeResult | undefined }[]): void {
    const key = JSON.stringify(results);
    if (key === this.#shown) return;
    this.#shown = key;
    const t = pick(texts);
    fill(
      this.#list,
      results.map(({ code, result }) =>
        el(
          'li',
          { class: result === undefined ? '' : result.works ? 'works' : 'fails' },
          el('span', { class: 'code' }, code),
          el('span', { class: 'code-why' }, result?.text ?? '…'),
          el('button', { type: 'button', class: 'quiet', 'aria-label': t.removeCode(code), onclick: () => this.#remove(code) }, '×'),
        ),
      ),
    );
  }
}
