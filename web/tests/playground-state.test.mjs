// The playground without its page: opening every case, links, saving cases, what the editor knows of rules and receipts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, init } from '@rabatt/engine';
import Ajv2020 from 'ajv/dist/2020.js';
import { caseSchema, corpusCases, startModules } from './modules.mjs';

let modules, open, save, state, link, exact, difference, schema, shape, members;

before(async () => {
  await init();
  modules = await startModules();
  const { load } = modules;
  [open, save, state, link] = await Promise.all(
    ['cases/open', 'cases/save', 'state', 'link'].map((name) => load(`playground/${name}.ts`)),
  );
  [exact, difference] = await Promise.all(['exact', 'difference'].map((name) => load(`json/${name}.ts`)));
  [schema, shape, members] = await Promise.all(['index', 'shape', 'members'].map((name) => load(`playground/schema/${name}.ts`)));
});

after(() => modules.end());

/** Is the Answer to this state what is expected? */
function differs(opened, expect) {
  const got = exact.parseExact(answer(state.callText(opened)));
  if (!state.asksToExplain(opened) && got.ok) delete got.outcome.explain;
  return difference.differences(expect, got);
}

test('every case is listed, opens, and the engine answers what it says', async () => {
  const { listed } = await modules.load('virtual:rabatt-case-list');
  const names = listed.map(({ name }) => name);
  for (const { name } of corpusCases()) assert.ok(names.includes(name), name);
  assert.ok(names.filter((name) => name.startsWith('invalid-text/')).length >= 16);
  for (const { name, why, cites } of listed) {
    const { state: opened, told } = await open.openCase(name);
    assert.deepEqual([told.why, told.cites, opened.case], [why, cites, name]);
    assert.deepEqual(differs(opened, told.expect), [], name);
  }
});

test('what is no case is not opened', async () => {
  for (const name of [
    '',
    'items',
    'items/',
    'items/no-such',
    'no-such/by-id',
    'constructor/name',
    '__proto__/x',
    'items/toString',
  ]) {
    assert.equal(await open.openCase(name), undefined, name);
  }
  assert.throws(() => open.openText('{"rules": '));
  assert.deepEqual(open.openText('[{"id": "a"}]').state, { rules: '[{"id": "a"}]', receipt: '', facts: '', options: '' });
});

test('a changed state differs from what its case expects, and the place is named', async () => {
  const { state: opened, told } = await open.openCase('items/by-id');
  const receipt = opened.receipt.replace(/"gross_amount": \d+/, '"gross_amount": 777700');
  const found = differs({ ...opened, receipt }, told.expect);
  assert.ok(
    found.some(({ at }) => at === '/outcome/totals/net'),
    JSON.stringify(found),
  );
});

test('a link brings the same state back', async () => {
  for (const { name } of corpusCases()) {
    const { state: opened } = await open.openCase(name);
    const packed = await link.packed(opened);
    if (packed === undefined) continue;
    assert.match(packed, /^[\w-]+$/);
    assert.ok(packed.length <= link.MOST_CHARACTERS);
    assert.deepEqual(await link.unpacked(packed), opened, name);
  }
  const call = { rules: '', receipt: '', facts: '', options: '', call: '{"ø": \'<img src=x onerror=alert(1)>' };
  assert.deepEqual(await link.unpacked(await link.packed(call)), call);
});

test('what is too large for a link is told, and what is no link is refused', async () => {
  let noise = '';
  let seed = 1;
  for (let at = 0; at < 20_000; at++) {
    seed = (seed * 48_271) % 2_147_483_647;
    noise += String.fromCharCode(33 + (seed % 89));
  }
  assert.equal(await link.packed({ rules: noise, receipt: '', facts: '', options: '' }), undefined);
  const packed = await link.packed({ rules: '[]', receipt: '{}', facts: '', options: '' });
  for (const broken of [
    '',
    'a',
    '%%%',
    packed.slice(0, -4),
    packed.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    'q1YqVrJSMlSqBQA',
  ]) {
    assert.equal(await link.unpacked(broken), undefined, broken);
  }
  // A small link may not become a large text.
  const bomb = new Blob(['[1,"', ' '.repeat(8_000_000), '"]']).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = Buffer.from(await new Response(bomb).arrayBuffer());
  assert.ok(bytes.length < 20_000);
  assert.equal(await link.unpacked(bytes.toString('base64url')), undefined);
});

