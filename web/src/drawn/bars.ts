// A picture of each line's price: one bar as long as its gross, a piece of it for every discount, the rest is net.

import { el, svg } from '../dom.ts';
import { pick } from '../i18n.ts';
import { money } from '../money.ts';
import type { Answer } from './answer.ts';
import { type LinePrice, prices } from './prices.ts';
import { texts } from './texts.ts';

/** The drawing is so many units wide, whatever its size on the page. */
const WIDTH = 1000;
const HEIGHT = 22;

/** Rules are told apart by so many colours (`style.css`). */
const COLOURS = 6;

export function priceBars(answer: Answer & { ok: true }): HTMLElement {
  const currency = answer.outcome.currency ?? '';
  const lines = prices(answer);
  const most = lines.reduce((most, { gross }) => (gross > most ? gross : most), 1n);
  const rules = new Map<string, number>();
  const colour = (key: string): number => {
    if (!rules.has(key)) rules.set(key, rules.size % COLOURS);
    return rules.get(key) ?? 0;
  };
  return el(
    'ul',
    { class: 'bars' },
    lines.map((line) => oneLine(line, most, currency, colour)),
  );
}

function oneLine(line: LinePrice, most: bigint, currency: string, colour: (key: string) => number): HTMLElement {
  const t = pick(texts);
  const length = (amount: bigint): number => Number((amount < 0n ? 0n : amount) * BigInt(WIDTH)) / Number(most);
  let at = length(line.net);
  const taken = line.steps.toReversed().map((step) => {
    const from = at;
    at += length(step.amount);
    return { ...step, from, width: at - from, colour: colour(step.rule ?? `before: ${step.name}`) };
  });
  const named = taken.toReversed();
  return el(
    'li',
    {},
    el('div', { class: 'row' }, el('span', {}, line.name), el('span', { class: 'amount' }, money(line.net, currency))),
    svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': inWords(line, currency) },
      svg('rect', { class: 'bar-net', x: 0, y: 0, width: length(line.net), height: HEIGHT }),
      taken.map((step) =>
        svg('rect', { class: `bar-off colour-${step.colour}`, x: step.from, y: 0, width: step.width, height: HEIGHT }),
      ),
    ),
    el(
      'div',
      { class: 'bar-words' },
      el('span', {}, `${t.gross} ${money(line.gross, currency)}`),
      named.map((step) =>
        el(
          'span',
          {},
          el('i', { class: `dot colour-${step.colour}`, 'aria-hidden': 'true' }),
          `${step.name || t.discount} −${money(step.amount, currency)}`,
        ),
      ),
      line.bonus.map((step) => el('span', {}, `${t.bonus} +${money(step.amount, currency)}`)),
    ),
  );
}

/** The bar for who does not see it. */
function inWords(line: LinePrice, currency: string): string {
  const t = pick(texts);
  const steps = line.steps.map((step) => `${step.name || t.discount} −${money(step.amount, currency)}`);
  return [`${line.name}: ${t.gross} ${money(line.gross, currency)}`, ...steps, `${t.net} ${money(line.net, currency)}`].join(
    ', ',
  );
}
