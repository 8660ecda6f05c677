// Stamp cards that fill up, and what coupons hold.

import { ruleName, type Answer, type AppliedRef } from '../answer.ts';
import { el, fill } from '../dom.ts';
import { pick } from '../i18n.ts';
import { money } from '../money.ts';
import { CURRENCY } from './cart.ts';
import type { Held, Loaded } from './loaded.ts';
import { texts } from './texts.ts';

/** A card as it stands with this purchase. */
export interface StampCard {
  name: string;
  /** Stamps for one reward. */
  size: number;
  held: number;
  earned: number;
  rewarded: boolean;
  after: number;
}

/** What this purchase does with a ref. */
function given(answer: Answer, { rule, ref }: Held): AppliedRef | undefined {
  return answer.receipt.discounts?.find((discount) => discount.id === rule.id)?.refs.find((given) => given.id === ref.id);
}

function stampCard(held: Held, answer: Answer): StampCard {
  const now = given(answer, held);
  const before = held.ref.statistics?.current_stamp ?? 0;
  return {
    name: ruleName(held.rule, held.rule.id),
    size: held.rule.requirement?.stamp ?? 1,
    held: before,
    earned: now?.stamp ?? 0,
    rewarded: (now?.usage ?? 0) > 0,
    after: now?.statistics.current_stamp ?? before,
  };
}

export class StampsView {
  readonly element = el('div', { class: 'holdings' });
  #shown = '';

  update(loaded: Loaded, answer: Answer): void {
    const cards = loaded.stampCards.map((held) => stampCard(held, answer));
    const balances = loaded.debits.map((held) => balance(held, answer));
    const key = JSON.stringify([cards, balances]);
    if (key === this.#shown) return;
    this.#shown = key;
    const t = pick(texts);
    fill(
      this.element,
      cards.map(draw),
      balances.map(({ name, left }) =>
        el('section', { class: 'card coupon' }, el('h2', {}, name), el('p', { class: 'amount' }, t.balance(money(left, CURRENCY)))),
      ),
    );
  }
}

function draw(card: StampCard): HTMLElement {
  const t = pick(texts);
  const kind = (at: number): string => (card.rewarded ? 'used' : at < card.held ? 'held' : at < card.held + card.earned ? 'new' : 'open');
  const slots = Array.from({ length: card.size }, (_, at) => el('span', { class: `slot ${kind(at)}` }, kind(at) === 'open' ? String(at + 1) : '✓'));
  const shown = card.rewarded ? card.after : card.held + card.earned;
  return el(
    'section',
    { class: 'card stamps' },
    el('h2', {}, card.name),
    el('div', { class: 'slots', 'aria-hidden': 'true' }, slots, el('span', { class: `slot reward-slot ${card.rewarded ? 'given' : ''}` }, t.stampReward)),
    el('p', { class: 'hint' }, card.rewarded ? `${t.stampRewarded} ` : '', t.stampsHeld(Math.min(shown, card.size), card.size), card.earned > 0 ? `, ${t.stampsNew(card.earned)}` : '', '.'),
  );
}

function balance(held: Held, answer: Answer): { name: string; left: number } {
  const left = given(answer, held)?.statistics.debit_balance ?? held.ref.statistics?.debit_balance ?? Number(held.rule.reward?.value ?? 0);
  return { name: ruleName(held.rule, held.rule.id), left };
}
