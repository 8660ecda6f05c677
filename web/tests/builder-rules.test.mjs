// The rule builder without its page: what each form writes, that the engine takes it, and that the sample cart shows it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, check, init } from '@rabatt/engine';
import { startModules } from './modules.mjs';

let modules, drafts, writing, sampling, oslo, sentence;
const NOW = new Date('2026-11-21T13:00:00Z');

before(async () => {
  await init();
  modules = await startModules();
  const { load } = modules;
  [drafts, writing, sampling, oslo] = await Promise.all(
    ['draft', 'write', 'sample', 'oslo'].map((name) => load(`builder/${name}.ts`)),
  );
  ({ sentence } = await load('sentence/index.ts'));
});

after(() => modules.end());

function tried(draft, change = (sample) => sample) {
  const rule = writing.write(draft);
  const sample = change(sampling.sampleFor(draft, 'nb', NOW));
  return JSON.parse(answer(sampling.callFor(rule, draft, sample, 'Tilbud')));
}

const example = (kind, changes = {}) => ({ ...drafts.example(kind, '2026-11-21'), ...changes });

test('the example of every kind is a good rule that gives something on its sample cart', () => {
  for (const kind of drafts.KINDS) {
    const rule = writing.write(example(kind));
    assert.deepEqual(check([{ id: 'x', ...rule }]), [], kind);
    const { ok, outcome, errors } = tried(example(kind));
    assert.ok(ok, `${kind}: ${JSON.stringify(errors)}`);
    assert.ok(
      outcome.applied.some(({ amount, bonus }) => amount + bonus > 0),
      `${kind}: ${JSON.stringify(outcome.explain)}`,
    );
  }
});

test('every kind has its own sentence in both languages', () => {
  for (const language of ['nb', 'en']) {
    const said = drafts.KINDS.map((kind) => sentence(writing.write(example(kind)), language));
    assert.equal(new Set(said).size, drafts.KINDS.length);
  }
});

test('what is filled in is what is written', () => {
  const draft = example('n-for-m', {
    name: ' Kaffe ',
    receiptText: '3 for 2',
    groups: 'kaffe, te,',
    items: 'kakao',
    from: '2026-06-01',
    to: '2026-06-30',
    days: ['mon'],
    start: '10:00',
    end: '11:00',
    code: ' SOL ',
    minimum: '99,50',
    stores: 'k1, k2',
    attribute: 'lag',
    attributeValues: 'Brann, Viking',
    perPurchase: '1',
    perCustomer: '2',
    most: '50',
    alone: true,
    undiscounted: true,
  });
  assert.deepEqual(writing.write(draft), {
    name: 'Kaffe',
    receipt_text: '3 for 2',
    requirement: {
      purchase_from: '2026-06-01T00:00:00+02:00',
      purchase_to: '2026-07-01T00:00:00+02:00',
      gross_amount: 9950,
      discount_code: 'SOL',
      item: { quantity: 3, items: [{ group_id: 'kaffe' }, { group_id: 'te' }, { id: 'kakao' }] },
      store: { id: ['k1', 'k2'] },
      customer: { attributes: { lag: ['Brann', 'Viking'] } },
    },
    reward: { type: 'discount_item_quantity', value: 1 },
    limitation: {
      discount_reward_usage: 1,
      discount_repeat_usage: 2,
      max_discount_amount: 5000,
      discount_combination: 0,
      discount_eligible: 'item_eligible_for_discount_no_discount',
      discount_hours: { timezone: 'Europe/Oslo', hours: [{ day: 'mon', start: '10:00', end: '11:00' }] },
    },
  });
  const bundle = example('bundle', {
    price: '120',
    mixes: [
      { groups: 'film', items: '', quantity: '1', eligible: true },
      { groups: '', items: 'cola', quantity: '2', eligible: false },
    ],
  });
  assert.deepEqual(writing.write(bundle).requirement.item, {
    mixes: [
      { items: [{ group_id: 'film' }], quantity: 1, reward_eligible: true },
      { items: [{ id: 'cola' }], quantity: 2, reward_eligible: false },
    ],
  });
});

