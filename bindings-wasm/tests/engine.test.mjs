// What the package does, in Node.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Engine, EvaluateError, RulesError, answer, check, init, initSync } from '@rabatt/engine';

const ten = { id: 'ten', reward: { type: 'discount_percent', value: 10 } };
const receipt = { purchase_at: '2024-06-01T12:00:00Z', items: [{ line_id: 1, gross_amount: 3500, eligible_for_discount: true }] };

test('nothing works before it is initialised, and that is said', () => {
  assert.throws(() => Engine.load([ten]), /await init\(\)/);
  assert.throws(() => answer('{}'), /await init\(\)/);
});

test('a failed initialisation can be repeated', async () => {
  await assert.rejects(init(new Uint8Array([0, 1, 2, 3])));
  await init();
  await init();
  initSync(new Uint8Array());
  assert.equal(Engine.load([]).planHash.length, 64);
});

test('a receipt is recalculated', () => {
  const engine = Engine.load([ten]);
  const given = engine.evaluate(receipt, null, { explain: true, amounts: 'recalculated' });
  assert.equal(given.outcome.totals.discount, 350);
  assert.equal(given.outcome.plan, engine.planHash);
  assert.equal(given.receipt.items[0].net_amount, 3150);
  assert.equal(given.outcome.explain[0].verdict, 'applied');
  assert.deepEqual(JSON.parse(engine.evaluateText(JSON.stringify(receipt), null, { explain: true, amounts: 'recalculated' })), given);
  assert.equal(answer(JSON.stringify({ rules: [ten], receipt })), engine.evaluateText(JSON.stringify(receipt)));
});

test('every problem comes at once, with its place', () => {
  const bad = [{ id: 'a', reward: { type: 'discount_percent', value: 101 } }, { id: 'a' }];
  const places = (problems) => problems.map(({ code, pointer }) => `${code} ${pointer}`);
  const wanted = ['percent_out_of_range /0/reward/value', 'missing_member /1/reward', 'duplicate_id /1/id'];
  assert.deepEqual(places(check(bad)), wanted);
  assert.throws(() => Engine.load(bad), (error) => {
    assert.ok(error instanceof RulesError && error.message.includes('/0/reward/value'));
    assert.deepEqual(places(error.problems), wanted);
    return true;
  });
  assert.deepEqual(places(check({ rules: bad })), wanted.map((place) => place.replace(' /', ' /rules/')));
  assert.deepEqual(places(check({ rules: [ten], facts: { refs: 1 } })), ['wrong_type /facts/refs']);
  assert.deepEqual(places(check({})), ['missing_member /rules']);
  assert.deepEqual(places(check('{"rules": [')), ['bad_json /rules']);
  assert.deepEqual(places(check('true')), ['wrong_type ']);
  assert.deepEqual(check([ten]), []);
  const engine = Engine.load([ten]);
  const told = (...words) => {
    try { engine.evaluate(...words); } catch (error) {
      assert.ok(error instanceof EvaluateError);
      return places(error.problems);
    }
    return [];
  };
  assert.deepEqual(told({}), ['missing_member /receipt/purchase_at']);
  assert.deepEqual(told({ items: 1 }, { refs: [{}] }), [
    'wrong_type /receipt/items', 'missing_member /receipt/purchase_at',
    'missing_member /facts/refs/0/id', 'missing_member /facts/refs/0/rule_id']);
  assert.deepEqual(told(receipt, null, { steps: -1 }), ['negative_number /options/steps']);
  assert.deepEqual(told(receipt, null, { amounts: 'all' }), ['unknown_value /options/amounts']);
});

test("a snapshot's facts are used where none are given", () => {
  const refs = [{ id: 'mine', rule_id: 'ten', given_at: null, statistics: { usage: 3, amount: 100 } }];
  const engine = Engine.load({ plan: 'somebody’s', rules: [ten, { ...ten, id: 'eleven' }], facts: { refs } });
  const [applied, ...more] = engine.evaluate(receipt).outcome.applied;
  assert.deepEqual([applied.ref_id, more], ['mine', []]);
  assert.equal(engine.evaluate(receipt).receipt.discounts[0].refs[0].statistics.usage, 4);
  assert.equal(engine.evaluate(receipt, { refs: [] }).receipt.is_changed, false);
  assert.equal(engine.evaluate(receipt, {}).outcome.applied.length, 2);
});

