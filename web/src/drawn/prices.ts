// How a line's price came about: gross, each discount in the order it was written, net.

import { itemName, type Answer, type Item, lineName, type Trace } from './answer.ts';

export interface Step {
  /** The rule, when it is one of this evaluation's. */
  rule: string | undefined;
  name: string;
  amount: bigint;
}

export interface LinePrice {
  line: string;
  name: string;
  quantity: number;
  gross: bigint;
  steps: Step[];
  bonus: Step[];
  net: bigint;
}

const whole = (value: unknown): bigint =>
  typeof value === 'bigint' ? value : typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : 0n;

/** Half away from zero, as §2.2 rounds. */
function times(price: bigint, quantity: number): bigint {
  const [units = '0', decimals = ''] = String(quantity).split('.');
  const scale = 10n ** BigInt(decimals.length);
  const product = price * BigInt(units + decimals);
  return (product * 2n + scale) / (scale * 2n);
}

function gross(item: Item): bigint {
  if (item.gross_amount !== undefined && item.gross_amount !== null) return whole(item.gross_amount);
  const quantity = item.quantity ?? 1;
  return item.unit_gross_price === undefined || !/^\d+(\.\d+)?$/.test(String(quantity))
    ? 0n
    : times(whole(item.unit_gross_price), quantity);
}

/** The lines that count, each with what was taken off it. */
export function prices(answer: Answer & { ok: true }): LinePrice[] {
  const names = new Map(
    (answer.receipt.discounts ?? []).map((given) => [given.id, given.receipt_text || given.name || given.id]),
  );
  const step = (trace: Trace, amount: unknown): Step => ({
    rule: trace.discount_id !== undefined && names.has(trace.discount_id) ? trace.discount_id : undefined,
    name: trace.description || (trace.discount_id === undefined ? '' : (names.get(trace.discount_id) ?? trace.discount_id)),
    amount: whole(amount),
  });
  return (answer.receipt.items ?? []).map((item, at) => {
    const steps = (item.discount_lines ?? []).map((trace) => step(trace, trace.amount));
    const before = gross(item);
    return {
      line: lineName(item, at),
      name: itemName(item, at),
      quantity: item.quantity ?? 1,
      gross: before,
      steps,
      bonus: (item.bonus_lines ?? []).map((trace) => step(trace, trace.bonus)),
      net: steps.reduce((left, { amount }) => left - amount, before),
    };
  });
}
