// What is close: "2 more for 3 for 2: save 35.00".

import type { Rule, Verdict } from '../answer.ts';
import { el, fill } from '../dom.ts';
import { pick } from '../i18n.ts';
import { nearMisses } from './near.ts';
import { texts } from './texts.ts';

export class NearView {
  readonly element: HTMLElement;
  readonly #list = el('ul', {});

  constructor() {
    this.element = el('section', { class: 'card near', hidden: true, 'aria-labelledby': 'near-title' }, el('h2', { id: 'near-title' }, pick(texts).near), this.#list);
  }

  update(verdicts: Verdict[], ruleOf: (id: string) => Rule | undefined): void {
    const t = pick(texts);
    const close = nearMisses(verdicts, ruleOf);
    this.element.hidden = close.length === 0;
    fill(
      this.#list,
      close.map(({ rule, missing, saves }) =>
        el('li', {}, el('span', {}, t.nearFor(missing, rule)), saves !== undefined && el('span', {}, ': '), saves !== undefined && el('strong', { class: 'amount' }, saves)),
      ),
    );
  }
}
