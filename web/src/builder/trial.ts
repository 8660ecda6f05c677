// The sample cart: its goods and circumstances, and what the rule makes of them.

import { answer } from '@rabatt/engine';
import { type Answer, readAnswer } from '../drawn/answer.ts';
import { drawnReceipt } from '../drawn/receipt.ts';
import { inWords } from '../drawn/verdicts.ts';
import { el, fill } from '../dom.ts';
import { language, pick } from '../i18n.ts';
import { money } from '../money.ts';
import type { Draft } from './draft.ts';
import type { Placed } from './form.ts';
import { callFor, type Line, type Sample, sampleFor } from './sample.ts';
import { texts } from './texts.ts';
import type { Rule } from './write.ts';

const CURRENCY = 'NOK';

export class Trial {
  readonly element: HTMLElement;
  #sample: Sample;
  #draft: Draft;
  /** Changed by hand: then it follows the draft no more. */
  #own = false;
  readonly #onChange: () => void;
  readonly #cart = el('div', { class: 'trial-cart' });
  readonly #outcome = el('div', { class: 'trial-outcome', 'aria-live': 'polite' });

  constructor(draft: Draft, onChange: () => void) {
    const t = pick(texts);
    this.#draft = draft;
    this.#onChange = onChange;
    this.#sample = sampleFor(draft, language(), new Date());
    this.element = el(
      'section',
      { class: 'card trial' },
      el('h2', {}, t.tryIt),
      el('p', { class: 'hint' }, t.tryHint),
      this.#outcome,
      this.#cart,
    );
    this.#drawCart();
  }

  /** The draft has changed, or is another one. */
  follow(draft: Draft): void {
    const another = draft.kind !== this.#draft.kind;
    this.#draft = draft;
    if (this.#own && !another) return;
    this.#own = false;
    const next = sampleFor(draft, language(), new Date());
    if (JSON.stringify(next) === JSON.stringify(this.#sample) && !another) return;
    this.#sample = next;
    this.#drawCart();
  }

  /** The sample's Call under the rule. */
  call(rule: Rule): string {
    return callFor(rule, this.#draft, this.#sample, pick(texts).kinds[this.#draft.kind].name);
  }

  /** Tries the rule; gives back what is wrong with it. */
  run(rule: Rule): Placed[] {
    const read = readAnswer(answer(this.call(rule)));
    if (!read.ok) {
      fill(this.#outcome);
      return read.errors.map((problem) => ({ ...problem, pointer: problem.pointer.replace(/^\/rules\/0/, '') }));
    }
    this.#show(read);
    return [];
  }

  #show(read: Answer & { ok: true }): void {
    const t = pick(texts);
    const { totals, applied, explain } = read.outcome;
    const shown = (amount: number | bigint): string => money(amount, CURRENCY);
    const reasons = explain?.[0]?.reasons ?? [];
    fill(
      this.#outcome,
      el(
        'div',
        { class: 'before-after' },
        el('div', {}, el('span', { class: 'hint' }, t.before), el('span', { class: 'amount' }, shown(totals.gross))),
        el('span', { 'aria-hidden': 'true', class: 'arrow' }, '→'),
        el('div', {}, el('span', { class: 'hint' }, t.after), el('span', { class: 'amount' }, shown(totals.net))),
        totals.discount != 0 && el('span', { class: 'saves' }, t.saves(shown(totals.discount))),
      ),
      applied.length === 0 &&
        el(
          'div',
          { class: 'notice warm' },
          el('p', {}, t.nothing),
          reasons.map((reason) => el('p', {}, inWords(reason, CURRENCY))),
        ),
      drawnReceipt(read),
    );
  }

  #changed(): void {
    this.#own = true;
    this.#onChange();
  }

  #drawCart(): void {
    const t = pick(texts);
    const again = (): void => {
      this.#own = false;
      this.#sample = sampleFor(this.#draft, language(), new Date());
      this.#drawCart();
      this.#onChange();
    };
    fill(
      this.#cart,
      el(
        'ul',
        { class: 'trial-lines' },
        this.#sample.lines.map((line) => this.#line(line)),
      ),
      this.#circumstances(),
      el('div', {}, el('button', { type: 'button', class: 'quiet', onclick: again }, t.fillAgain)),
    );
  }

  #line(line: Line): HTMLElement {
    const t = pick(texts);
    const input = el('input', {
      type: 'text',
      inputmode: 'numeric',
      value: String(line.quantity),
      'aria-label': t.quantityOf(line.name),
      oninput: () => set(Number(input.value)),
    });
    const set = (quantity: number): void => {
      line.quantity = Number.isSafeInteger(quantity) ? Math.min(999, Math.max(0, quantity)) : 0;
      this.#changed();
    };
    const step = (by: number): void => {
      set(line.quantity + by);
      input.value = String(line.quantity);
    };
    return el(
      'li',
      {},
      el('span', {}, line.name, ' ', el('small', { class: 'hint' }, money(line.price, CURRENCY))),
      el(
        'span',
        { class: 'steps' },
        el('button', { type: 'button', class: 'quiet', 'aria-label': t.fewer(line.name), onclick: () => step(-1) }, '−'),
        input,
        el('button', { type: 'button', class: 'quiet', 'aria-label': t.more(line.name), onclick: () => step(1) }, '+'),
      ),
    );
  }

  #circumstances(): HTMLElement {
    const t = pick(texts);
    const sample = this.#sample;
    const at = el('input', {
      type: 'datetime-local',
      value: sample.at,
      oninput: () => ((sample.at = at.value), this.#changed()),
    });
    const code = el('input', {
      value: sample.code,
      autocomplete: 'off',
      oninput: () => ((sample.code = code.value), this.#changed()),
    });
    const member = el('input', {
      type: 'checkbox',
      checked: sample.member,
      onchange: () => ((sample.member = member.checked), this.#changed()),
    });
    const stamps = el('input', {
      inputmode: 'numeric',
      value: String(sample.stamps),
      oninput: () => ((sample.stamps = /^\d{1,4}$/.test(stamps.value) ? Number(stamps.value) : 0), this.#changed()),
    });
    const labelled = (name: string, input: HTMLElement): HTMLElement =>
      el('label', { class: 'field' }, el('span', {}, name), input);
    return el(
      'div',
      { class: 'circumstances' },
      labelled(t.at, at),
      this.#draft.code.trim() !== '' && labelled(t.codeGiven, code),
      this.#draft.kind === 'stamp-card' && labelled(t.stampsHeld, stamps),
      (this.#draft.audience === 'members' || this.#draft.attribute.trim() !== '') &&
        el('label', { class: 'check-line' }, member, t.isMember),
    );
  }
}
