// The answer drawn as a receipt: lines, what each was given, sums, stamps and balances.

import { el } from '../dom.ts';
import { locale, pick } from '../i18n.ts';
import { money } from '../money.ts';
import type { Answer, AnsweredReceipt, Given, GivenRef, Whole } from './answer.ts';
import { type LinePrice, prices, type Step } from './prices.ts';
import { texts } from './texts.ts';

export function drawnReceipt(answer: Answer & { ok: true }): HTMLElement {
  const { receipt, outcome } = answer;
  const currency = outcome.currency ?? '';
  const shown = (amount: Whole): string => money(amount, currency);
  return el(
    'div',
    { class: 'receipt' },
    head(receipt),
    el(
      'ul',
      { class: 'receipt-lines' },
      prices(answer).map((line, at) => lineOf(line, struck(receipt, at), shown)),
    ),
    sums(answer, shown),
    (receipt.discounts ?? []).flatMap((given) => (given.refs ?? []).map((ref) => extras(given, ref, shown))),
  );
}

function head(receipt: AnsweredReceipt): HTMLElement {
  const at = new Date(receipt.purchase_at);
  const when = Number.isNaN(at.getTime())
    ? receipt.purchase_at
    : new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Europe/Oslo' }).format(at);
  return el(
    'div',
    { class: 'receipt-head' },
    el('span', {}, receipt.store?.name ?? receipt.store?.id ?? ''),
    el('span', {}, when),
  );
}

function struck(receipt: AnsweredReceipt, at: number): boolean {
  const item = receipt.items?.[at];
  return item?.voided === true || item?.is_return_item === true;
}

function lineOf(line: LinePrice, struck: boolean, shown: (amount: bigint) => string): HTMLElement {
  const t = pick(texts);
  const taken = (step: Step, kind: string, sign: string): HTMLElement =>
    el(
      'div',
      { class: `row ${kind}` },
      el('span', {}, step.name || t.discount, step.rule === undefined && kind === 'off' ? el('small', {}, ` ${t.before}`) : null),
      el('span', { class: 'amount' }, sign + shown(step.amount)),
    );
  return el(
    'li',
    { class: struck ? 'struck' : '' },
    el(
      'div',
      { class: 'row' },
      el(
        'span',
        {},
        line.quantity === 1 ? null : el('span', { class: 'quantity' }, `${line.quantity.toLocaleString(locale())} × `),
        line.name,
      ),
      el('span', { class: 'amount' }, shown(line.gross)),
    ),
    line.steps.map((step) => taken(step, 'off', '−')),
    line.bonus.map((step) => taken({ ...step, name: bonusName(step.name, t.bonus) }, 'bonus', '+')),
  );
}

/** `Bonus: Members' points`, but a name that says it already stands alone. */
function bonusName(name: string, bonus: string): string {
  const said = name.toLocaleLowerCase().includes(bonus.toLocaleLowerCase());
  return said ? name : name === '' ? bonus : `${bonus}: ${name}`;
}

function sums({ outcome: { totals } }: Answer & { ok: true }, shown: (amount: Whole) => string): HTMLElement {
  const t = pick(texts);
  const row = (name: string, amount: string, kind = ''): HTMLElement =>
    el('div', { class: `row ${kind}` }, el('span', {}, name), el('span', { class: 'amount' }, amount));
  return el(
    'div',
    { class: 'receipt-sums' },
    row(t.gross, shown(totals.gross)),
    totals.existing_discount != 0 && row(t.existing, `−${shown(totals.existing_discount)}`, 'off'),
    totals.discount != 0 && row(t.discounts, `−${shown(totals.discount)}`, 'off'),
    row(t.toPay, shown(totals.net), 'total'),
    totals.bonus != 0 && row(t.bonusEarned, `+${shown(totals.bonus)}`, 'bonus'),
  );
}

/** At most so many stamps are drawn one by one. */
const MOST_DRAWN = 20;

function extras(given: Given, ref: GivenRef, shown: (amount: Whole) => string): HTMLElement | null {
  const t = pick(texts);
  const name = given.receipt_text || given.name || given.id;
  const { current_stamp: held, debit_balance: balance } = ref.statistics;
  const need = given.requirement?.stamp;
  if (held !== undefined && need !== undefined && held !== null && need !== null) {
    return el(
      'div',
      { class: 'extra' },
      el('div', {}, t.stamps(name, String(held), String(need), String(ref.stamp))),
      need <= MOST_DRAWN &&
        el(
          'div',
          { class: 'stamps', 'aria-hidden': 'true' },
          Array.from({ length: need }, (_, at) => el('i', { class: at < Number(held) ? 'full' : '' })),
        ),
    );
  }
  return balance === undefined || balance === null ? null : el('div', { class: 'extra' }, t.balance(name, shown(balance)));
}
