// Stamp cards that fill up, and what coupons hold.

import { ruleName, type Answer, type Facts, type Rule } from '../answer.ts';
import { el, fill } from '../dom.ts';
import { pick } from '../i18n.ts';
import { money } from '../money.ts';
import { CURRENCY } from './cart.ts';
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

export function stampCards(rules: Rule[], facts: Facts, answer: Answer): StampCard[] {
  return rules.flatMap((rule) => {
    const size = rule.requirement?.stamp;
    const ref = facts.refs?.find((ref) => ref.rule_id === rule.id);
    if (!size || !ref) return [];
    const given = answer.receipt.discounts?.find((discount) => discount.id === rule.id)?.refs.find((given) => given.id === ref.id);
    const held = ref.statistics?.current_stamp ?? 0;
    const after = given?.statistics.current_stamp ?? held;
    return { name: ruleName(rule, rule.id), size, held, earned: given?.stamp ?? 0, rewarded: (given?.usage ?? 0) > 0, after };
  });
}

export class StampsView {
  readonly element = el('div', { class: 'holdings' });
  #shown = '';

  update(rules: Rule[], facts: Facts, answer: Answer): void {
    const cards = stampCards(rules, facts, answer);
    const balances = debitBalances(rules, facts, answer);
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

function debitBalances(rules: Rule[], facts: Facts, answer: Answer): { name: string; left: number }[] {
  return rules.flatMap((rule) => {
    if (rule.reward?.type !== 'discount_debit') return [];
    return (facts.refs ?? []).filter((ref) => ref.rule_id === rule.id).map((ref) => {
      const given = answer.receipt.discounts?.find((discount) => discount.id === rule.id)?.refs.find((given) => given.id === ref.id);
      const left = given?.statistics.debit_balance ?? ref.statistics?.debit_balance ?? Number(rule.reward?.value ?? 0);
      return { name: ruleName(rule, rule.id), left };
    });
  });
}
