// Compiled by package.test.mjs, never run: what fits and what does not.
import { Engine, EvaluateError, RulesError, answer, check, init, initSync } from "@rabatt/engine";
import type { Answer, Call, Facts, Problem, ProblemCode, ReasonCode, Receipt, Rule, Snapshot, Stage, VerdictName } from "@rabatt/engine";

export async function fits(bytes: Uint8Array<ArrayBuffer>, module: WebAssembly.Module): Promise<void> {
  await init();
  await init(fetch("rabatt.wasm"));
  initSync(bytes);
  initSync(module);
  const rule: Rule = {
    id: "a",
    requirement: { purchase_from: null, currencies: ["NOK", { "anything-but": ["SEK"] }], item: { mixes: [{ items: [{ id: "x" }], quantity: 2 }] } },
    reward: { type: "discount_percent", value: 12.5, base: "net" },
    limitation: { discount_hours: { hours: [{ day: "mon", start: "10:00", end: "14:00" }] }, budget_amount: 100 },
    stacking: { priority: 1 },
    name: "Ten off",
  };
  const receipt: Receipt = { purchase_at: "2024-06-01T12:00:00Z", receipt_id: "1", items: [{ id: "x", gross_amount: 100, barcode: "7" }] };
  const facts: Facts = { refs: [{ id: "r", rule_id: "a", statistics: { usage: 1 } }], customer: { attributes: { vip: true } } };
  const snapshot: Snapshot = { rules: [rule], facts };
  const call: Call = { rules: [rule], receipt, facts, options: { explain: true, amounts: "recalculated", steps: 5 } };
  using engine = Engine.load(snapshot);
  const given = engine.evaluate(receipt, facts, { explain: true });
  const net: number = given.outcome.totals.net + (given.receipt.items?.[0]?.discount_lines?.[0]?.amount ?? 0);
  const stage: Stage | undefined = given.outcome.applied[0]?.stage;
  const verdict: VerdictName | undefined = given.outcome.explain?.[0]?.verdict;
  const reason: ReasonCode = "store.id";
  const problems: Problem[] = check([rule]);
  const code: ProblemCode = problems[0]?.code ?? "overflow";
  const read = JSON.parse(answer(JSON.stringify(call))) as Answer;
  console.log(read.ok ? read.outcome.plan : read.errors[0]?.pointer, net, stage, verdict, reason, code, given.receipt.discounts[0]?.refs[0]?.id);
  try {
    engine.evaluateText("{}", null);
  } catch (error) {
    if (error instanceof EvaluateError || error instanceof RulesError) console.log(error.problems[0]?.message);
  }
}

export function doesNotFit(engine: Engine): unknown[] {
  return [
    // @ts-expect-error: there is no such member
    { id: "a", reward: { type: "discount_percent", value: 1 }, requirment: {} } satisfies Rule,
    // @ts-expect-error: there is no such reward
    { id: "a", reward: { type: "percent", value: 1 } } satisfies Rule,
    // @ts-expect-error: a reward needs its value
    { id: "a", reward: { type: "discount_percent" } } satisfies Rule,
    // @ts-expect-error: a day is written otherwise
    { day: "monday", start: "10:00", end: "14:00" } satisfies NonNullable<NonNullable<NonNullable<Rule["limitation"]>["discount_hours"]>["hours"]>[number],
    // @ts-expect-error: a receipt needs its instant
    engine.evaluate({ items: [] }),
    // @ts-expect-error: there is no such member of a line
    engine.evaluate({ purchase_at: "2024-06-01T12:00:00Z", items: [{ gros_amount: 1 }] }),
    // @ts-expect-error: an amount is a number
    engine.evaluate({ purchase_at: "2024-06-01T12:00:00Z", items: [{ gross_amount: "1" }] }),
    // @ts-expect-error: a ref names its rule
    engine.evaluate({ purchase_at: "2024-06-01T12:00:00Z" }, { refs: [{ id: "a" }] }),
    // @ts-expect-error: there is no such option
    engine.evaluate({ purchase_at: "2024-06-01T12:00:00Z" }, null, { explained: true }),
    // @ts-expect-error: there is no such code
    "not_json" satisfies ProblemCode,
    // @ts-expect-error: there is no such reason
    "shop.id" satisfies ReasonCode,
    // @ts-expect-error: engines are loaded, not made
    new Engine(1, ""),
    // @ts-expect-error: the hash is the engine's
    (engine.planHash = ""),
  ];
}
