// `node run.mjs INPUT OUT RABATT RULES… [--quick]`: engines in Node on the workload that `handout` has written into INPUT, in turns. Their answers
// are compared first. RABATT is the module of the package, or `-`. Started by `cargo xtask bench peers`.
// `node run.mjs --check INPUT RULES…` compares the answers of what needs no package, and measures nothing: a test.
import { readFileSync, writeFileSync } from 'node:fs';
import * as engines from './engines.mjs';

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const checking = words[0] === '--check';
const given = words.filter((word) => !word.startsWith('--'));
const [input, out, load, ...counts] = checking ? [given[0], '', '-', ...given.slice(1)] : given;
const ROUNDS = quick ? 5 : 11;
const SAMPLE = quick ? 4 : 20;
/** Answers are compared for so long, in milliseconds, and as many as there are if that suffices. */
const PATIENCE = 3_000;

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
const part = {
  part: 'peers-node', stamp: JSON.parse(process.env.RABATT_BENCH_STAMP ?? '{}'), rows: [], notes: [], tables: [],
  versions: checking ? {} : { Node: process.versions.node, 'json-rules-engine (npm)': version('json-rules-engine'),
    '@medusajs/promotion (npm)': version('@medusajs/promotion'), '@gorules/zen-engine (npm)': version('@gorules/zen-engine') },
};

/** The rules that an answer of zen-engine names. */
const named = (answer) => Object.values(answer).flat(2).flatMap((row) => row?.rule ?? []);

function compare(engine, text, answer, at) {
  const fail = (found, wanted) => { throw new Error(`${engine.name}, receipt ${at}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`); };
  const given = JSON.parse(text);
  if (engine.check === 'rabatt') {
    if (answer.discount !== null && given.outcome.totals.discount !== answer.discount) fail(given.outcome.totals.discount, answer.discount);
    return;
  }
  const met = [...new Set(engine.prepared ? named(given) : given.met)].sort();
  if (JSON.stringify(met) !== JSON.stringify(answer.met)) fail(met, answer.met);
  if (engine.check === 'totals' && given.discount !== answer.discount) fail(given.discount, answer.discount);
}

async function check(engine, run, texts, answers) {
  if (engine.check === 'nothing') return undefined;
  const start = performance.now();
  let count = 0;
  for (; count < texts.length && performance.now() - start < PATIENCE; count += 1) compare(engine, await run(texts[count]), answers[count], count);
  const what = { totals: 'the rules that apply and the totals', rabatt: 'the totals', rules: 'the rules that apply' }[engine.check];
  return `${what}, on ${count} receipts`;
}

const sample = async (turn) => {
  const start = performance.now();
  for (let n = 0; n < turn.calls; n += 1) {
    turn.at = (turn.at + 1) % turn.texts.length;
    const done = turn.run(turn.texts[turn.at]);
    if (done instanceof Promise) await done;
  }
  return performance.now() - start;
};

for (const count of counts) {
  const read = (name) => readFileSync(`${input}/${count}/${name}`, 'utf8');
  const lines = (name) => read(name).trimEnd().split('\n');
  const text = read('rules.json');
  const workload = { text, rules: JSON.parse(text), zen: read('zen.json') };
  const answers = lines('answers.jsonl').map((line) => JSON.parse(line));
  const [plain, prepared] = [lines('receipts.jsonl'), lines('zen.jsonl')];
  const turns = [];
  if (checking) {
    console.log(`${count} rules, ${engines.loop.name}: ${await check(engines.loop, await engines.loop.make(workload), plain, answers)}`);
    continue;
  }
  const all = [engines.floor, ...(load === '-' ? [] : [engines.rabatt(load)]), engines.zen, engines.loop, engines.jsonRulesEngine, engines.medusa];
  for (const engine of all) {
    const run = await engine.make(workload);
    const texts = engine.prepared ? prepared : plain;
    const checked = await check(engine, run, texts, answers);
    const turn = { engine, run, texts, checked, calls: 1, at: 0, times: [] };
    for (;;) {
      const took = await sample(turn);
      if (took >= SAMPLE) break;
      turn.calls = Math.ceil(turn.calls * Math.min(10, Math.max(1.2, SAMPLE / Math.max(took, 0.001))));
    }
    turns.push(turn);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const turn of turns) turn.times.push(1e6 * await sample(turn) / turn.calls);
  }
  for (const { engine, times, checked } of turns) {
    times.sort((a, b) => a - b);
    const quarter = (n) => times[Math.floor((times.length - 1) * n / 4)];
    part.rows.push({ who: engine.name, door: engine.door, workload: 'few', rules: Number(count), lines: 10, unit: 'ns',
      median: quarter(2), low: quarter(1), high: quarter(3), ...(checked ? { checked } : {}) });
    console.log(`${count.padStart(7)} rules  ${engine.name.padEnd(40)} ${(quarter(2) / 1e3).toFixed(2).padStart(12)} µs  ${checked ?? ''}`);
  }
}
if (!checking) writeFileSync(`${out}/peers-node.json`, `${JSON.stringify(part, null, 2)}\n`);
// zen-engine's threads would keep the process.
process.exit(0);
