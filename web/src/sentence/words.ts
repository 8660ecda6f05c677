// What a language must be able to say about a rule. `nb.ts` and `en.ts` say it.

import type { Entry, Goods } from './read.ts';

export type Day = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** How goods stand in the sentence: as its object, or as what something is counted among. */
export interface Words {
  /** As an object: `group coffee or espresso`, `the whole receipt`. */
  goods(goods: Goods): string;
  /** As what units are counted among: `in group coffee`, `of espresso`. */
  among(goods: Goods): string;
  entries(entries: Entry[], or: boolean): string;
  together(parts: string[]): string;
  anyOf(parts: string[]): string;

  buyPay(quantity: string, pay: string, among: string): string;
  allFree(quantity: string, among: string): string;
  cheapestFree(count: number, shown: string, among: string): string;
  percent(value: string, goods: string, bonus: boolean): string;
  amount(value: string, goods: string, bonus: boolean): string;
  amountEach(value: string, quantity: number, goods: string, bonus: boolean): string;
  newPrice(value: string, goods: string): string;
  cheapestPercent(value: string, free: boolean, quantity: number, among: string): string;
  bundlePrice(bundle: string, value: string): string;
  bundlePercent(bundle: string, value: string): string;
  bundleAmount(bundle: string, value: string): string;
  bundleFree(bundle: string, count: number, shown: string): string;
  bundleCheapest(bundle: string, value: string, free: boolean): string;
  debit(value: string, goods: Goods): string;
  stampNext(stamps: string, value: string, free: boolean, among: string): string;
  stampThen(stamps: string, reward: string): string;
  unknownReward(type: string): string;
  noReward(): string;

  leastUnits(count: string): string;
  asBonus(): string;
  afterDiscounts(): string;
  otherValue(goods: string, value: string): string;
  ownPrice(goods: string): string;
  alsoBuy(goods: string): string;
  leastGross(value: string): string;
  leastNet(value: string): string;
  code(code: string): string;
  hours(days: string, times: string): string;
  days(from: Day, to: Day): string;
  zone(zone: string): string;
  window(from: string | undefined, to: string | undefined, through: boolean): string;
  at(date: string, time: string): string;
  stores(values: string): string;
  store(members: string[]): string;
  customer(members: string[]): string;
  currencies(codes: string, not: boolean): string;
  perPurchase(count: number): string;
  perCustomer(count: number): string;
  alone(): string;
  undiscounted(receipt: boolean): string;
  except(goods: string): string;
  notWith(rules: string): string;
  daysAfterGift(days: string): string;
  stampsLast(days: string): string;
  most(value: string): string;
  budget(value: string): string;
  budgetUses(count: string): string;
  bestOf(group: string): string;
  priority(value: string): string;
  off(): string;
  audience(audience: Audience): string;
}

/** Who is given the rule: everybody, known customers, or nobody yet. */
export type Audience = 'everybody' | 'members' | 'nobody';

/** At most so many entries are named. */
const MOST_NAMED = 6;

/** The first few of many, and how many more. */
export function few(parts: string[], more: (count: number) => string): string[] {
  return parts.length <= MOST_NAMED ? parts : [...parts.slice(0, MOST_NAMED - 1), more(parts.length - MOST_NAMED + 1)];
}