test('amounts are moved digit by digit', () => {
  for (const [typed, minor] of [
    ['35', 3500],
    ['35,5', 3550],
    ['35.50', 3550],
    ['1 000', 100_000],
    ['0,05', 5],
    ['20,-', 2000],
    ['-3', -300],
    ['', undefined],
    ['999999999999,99', 99_999_999_999_999],
  ]) {
    assert.equal(writing.minor(typed), minor, typed);
  }
  for (const typed of ['x', '1,234', '1e3', '12kr', '--1']) assert.equal(writing.minor(typed), typed);
});

test('what is wrong is told at the place that the field writes', () => {
  const pointers = (kind, changes) =>
    check([{ id: 'x', ...writing.write(example(kind, changes)) }]).map(({ pointer }) => pointer);
  assert.deepEqual(pointers('percent', { percent: '120' }), ['/0/reward/value']);
  assert.deepEqual(pointers('percent', { percent: 'mye' }), ['/0/reward/value']);
  assert.deepEqual(pointers('percent', { percent: '' }), ['/0/reward/value']);
  assert.deepEqual(pointers('n-for-m', { pay: '-1' }), ['/0/reward/value']);
  assert.deepEqual(pointers('amount', { minimum: 'nok' }), ['/0/requirement/gross_amount']);
  assert.deepEqual(pointers('bundle', { mixes: [{ groups: '', items: '', quantity: '0', eligible: true }] }), [
    '/0/requirement/item/mixes/0/items',
    '/0/requirement/item/mixes/0/quantity',
  ]);
  assert.deepEqual(
    pointers('hours', { end: '' }).every((pointer) => pointer.startsWith('/0/limitation/discount_hours/hours/')),
    true,
  );
  assert.deepEqual(pointers('percent', { to: '2026-11-01' }), ['/0/requirement/purchase_to']);
});

test('the sample follows the draft, and a customer who does not qualify gets nothing', () => {
  const hours = sampling.sampleFor(example('hours'), 'nb', NOW);
  assert.equal(hours.at, '2026-11-23T07:00', 'the next Monday morning');
  assert.equal(tried(example('hours'), (sample) => ({ ...sample, at: '2026-11-23T09:00' })).outcome.totals.discount, 0);
  assert.equal(tried(example('member'), (sample) => ({ ...sample, member: false })).outcome.totals.discount, 0);
  assert.equal(
    tried(example('code'), (sample) => ({ ...sample, code: 'feil' })).outcome.explain[0].reasons[0].code,
    'code_missing',
  );
  assert.equal(tried(example('stamp-card'), (sample) => ({ ...sample, stamps: 0 })).outcome.applied[0].stage, 'stamp');
  const team = example('member', { attribute: 'lag', attributeValues: 'Brann' });
  assert.ok(tried(team).outcome.totals.discount > 0);
  const unknown = sampling.sampleFor(example('percent', { groups: 'fisk' }), 'nb', NOW);
  assert.deepEqual(unknown.lines[0], { id: 'fisk', group: 'fisk', name: 'fisk', price: 10_000, quantity: 2 });
});

test('days begin at midnight in Norway, in summer and winter and where the clocks change', () => {
  assert.equal(oslo.midnight('2026-01-31'), '2026-01-31T00:00:00+01:00');
  assert.equal(oslo.midnight('2026-06-01'), '2026-06-01T00:00:00+02:00');
  assert.equal(oslo.midnight('2026-03-29'), '2026-03-29T00:00:00+01:00');
  assert.equal(oslo.midnight('2026-03-30'), '2026-03-30T00:00:00+02:00');
  assert.equal(oslo.midnight('2026-10-25'), '2026-10-25T00:00:00+02:00');
  assert.equal(oslo.midnight('2026-10-26'), '2026-10-26T00:00:00+01:00');
  assert.equal(oslo.atTime('2026-03-29', '12:00'), '2026-03-29T12:00:00+02:00');
  assert.equal(oslo.midnight('x'), 'x');
  assert.equal(oslo.nextDay('2026-12-31'), '2027-01-01');
  assert.equal(oslo.weekday('2026-11-21'), 'sat');
  assert.equal(oslo.dayOf(new Date('2026-06-01T22:30:00Z')), '2026-06-02');
});