test('a saved case is valid, opens again and holds', async () => {
  const valid = new Ajv2020({ allowUnionTypes: true }).compile(caseSchema());
  let saved = 0;
  for (const { name } of corpusCases()) {
    const { state: opened, told } = await open.openCase(name);
    const got = exact.parseExact(answer(state.callText(opened)));
    const text = save.caseText(opened, got, told.why, told.cites);
    const read = JSON.parse(text);
    // What the corpus refuses may lack rules, which the schema lets be.
    assert.ok(valid(read), `${name}: ${JSON.stringify(valid.errors)}`);
    const again = open.openText(text);
    assert.deepEqual(differs(again.state, again.told.expect), [], name);
    assert.deepEqual(again.told.expect.ok, told.expect.ok, name);
    if (got.ok) assert.deepEqual(Object.keys(read.expect.outcome.totals).length, 5);
    saved++;
  }
  assert.ok(saved > 680, `only ${saved}`);
});

test('texts can be anything and never become more than their own member', () => {
  const opened = {
    rules: '[]',
    receipt: '{"purchase_at": "2024-06-01T12:00:00Z"}',
    facts: ' ',
    options: '{"explain": false, "steps": 5}',
  };
  assert.deepEqual(JSON.parse(state.callText(opened)), {
    rules: [],
    receipt: { purchase_at: '2024-06-01T12:00:00Z' },
    options: { explain: true, steps: 5 },
  });
  assert.deepEqual(state.placeOf('/receipt/items/0'), { part: 'receipt', pointer: '/items/0' });
  assert.deepEqual(state.placeOf('/rules'), { part: 'rules', pointer: '' });
  assert.equal(state.placeOf('/rulesx'), undefined);
  assert.equal(state.placeOf(''), undefined);
});

/** Members without fixed names, and what only tills invent. */
const FREE = /^(Discount\.metadata|Receipt\.(dwh|till)|ReceiptItem\.(weights|salesperson)|.*\.attributes)/;

test('the editor knows every member that the corpus uses', () => {
  const { shapes, RULES, RECEIPT, FACTS } = schema;
  const unknown = new Set();
  const walk = (root, path, value) => {
    if (Array.isArray(value)) return value.forEach((each) => walk(root, [...path, '*'], each));
    if (typeof value !== 'object' || value === null) return;
    const here = shape.find(shapes, root, path);
    for (const [name, each] of Object.entries(value)) {
      if (FREE.test(`${root.ref ?? 'Discount'}.${path.filter((step) => step !== '*').join('.')}`)) return;
      if (here?.shape.members?.[name]) walk(root, [...path, name], each);
      else if (here?.shape.members) unknown.add(`${path.join('/')}/${name}`);
    }
  };
  for (const { name, text } of corpusCases()) {
    if (name.startsWith('invalid')) continue;
    const { rules, receipt, facts } = JSON.parse(text);
    walk(RULES, [], rules);
    walk(RECEIPT, [], receipt);
    walk(FACTS, [], facts);
  }
  // Made up by cases that show that such members pass through, or that free-form members are compared too.
  const made = [
    'refs',
    'label',
    'customer/email',
    'customer/pays_tax',
    'dwh',
    'till',
    'salesperson',
    'weights',
    'approved_by',
    'statistics',
    'total_discount',
    'extra_info/*/name',
  ];
  assert.deepEqual(
    [...unknown].filter((path) => !made.some((name) => path.endsWith(name))),
    [],
  );
});

test('every explanation belongs to a member, in both languages', () => {
  const { about } = members;
  assert.deepEqual(Object.keys(about.nb), Object.keys(about.en));
  for (const key of Object.keys(about.en)) {
    const [owner, member] = key.split('.');
    assert.ok(schema.shapes[owner]?.members?.[member], key);
  }
  for (const owner of ['Requirement', 'Reward', 'Limitation', 'RequirementItem', 'Facts', 'Ref', 'Statistics', 'Stacking']) {
    for (const member of Object.keys(schema.shapes[owner].members))
      assert.ok(about.en[`${owner}.${member}`], `${owner}.${member} is not explained`);
  }
});
