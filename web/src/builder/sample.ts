// A cart to try a rule on, filled so that the rule has something to give; then it is the reader's to change.

import { PRODUCTS } from '../checkout/products.ts';
import type { Language } from '../i18n.ts';
import { type Draft, ids } from './draft.ts';
import { atTime, dayOf, nextDay, weekday } from './oslo.ts';
import type { Rule } from './write.ts';

export interface Line {
  id: string;
  group: string;
  name: string;
  /** Minor units. */
  price: number;
  quantity: number;
}

export interface Sample {
  lines: Line[];
  /** Local day and time, as an input has them. */
  at: string;
  code: string;
  /** Known to the shop, with the attribute that the rule asks for. */
  member: boolean;
  stamps: number;
  store: string;
}

/** The rule's id while it is tried. */
export const TRIED = 'new-rule';

/** Goods that nobody sells yet cost so much. */
const PRICE = 10_000;

function line(id: string, quantity: number, language: Language, group = ''): Line {
  const product = PRODUCTS.find((each) => each.id === id);
  return { id, group: product?.group ?? group, name: product?.name[language] ?? id, price: product?.price ?? PRICE, quantity };
}

/** One of the goods that entries name: the first of the group, or the item itself. */
function oneOf(groups: string, items: string, quantity: number, language: Language): Line | undefined {
  const [group] = ids(groups);
  const [item] = ids(items);
  if (item !== undefined) return line(item, quantity, language);
  if (group === undefined) return undefined;
  const product = PRODUCTS.find((each) => each.group === group && each.eligible);
  return line(product?.id ?? group, quantity, language, group);
}

const whole = (text: string, otherwise: number): number =>
  /^\d{1,3}$/.test(text.trim()) ? Math.max(1, Number(text)) : otherwise;

function goods(draft: Draft, language: Language): Line[] {
  if (draft.kind === 'bundle') {
    return draft.mixes
      .map((mix) => oneOf(mix.groups, mix.items, whole(mix.quantity, 1), language))
      .filter((each) => each !== undefined);
  }
  const quantity = draft.kind === 'n-for-m' ? whole(draft.buy, 1) : 2;
  const named = oneOf(draft.groups, draft.items, quantity, language);
  return named ? [named] : [line('paraply', 2, language), line('espresso', 2, language)];
}

/** Lines of the same goods as one. */
function merged(lines: Line[]): Line[] {
  const byId = new Map<string, Line>();
  for (const each of lines) {
    const known = byId.get(each.id);
    byId.set(each.id, known ? { ...known, quantity: known.quantity + each.quantity } : each);
  }
  return [...byId.values()];
}

export function sampleFor(draft: Draft, language: Language, now: Date): Sample {
  const other = line(draft.kind === 'bundle' || ids(draft.items).includes('skolebolle') ? 'espresso' : 'skolebolle', 1, language);
  return {
    lines: merged([...goods(draft, language), other]),
    at: instantFor(draft, now),
    code: draft.code.trim(),
    member: draft.audience === 'members' || draft.attribute.trim() !== '',
    stamps: draft.kind === 'stamp-card' ? whole(draft.stamps, 0) : 0,
    store: ids(draft.stores)[0] ?? 'kiosk-1',
  };
}

/** Noon of the first day that the rule counts on, or its first hour. */
function instantFor(draft: Draft, now: Date): string {
  const today = dayOf(now);
  let day = draft.from > today ? draft.from : today;
  for (let tries = 0; tries < 7 && draft.days.length > 0 && !draft.days.includes(weekday(day)); tries++) day = nextDay(day);
  const time = draft.days.length > 0 && /^\d\d:\d\d$/.test(draft.start) ? draft.start : '12:00';
  return `${day}T${time}`;
}

/** The sample as a Call (§22) under the rule, which is called `name` as long as it has no name of its own. */
export function callFor(rule: Rule, draft: Draft, sample: Sample, name: string): string {
  const [day = '', time = ''] = sample.at.split('T');
  const held = draft.audience !== 'members' || sample.member;
  const statistics = { stamp: sample.stamps, current_stamp: sample.stamps };
  const attribute = draft.attribute.trim();
  const values = ids(draft.attributeValues);
  return JSON.stringify({
    rules: [{ id: TRIED, receipt_text: rule.name ?? name, ...rule }],
    receipt: receiptOf(sample, atTime(day, time.slice(0, 5))),
    facts: {
      refs: held ? [{ id: 'sample', rule_id: TRIED, statistics }] : [],
      ...(sample.member && attribute !== '' && values.length > 0 ? { customer: { attributes: { [attribute]: values[0] } } } : {}),
    },
    options: { explain: true },
  });
}

function receiptOf(sample: Sample, purchaseAt: string): object {
  return {
    receipt_id: 'sample',
    purchase_at: purchaseAt,
    currency: 'NOK',
    store: { id: sample.store },
    ...(sample.code.trim() === '' ? {} : { discount_code: [sample.code.trim()] }),
    items: sample.lines
      .filter(({ quantity }) => quantity > 0)
      .map(({ id, group, name, price, quantity }, at) => ({
        line_id: at + 1,
        id,
        ...(group === '' ? {} : { groups: [{ id: group }] }),
        description: name,
        quantity,
        gross_amount: price * quantity,
        eligible_for_discount: true,
      })),
  };
}
