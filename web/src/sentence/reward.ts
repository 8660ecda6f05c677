// What a rule gives: the first part of its sentence.

import type { Figures } from './figures.ts';
import { type Goods, goods, type Json, list, type Mix, mixes, number, object, text } from './read.ts';
import type { Words } from './words.ts';

/** What the phrases are made of. */
interface Given {
  type: string;
  value: unknown;
  goods: Goods;
  mixes: Mix[];
  quantity: number;
  bonus: boolean;
}

export function reward(rule: Json, words: Words, figures: Figures): string[] {
  const given = object(rule.reward);
  const requirement = object(rule.requirement);
  const item = object(requirement.item);
  const type = text(given.type);
  if (type === undefined) return [words.noReward()];
  const read: Given = {
    type,
    value: given.value,
    goods: goods(item.items),
    mixes: mixes(item.mixes),
    quantity: Math.max(1, number(item.quantity) ?? 1),
    bonus: given.effect === 'bonus',
  };
  const stamps = text(requirement.stamp);
  const main = read.mixes.length > 0 ? bundle(read, words, figures) : single(read, words, figures, stamps !== undefined);
  const parts = [stamps === undefined ? main : stamped(stamps, main, read, words, figures)];
  if (read.mixes.length > 0 && list(item.items).length > 0) parts.push(words.alsoBuy(words.goods(read.goods)));
  if (read.bonus && !['discount_percent', 'discount_amount'].includes(type)) parts.push(words.asBonus());
  if (given.base === 'net' && !type.endsWith('new_price') && type !== 'discount_debit') parts.push(words.afterDiscounts());
  for (const entry of list(given.values).map(object)) {
    parts.push(words.otherValue(words.goods(goods(entry.items)), value(type, entry.value, figures)));
  }
  return parts;
}

/** A reward's value as its type reads it. */
function value(type: string, value: unknown, figures: Figures): string {
  if (type === 'discount_percent' || type === 'discount_item_percent') return figures.percent(value);
  return type === 'discount_item_quantity' ? figures.count(value) : figures.money(value);
}

function single(given: Given, words: Words, figures: Figures, stamps: boolean): string {
  const { type, quantity, bonus } = given;
  const shown = value(type, given.value, figures);
  const among = words.among(given.goods);
  const named = words.goods(given.goods);
  const least = (phrase: string) => (quantity > 1 ? `${phrase} ${words.leastUnits(figures.count(quantity))}` : phrase);
  switch (type) {
    case 'discount_percent':
      return least(words.percent(shown, named, bonus));
    case 'discount_amount':
      return given.goods.kind === 'every'
        ? least(words.amount(shown, named, bonus))
        : words.amountEach(shown, quantity, named, bonus);
    case 'discount_item_new_price':
      return least(words.newPrice(shown, given.goods.kind === 'every' ? words.goods({ kind: 'any' }) : named));
    case 'discount_item_percent':
      return words.cheapestPercent(shown, number(given.value) === 100, stamps ? 1 : quantity, among);
    case 'discount_item_quantity': {
      const free = number(given.value);
      if (quantity === 1 || free === undefined) return words.cheapestFree(free ?? 1, shown, among);
      if (free >= quantity) return words.allFree(figures.count(quantity), among);
      return words.buyPay(figures.count(quantity), figures.count(quantity - free), among);
    }
    case 'discount_debit':
      return words.debit(shown, given.goods);
    default:
      return words.unknownReward(type);
  }
}

/** `2 × group drinks`. */
function mixText(mix: Mix, words: Words, figures: Figures): string {
  const named = words.entries(mix.goods, true);
  return mix.quantity === 1 ? named : `${figures.count(mix.quantity)} × ${named}`;
}

function bundle(given: Given, words: Words, figures: Figures): string {
  const { type } = given;
  const names = (eligible: boolean) =>
    given.mixes
      .filter((mix) => mix.eligible === eligible)
      .map((mix) => mixText(mix, words, figures))
      .filter((name) => name !== '');
  const all = words.together(names(true));
  const shown = value(type, given.value, figures);
  const rest = names(false).map((name) => words.ownPrice(name));
  return [bundleReward(type, given, all === '' ? '?' : all, shown, words), ...rest].join(', ');
}

function bundleReward(type: string, given: Given, all: string, shown: string, words: Words): string {
  switch (type) {
    case 'discount_mix_new_price':
    case 'discount_item_new_price':
      return words.bundlePrice(all, shown);
    case 'discount_percent':
      return words.bundlePercent(all, shown);
    case 'discount_amount':
      return words.bundleAmount(all, shown);
    case 'discount_item_quantity':
      return words.bundleFree(all, number(given.value) ?? 1, shown);
    case 'discount_item_percent':
      return words.bundleCheapest(all, shown, number(given.value) === 100);
    case 'discount_debit':
      return words.debit(shown, given.goods);
    default:
      return words.unknownReward(type);
  }
}

function stamped(stamps: string, main: string, given: Given, words: Words, figures: Figures): string {
  const among = words.among(given.goods);
  if (given.mixes.length > 0 || given.type !== 'discount_item_percent') return words.stampThen(stamps, main);
  return words.stampNext(stamps, value(given.type, given.value, figures), number(given.value) === 100, among);
}
