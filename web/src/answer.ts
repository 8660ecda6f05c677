// The parts of rules, facts and Answers that pages read. Everything else in them passes through untouched.

export interface Rule {
  id: string;
  name?: string;
  receipt_text?: string;
  requirement?: { stamp?: number; discount_code?: string; item?: { quantity?: number } };
  reward?: { type?: string; value?: number | string };
  limitation?: object;
}

export interface Statistics {
  usage?: number;
  amount?: number;
  bonus?: number;
  stamp?: number;
  current_stamp?: number;
  debit_balance?: number;
}

export interface Ref {
  id: string;
  rule_id: string;
  given_at?: string;
  statistics?: Statistics;
}

export interface Facts {
  refs?: Ref[];
}

export interface Snapshot {
  plan: string;
  rules: Rule[];
  facts: Facts;
}

export interface AppliedRef {
  id: string;
  usage: number;
  amount: number;
  bonus: number;
  stamp: number;
  statistics: Statistics;
}

export interface AnsweredItem {
  line_id?: number;
  gross_amount?: number;
  discount_lines?: { amount: number; discount_id: string; description?: string }[];
  bonus_lines?: { bonus: number; discount_id: string; description?: string }[];
}

export interface Reason {
  code: string;
  have?: number;
  need?: number;
  missing?: number;
}

export interface Verdict {
  rule_id: string;
  verdict: 'applied' | 'partly_applied' | 'lost' | 'not_applied';
  lost_to?: string;
  by?: number;
  reasons: Reason[];
  near_miss?: boolean;
  potential?: number;
}

export interface Outcome {
  plan: string;
  totals: { gross: number; existing_discount: number; discount: number; net: number; bonus: number };
  applied: { rule_id: string; ref_id: string; stage: string; amount: number; bonus: number; stamp: number; usage: number }[];
  optimal: boolean;
  gap?: number;
  explain?: Verdict[];
}

export interface Answer {
  ok: true;
  receipt: { items?: AnsweredItem[]; discounts?: (Rule & { refs: AppliedRef[] })[] };
  outcome: Outcome;
}

/** What a rule is called: its receipt text, its name, or its id. */
export function ruleName(rule: Rule | undefined, id: string): string {
  return rule?.receipt_text || rule?.name || id;
}