test('engines live side by side, and freed ones are gone', () => {
  const engines = [1, 2, 3].map((value) => Engine.load([{ id: `r${value}`, reward: { type: 'discount_amount', value } }]));
  engines[1].free();
  engines[1].free();
  assert.throws(() => engines[1].evaluate(receipt), /freed/);
  const again = Engine.load([ten]);
  assert.deepEqual([engines[0], again, engines[2]].map((engine) => engine.evaluate(receipt).outcome.totals.discount), [1, 350, 3]);
  for (const engine of [engines[0], again, engines[2]]) engine[Symbol.dispose]();
});

test('loading and freeing over and over needs no more memory', () => {
  const rules = Array.from({ length: 500 }, (_, n) => ({ ...ten, id: `rule-${n}` }));
  for (let n = 0; n < 300; n += 1) Engine.load(rules).free();
  assert.ok(process.memoryUsage().arrayBuffers + process.memoryUsage().external < 200e6);
});

test('texts of any length and letter come back', () => {
  const engine = Engine.load([{ ...ten, receipt_text: 'Påskerabatt 🐣' }]);
  const comment = 'æøå ☕ 🍿 \u0000 "\\ '.repeat(200_000);
  const given = engine.evaluate({ ...receipt, comment });
  assert.equal(given.receipt.comment, comment);
  assert.equal(given.receipt.items[0].discount_lines[0].description, 'Påskerabatt 🐣');
  // Half a character cannot be written in UTF-8: as an escape it is told, as it stands it is replaced.
  assert.throws(() => engine.evaluate({ ...receipt, comment: '\ud83c' }), ({ problems: [{ pointer }] }) => pointer === '/receipt/comment');
  assert.ok(engine.evaluateText(`{"purchase_at":"2024-06-01T12:00:00Z","comment":"\ud83c"}`).includes('\ufffd'));
  assert.equal(engine.evaluate(receipt).outcome.totals.discount, 350);
});

test('whole numbers keep their digits from text to text', () => {
  const engine = Engine.load([]);
  const text = '{"purchase_at":"2024-06-01T12:00:00Z","till":9007199254740993,"items":[{"gross_amount":9007199254740993,"unit":1.50}]}';
  const given = engine.evaluateText(text);
  assert.ok(given.includes('"gross":9007199254740993') && given.includes('"till":9007199254740993') && given.includes('1.50'));
});

test('what is deep, large or no JSON at all gets an answer, never a trap', () => {
  const deep = (n) => '['.repeat(n) + ']'.repeat(n);
  const codes = (text) => JSON.parse(text).errors?.map(({ code }) => code);
  for (const n of [10, 100, 199, 200, 201, 1_000, 100_000]) {
    for (const call of [
      deep(n), `{"rules":[{"id":"a","x":${deep(n)},"reward":{"type":"discount_amount","value":1}}],"receipt":{"purchase_at":"2024-06-01T12:00:00Z"}}`,
      `{"rules":[],"receipt":{"purchase_at":"2024-06-01T12:00:00Z","x":${deep(n)},"store":{"x":${deep(n)}}}}`,
      `{"rules":[],"facts":{"customer":{"x":${'{"x":'.repeat(n)}1${'}'.repeat(n)}}},"receipt":{"purchase_at":"2024-06-01T12:00:00Z"}}`,
    ]) {
      const told = codes(answer(call));
      assert.ok(told === undefined || told.some((code) => code === 'too_deep' || code === 'wrong_type'), `${n}: ${told}`);
    }
  }
  for (const text of ['', ' ', '{', '\u0000', 'null', '"', '[[[', '{"rules":[]}', '1e999']) {
    assert.equal(JSON.parse(answer(text)).ok, false, text);
  }
  const many = Array.from({ length: 1_000 }, (_, n) => ({ line_id: n + 1, id: `item-${n % 50}`, quantity: 3, gross_amount: 1_000 + n, eligible_for_discount: true }));
  const rules = Array.from({ length: 12 }, (_, n) => ({
    id: `deal-${n}`, requirement: { item: { quantity: 2 + (n % 3), items: [{ id: `item-${n}` }, { id: `item-${n + 1}` }] } },
    reward: { type: 'discount_item_quantity', value: 1 } }));
  const given = Engine.load(rules).evaluate({ ...receipt, items: many }, null, { steps: 20_000 });
  assert.ok(given.outcome.totals.discount > 0);
});

test('it works in a worker, from a module that was compiled once', async () => {
  const module = await WebAssembly.compile(await readFile(new URL('../pkg/rabatt.wasm', import.meta.url)));
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { module, ten, receipt } });
  const net = await new Promise((done, failed) => worker.once('message', done).once('error', failed));
  await worker.terminate();
  assert.equal(net, 3150);
});
