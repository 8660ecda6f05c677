// What is measured, in Node and in a browser alike: receipts of ten lines under a thousand rules.
import { Engine as RulesEngine } from "json-rules-engine";
import { Engine, initSync } from "@rabatt/engine";
import { Boundary } from "../../bindings-wasm/pkg/boundary.js";

const RULES = 1_000;
const RECEIPTS = 200;
/** Rounds of each, in turns; the median of them is told. */
const ROUNDS = 15;

/** The workload's texts and the floor, from the floor's WebAssembly. */
function floorOf(bytes) {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const boundary = new Boundary(instance);
  const decoder = new TextDecoder();
  const made = (name, ...numbers) => {
    instance.exports[name](...numbers);
    const at = instance.exports.text_at();
    return decoder.decode(new Uint8Array(instance.exports.memory.buffer, at, instance.exports.text_length()));
  };
  return {
    again: (text) => boundary.answer(text),
    nothing: () => instance.exports.forget(),
    rules: made("rules", RULES),
    receipts: Array.from({ length: RECEIPTS }, (_, seed) => made("workload_receipt", RULES, seed)),
  };
}

/** The same rules for json-rules-engine: conditions, and an event that names the reward. It computes no amounts. */
function modelled(rules) {
  const engine = new RulesEngine();
  engine.addOperator("overlaps", (have, wanted) => wanted.some((one) => have.includes(one)));
  engine.addOperator("within", (minute, periods) => periods.some(([start, minutes]) => (minute + 10_080 - start) % 10_080 < minutes));
  for (const { id, requirement, reward, limitation } of rules) {
    const all = [
      { fact: "at", operator: "greaterThanInclusive", value: Date.parse(requirement.purchase_from) },
      { fact: "at", operator: "lessThan", value: Date.parse(requirement.purchase_to) },
    ];
    const entries = requirement.item?.items ?? [];
    const ids = entries.flatMap((entry) => entry.id ?? []);
    const groups = entries.flatMap((entry) => entry.group_id ?? []);
    // What decides most comes first: the engine stops at the first that fails.
    if (ids.length > 0) all.unshift({ fact: "ids", operator: "overlaps", value: ids, priority: 3 });
    if (groups.length > 0) all.unshift({ fact: "groups", operator: "overlaps", value: groups, priority: 3 });
    if (requirement.gross_amount) all.unshift({ fact: "gross", operator: "greaterThanInclusive", value: requirement.gross_amount, priority: 3 });
    if (requirement.store) all.push({ fact: "store", operator: "in", value: requirement.store.id });
    if (limitation?.discount_hours) {
      const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
      const minute = (time) => 60 * Number(time.slice(0, 2)) + Number(time.slice(3));
      const periods = limitation.discount_hours.hours.map(({ day, start, end }) =>
        [1_440 * days.indexOf(day) + minute(start), (minute(end) - minute(start) + 1_440) % 1_440]);
      all.push({ fact: "minute", operator: "within", value: periods });
    }
    engine.addRule({ conditions: { all }, event: { type: reward.type, params: { id, value: reward.value } } });
  }
  return engine;
}

function factsOf(receipt) {
  const at = Date.parse(receipt.purchase_at);
  return {
    at, gross: receipt.gross_amount, store: receipt.store.id,
    ids: receipt.items.map(({ id }) => id), groups: receipt.items.flatMap(({ groups }) => groups.map(({ id }) => id)),
    // Summer time in Oslo; a Thursday was first.
    minute: (Math.floor((at + 7_200_000) / 60_000) + 3 * 1_440) % 10_080,
  };
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

/** Microseconds for one receipt, of everything that is measured. */
export async function measure(engineBytes, floorBytes) {
  initSync(engineBytes);
  const floor = floorOf(floorBytes);
  const engine = Engine.load(floor.rules);
  const receipts = floor.receipts.map((text) => JSON.parse(text));
  const other = modelled(JSON.parse(floor.rules));
  const facts = receipts.map(factsOf);
  if (floor.again(floor.receipts[0]) !== floor.receipts[0]) throw new Error("the floor does not write what it read");
  const rounds = {
    "evaluateText": [5, () => { for (const text of floor.receipts) engine.evaluateText(text); }],
    "floor, text": [5, () => { for (const text of floor.receipts) floor.again(text); }],
    "empty call": [50, () => { for (let n = 0; n < RECEIPTS; n += 1) floor.nothing(); }],
    "evaluate": [5, () => { for (const receipt of receipts) engine.evaluate(receipt); }],
    "floor, object": [5, () => { for (const receipt of receipts) JSON.parse(floor.again(JSON.stringify(receipt))); }],
    "json-rules-engine": [1, async () => { for (const fact of facts.slice(0, 10)) await other.run(fact); }],
  };
  const times = Object.fromEntries(Object.keys(rounds).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, [repeats, run]] of Object.entries(rounds)) {
      const start = performance.now();
      for (let n = 0; n < repeats; n += 1) await run();
      const evaluated = name === "json-rules-engine" ? 10 : repeats * RECEIPTS;
      times[name].push(1_000 * (performance.now() - start) / evaluated);
    }
  }
  const found = receipts.slice(0, 20).map((receipt) => engine.evaluate(receipt).outcome.applied.length);
  const theirs = [];
  for (const fact of facts.slice(0, 20)) theirs.push((await other.run(fact)).events.length);
  return { times: Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)])), found, theirs };
}
