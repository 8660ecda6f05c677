// What must hold and what limits a rule: the parts of its sentence after what it gives.

import { DAYS, type Figures, isDay } from './figures.ts';
import { entries, goods, type Json, leaves, list, number, object, text, texts } from './read.ts';
import type { Words } from './words.ts';

export function conditions(rule: Json, words: Words, figures: Figures): string[] {
  const requirement = object(rule.requirement);
  const limitation = object(rule.limitation);
  return [
    ...amounts(requirement, words, figures),
    ...code(requirement, words),
    ...hours(limitation, words, figures),
    ...period(requirement, words, figures),
    ...places(requirement, words),
    ...people(requirement, words),
    ...limits(limitation, words, figures),
    ...company(limitation, words),
    ...standing(rule, words),
  ];
}

const isSet = (value: unknown) => value !== undefined && value !== null && value !== 0;

function amounts(requirement: Json, words: Words, figures: Figures): string[] {
  const parts: string[] = [];
  if (isSet(requirement.gross_amount)) parts.push(words.leastGross(figures.money(requirement.gross_amount)));
  if (isSet(requirement.net_amount)) parts.push(words.leastNet(figures.money(requirement.net_amount)));
  const codes = list(requirement.currencies);
  const listed = codes.map(text).filter((each) => each !== undefined);
  const but = codes.flatMap((each) => texts(object(each)['anything-but']));
  if (listed.length > 0) parts.push(words.currencies(words.anyOf(listed), false));
  if (but.length > 0) parts.push(words.currencies(words.anyOf(but), true));
  return parts;
}

function code(requirement: Json, words: Words): string[] {
  const written = text(requirement.discount_code)?.trim();
  return written === undefined || written === '' ? [] : [words.code(written)];
}

/** Days with the same hours stand together, neighbouring days as a range. */
function hours(limitation: Json, words: Words, figures: Figures): string[] {
  const read = object(limitation.discount_hours);
  const byTimes = new Map<string, Set<number>>();
  for (const period of list(read.hours).map(object)) {
    const start = text(period.start);
    const end = text(period.end);
    if (!isDay(period.day) || start === undefined || end === undefined) continue;
    const times = figures.times(start, end);
    const days = byTimes.get(times) ?? new Set<number>();
    byTimes.set(times, days.add(DAYS.indexOf(period.day)));
  }
  if (byTimes.size === 0) return [];
  const parts = [...byTimes].map(([times, days]) => words.hours(words.anyOf(ranges([...days], words)), times));
  const zone = text(read.timezone);
  return [parts.join('; ') + (zone === undefined || zone === 'Europe/Oslo' ? '' : ` ${words.zone(zone)}`)];
}

function ranges(days: number[], words: Words): string[] {
  const runs: [number, number][] = [];
  for (const day of days.sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === day - 1) last[1] = day;
    else runs.push([day, day]);
  }
  const name = (at: number) => DAYS[at] ?? 'mon';
  // Two neighbours are said one by one.
  return runs.flatMap(([from, to]) =>
    to - from === 1 ? [words.days(name(from), name(from)), words.days(name(to), name(to))] : [words.days(name(from), name(to))],
  );
}

function period(requirement: Json, words: Words, figures: Figures): string[] {
  const from = figures.date(requirement.purchase_from, false);
  const to = figures.date(requirement.purchase_to, true);
  const shown = (date: typeof from) => (date === undefined || date.time === '' ? date?.date : words.at(date.date, date.time));
  const said = words.window(shown(from), shown(to), to?.through ?? false);
  return said === '' ? [] : [said];
}

function places(requirement: Json, words: Words): string[] {
  const ids = texts(requirement.store_ids).filter((id) => id !== '*');
  const store = object(requirement.store);
  const named = [...ids, ...texts(store.id)];
  const parts = named.length > 0 ? [words.stores(words.anyOf(named))] : [];
  const ranges = list(store.mcc_ranges)
    .map(object)
    .map((range) => `${text(range.start) ?? '?'}–${text(range.end) ?? '?'}`);
  const mcc = [...texts(store.mcc), ...ranges];
  const { id: _id, mcc: _mcc, mcc_ranges: _ranges, ...others } = store;
  const members = merged(others).map(({ path, values }) => `${path} ${words.anyOf(values)}`);
  if (mcc.length > 0) members.push(`mcc ${words.anyOf(mcc)}`);
  if (members.length > 0) parts.push(words.store(members));
  return parts;
}

function people(requirement: Json, words: Words): string[] {
  const members = merged(requirement.customer).map(
    ({ path, values }) => `${path.replace(/^attributes\./, '')} ${words.anyOf(values)}`,
  );
  return members.length > 0 ? [words.customer(members)] : [];
}

/** Leaves, those of one path together. */
function merged(value: unknown): { path: string; values: string[] }[] {
  const byPath = new Map<string, string[]>();
  for (const { path, values } of leaves(value)) byPath.set(path, [...(byPath.get(path) ?? []), ...values]);
  return [...byPath].filter(([path]) => path !== '').map(([path, values]) => ({ path, values }));
}

function limits(limitation: Json, words: Words, figures: Figures): string[] {
  const parts: string[] = [];
  const count = (value: unknown) => {
    const read = number(value);
    return read !== undefined && read >= 0 ? read : undefined;
  };
  const perPurchase = count(limitation.discount_reward_usage);
  if (perPurchase !== undefined) parts.push(words.perPurchase(perPurchase));
  const perCustomer = count(limitation.discount_repeat_usage);
  if (perCustomer !== undefined) parts.push(words.perCustomer(perCustomer));
  if (limitation.max_discount_amount !== undefined && limitation.max_discount_amount !== null) {
    parts.push(words.most(figures.money(limitation.max_discount_amount)));
  }
  const budget = count(limitation.budget_amount);
  if (budget !== undefined) parts.push(words.budget(figures.money(budget)));
  const uses = count(limitation.budget_usage);
  if (uses !== undefined) parts.push(words.budgetUses(figures.count(uses)));
  const expire = count(limitation.stamp_expire_days);
  if (expire !== undefined) parts.push(words.stampsLast(figures.count(expire)));
  const days = count(limitation.dynamic_purchase_to_days);
  if (days !== undefined) parts.push(words.daysAfterGift(figures.count(days)));
  return parts;
}

/** What the rule stands beside, and what it keeps off. */
function company(limitation: Json, words: Words): string[] {
  const parts: string[] = [];
  if (limitation.discount_combination === 0) parts.push(words.alone());
  const eligible = text(limitation.discount_eligible);
  if (eligible === 'receipt_no_discount') parts.push(words.undiscounted(true));
  if (eligible === 'item_eligible_for_discount_no_discount') parts.push(words.undiscounted(false));
  if (entries(limitation.blacklist).length > 0) parts.push(words.except(words.goods(goods(limitation.blacklist))));
  const others = list(limitation.discount_activation).flatMap((entry) => texts(object(entry).value));
  if (others.length > 0) parts.push(words.notWith(words.anyOf(others)));
  return parts;
}

function standing(rule: Json, words: Words): string[] {
  const parts: string[] = [];
  const stacking = object(rule.stacking);
  const group = text(stacking.group);
  if (group !== undefined) parts.push(words.bestOf(group));
  const priority = text(stacking.priority);
  if (priority !== undefined && priority !== '0') parts.push(words.priority(priority));
  if (rule.active === false) parts.push(words.off());
  return parts;
}
