// An Answer (§22) as the panels read it. Amounts beyond 2^53 are bigint (`json/exact.ts`).

import { parseExact } from '../json/exact.ts';

export type Whole = number | bigint;

export interface AnsweredLine {
  line_id: Whole;
  amount: Whole;
  bonus: Whole;
}

export interface Applied {
  rule_id: string;
  ref_id: string;
  stage: string;
  amount: Whole;
  bonus: Whole;
  stamp: Whole;
  usage: Whole;
  lines: AnsweredLine[];
}

export interface Reason {
  code: string;
  have?: Whole;
  need?: Whole;
  missing?: Whole;
}

export interface Verdict {
  rule_id: string;
  verdict: 'applied' | 'partly_applied' | 'lost' | 'not_applied';
  lost_to?: string;
  by?: Whole;
  reasons: Reason[];
  near_miss?: true;
  potential?: Whole;
}

export interface Outcome {
  plan: string;
  currency?: string;
  totals: Record<'gross' | 'existing_discount' | 'discount' | 'net' | 'bonus', Whole>;
  applied: Applied[];
  optimal: boolean;
  gap?: Whole;
  explain?: Verdict[];
}

/** A line that a discount or bonus left on an item. */
export interface Trace {
  amount?: Whole;
  bonus?: Whole;
  discount_id?: string;
  description?: string;
  percentage?: number;
}

export interface Item {
  line_id?: Whole;
  id?: string;
  description?: string;
  quantity?: number;
  gross_amount?: Whole;
  unit_gross_price?: Whole;
  eligible_for_discount?: boolean;
  voided?: boolean;
  is_return_item?: boolean;
  discount_lines?: Trace[] | null;
  bonus_lines?: Trace[] | null;
}

export interface GivenRef {
  id: string;
  stamp: Whole;
  statistics: { current_stamp?: Whole; debit_balance?: Whole };
}

export interface Given {
  id: string;
  name?: string;
  receipt_text?: string;
  requirement?: { stamp?: number } | null;
  refs?: GivenRef[];
}

export interface AnsweredReceipt {
  purchase_at: string;
  store?: { id?: string; name?: string };
  items?: Item[] | null;
  discounts?: Given[];
}

export interface EngineProblem {
  code: string;
  pointer: string;
  message: string;
}

export type Answer = { ok: true; receipt: AnsweredReceipt; outcome: Outcome } | { ok: false; errors: EngineProblem[] };

export function readAnswer(text: string): Answer {
  return parseExact(text) as Answer;
}

/** Something's place on the receipt: its `line_id`, or its position from 1. */
export function lineName(item: Item, at: number): string {
  return String(item.line_id ?? at + 1);
}

/** What a line is called. */
export function itemName(item: Item, at: number): string {
  return item.description || item.id || `#${lineName(item, at)}`;
}
