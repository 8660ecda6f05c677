// The cart as a receipt: lines with what each gets under them, then the sums. A line keeps its elements while it is
// in the cart, so that typing in it is not disturbed.

import { ruleName, type Answer, type Rule } from '../answer.ts';
import { el, fill } from '../dom.ts';
import { language, pick } from '../i18n.ts';
import { money, signedMoney } from '../money.ts';
import { CURRENCY, MOST, type Cart, type Line } from './cart.ts';
import { productOf, type Product } from './products.ts';
import { texts } from './texts.ts';

interface Row {
  element: HTMLElement;
  input: HTMLInputElement;
  gross: HTMLElement;
  rewards: HTMLElement;
  /** What `rewards` shows. */
  shown: string;
}

export class ReceiptView {
  readonly element: HTMLElement;
  readonly #rows = new Map<number, Row>();
  readonly #lines = el('ul', { class: 'lines' });
  readonly #empty: HTMLElement;
  readonly #totals = el('dl', { class: 'totals' });
  readonly #said = el('p', { class: 'unseen', role: 'status' });
  readonly #change: (product: string, quantity: number) => void;
  #sums = '';

  constructor(change: (product: string, quantity: number) => void) {
    const t = pick(texts);
    this.#change = change;
    this.#empty = el('p', { class: 'empty' }, t.empty);
    this.element = el('div', { class: 'paper-lines' }, this.#empty, this.#lines, this.#totals, this.#said);
  }

  update(cart: Cart, answer: Answer, ruleOf: (id: string) => Rule | undefined): void {
    const known = new Set(cart.lines.map((line) => line.lineId));
    for (const [lineId, row] of this.#rows) {
      if (known.has(lineId)) continue;
      row.element.remove();
      this.#rows.delete(lineId);
    }
    for (const line of cart.lines) this.#updateLine(line, answer, ruleOf);
    this.#empty.hidden = cart.lines.length > 0;
    this.#updateTotals(cart, answer);
  }

  #updateLine(line: Line, answer: Answer, ruleOf: (id: string) => Rule | undefined): void {
    const product = productOf(line.product);
    if (!product) return;
    let row = this.#rows.get(line.lineId);
    if (!row) {
      row = this.#newRow(line, product);
      this.#rows.set(line.lineId, row);
      this.#lines.append(row.element);
    }
    const focused = document.activeElement === row.input;
    if (!focused || Number(row.input.value) !== line.quantity) row.input.value = String(line.quantity);
    row.gross.textContent = money(product.price * line.quantity, CURRENCY);
    const item = answer.receipt.items?.find((item) => item.line_id === line.lineId);
    const rewards = [
      ...(item?.discount_lines ?? []).map(({ amount, discount_id, description }) => ({
        name: description || ruleName(ruleOf(discount_id), discount_id), amount: signedMoney(-amount, CURRENCY), bonus: false,
      })),
      ...(item?.bonus_lines ?? []).map(({ bonus, discount_id, description }) => ({
        name: description || ruleName(ruleOf(discount_id), discount_id), amount: signedMoney(bonus, CURRENCY), bonus: true,
      })),
    ];
    const shown = JSON.stringify(rewards);
    if (shown === row.shown) return;
    row.shown = shown;
    fill(
      row.rewards,
      rewards.map(({ name, amount, bonus }) =>
        el('li', { class: bonus ? 'reward bonus' : 'reward' }, el('span', {}, name), el('span', { class: 'amount' }, amount)),
      ),
    );
  }

  #newRow(line: Line, product: Product): Row {
    const t = pick(texts);
    const name = product.name[language()];
    const input = el('input', {
      type: 'number', min: 0, max: MOST, step: 1, inputmode: 'numeric', 'aria-label': t.quantity(name),
      oninput: () => {
        // An empty or zero field is on its way to something.
        if (input.value !== '' && Number(input.value) > 0) this.#change(product.id, Number(input.value));
      },
      onchange: () => {
        if (input.value === '') input.value = String(line.quantity);
        else this.#step(product.id, Number(input.value));
      },
      onfocus: () => input.select(),
    });
    const gross = el('span', { class: 'amount' });
    const rewards = el('ul', { class: 'rewards' });
    const element = el(
      'li',
      { class: 'line' },
      el(
        'div',
        { class: 'line-main' },
        el(
          'div',
          { class: 'stepper' },
          el('button', { type: 'button', 'aria-label': t.fewer(name), onclick: () => this.#step(product.id, line.quantity - 1) }, '−'),
          input,
          el('button', { type: 'button', 'aria-label': t.more(name), onclick: () => this.#step(product.id, line.quantity + 1) }, '+'),
        ),
        el('div', { class: 'line-name' }, el('span', {}, name), el('span', { class: 'each' }, t.each(money(product.price, CURRENCY)))),
        gross,
      ),
      rewards,
    );
    return { element, input, gross, rewards, shown: '' };
  }

  /** Changes a quantity; when the line goes away the focus does not go with it. */
  #step(product: string, quantity: number): void {
    const had = this.#lines.contains(document.activeElement);
    const next = document.activeElement?.closest('.line')?.nextElementSibling ?? document.activeElement?.closest('.line')?.previousElementSibling;
    this.#change(product, quantity);
    if (had && !this.#lines.contains(document.activeElement)) {
      const place = next?.querySelector('button') ?? document.querySelector<HTMLElement>('.product');
      place?.focus();
    }
  }

  #updateTotals(cart: Cart, answer: Answer): void {
    const t = pick(texts);
    const { totals, optimal, gap } = answer.outcome;
    const key = JSON.stringify([totals, optimal, cart.lines.length > 0]);
    if (key === this.#sums) return;
    this.#sums = key;
    const sum = (name: string, amount: string, kind = ''): HTMLElement =>
      el('div', { class: `sum ${kind}` }, el('dt', {}, name), el('dd', { class: 'amount' }, amount));
    const empty = cart.lines.length === 0;
    fill(
      this.#totals,
      !empty && totals.discount > 0 && sum(t.gross, money(totals.gross, CURRENCY)),
      !empty && totals.discount > 0 && sum(t.discount, signedMoney(-totals.discount, CURRENCY), 'saved'),
      !empty && sum(t.toPay, money(totals.net, CURRENCY), 'pay'),
      !empty && totals.bonus > 0 && sum(t.bonus, money(totals.bonus, CURRENCY), 'bonus'),
      !optimal && sum(t.notProven(money(gap ?? 0, CURRENCY)), '', 'note'),
    );
    this.#said.textContent = empty ? '' : t.totalSaid(money(totals.net, CURRENCY), money(totals.discount, CURRENCY));
  }
}
