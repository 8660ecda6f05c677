// "Check with the till": the answer of this page beside the service's.

import type { Answer } from '../answer.ts';
import { el, fill } from '../dom.ts';
import { pick } from '../i18n.ts';
import { money } from '../money.ts';
import { CURRENCY } from './cart.ts';
import { differences } from './compare.ts';
import { texts } from './texts.ts';

export interface Compared {
  here: Answer;
  till: Pick<Answer, 'receipt' | 'outcome'>;
}

/** How many differing places are listed. */
const LISTED = 8;

export class CheckView {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #result = el('div', { class: 'check-result', 'aria-live': 'polite' });

  constructor(check: () => Promise<void>) {
    const t = pick(texts);
    const press = async (): Promise<void> => {
      this.#button.disabled = true;
      await check();
      this.#button.disabled = false;
    };
    this.#button = el('button', { type: 'button', class: 'secondary', onclick: () => void press() }, t.check);
    this.element = el('section', { class: 'card check', 'aria-label': t.check }, this.#button, el('p', { class: 'hint' }, t.checkHint), this.#result);
  }

  say(text: string): void {
    fill(this.#result, el('p', { class: 'notice warm' }, text));
  }

  clear(): void {
    if (this.#result.hasChildNodes()) fill(this.#result);
  }

  show({ here, till }: Compared): void {
    const t = pick(texts);
    const found = differences({ receipt: here.receipt, outcome: here.outcome }, till);
    const row = (name: string, of: (side: Pick<Answer, 'outcome'>) => string): HTMLElement =>
      el('tr', {}, el('th', { scope: 'row' }, name), el('td', { class: 'amount' }, of(here)), el('td', { class: 'amount' }, of(till)));
    fill(
      this.#result,
      el('p', { class: found.length === 0 ? 'notice good' : 'notice bad' }, found.length === 0 ? `✓ ${t.agree}` : t.disagree(found.length)),
      found.length > 0 && el('ul', { class: 'pointers' }, found.slice(0, LISTED).map((pointer) => el('li', {}, el('code', {}, pointer)))),
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, el('td', {}), el('th', { scope: 'col' }, t.here), el('th', { scope: 'col' }, t.till))),
        el(
          'tbody',
          {},
          row(t.gross, ({ outcome }) => money(outcome.totals.gross, CURRENCY)),
          row(t.discount, ({ outcome }) => money(outcome.totals.discount, CURRENCY)),
          row(t.toPay, ({ outcome }) => money(outcome.totals.net, CURRENCY)),
          row(t.bonus, ({ outcome }) => money(outcome.totals.bonus, CURRENCY)),
          row(t.discountsGiven, ({ outcome }) => String(outcome.applied.length)),
          row(t.rulesUsed, ({ outcome }) => outcome.plan.slice(0, 8)),
        ),
      ),
      whole(`${t.wholeAnswer}: ${t.here}`, { receipt: here.receipt, outcome: here.outcome }),
      whole(`${t.wholeAnswer}: ${t.till}`, till),
    );
  }
}

function whole(title: string, answer: object): HTMLElement {
  const text = el('pre', { tabindex: 0 });
  // Written when it is opened: an answer may be long.
  const open = (): void => {
    text.textContent = JSON.stringify(answer, null, 2);
  };
  return el('details', { ontoggle: open }, el('summary', {}, title), text);
}
