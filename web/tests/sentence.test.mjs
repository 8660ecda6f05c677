// A rule in a sentence: for every rule of the corpus, and word for word for those that people write.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { corpusCases, startModules } from './modules.mjs';

let modules, sentence;

before(async () => {
  modules = await startModules();
  ({ sentence } = await modules.load('sentence/index.ts'));
});

after(() => modules.end());

/** Intl writes spaces that do not break. */
const said = (rule, language, options) => sentence(rule, language, options).replace(/[\u00a0\u202f]/g, ' ');

const corpusRules = () =>
  corpusCases().flatMap(({ name, text }) => [JSON.parse(text).rules ?? []].flat().map((rule) => ({ name, rule })));

test('every rule of the corpus has a sentence in both languages, however broken it is', () => {
  const rules = corpusRules();
  assert.ok(rules.length > 800, `only ${rules.length} rules`);
  for (const { name, rule } of [
    ...rules,
    ...[null, 1, 'x', [], {}, { reward: 3 }, { reward: { type: 'discount_percent' } }].map((rule) => ({ name: 'none', rule })),
  ]) {
    for (const language of ['nb', 'en']) {
      const text = said(rule, language);
      assert.match(text, /^[^\s,].{6,}\.$/s, `${name}: ${text}`);
      assert.doesNotMatch(text, /undefined|NaN|null|\[object|, ,|,\.|  /, `${name}: ${text}`);
    }
  }
});

/** Members that say nothing about what a customer gets. */
const SILENT = new Set([
  'id',
  'name',
  'receipt_text',
  'description',
  'created_at',
  'campaign_id',
  'metadata',
  'links',
  'refs',
  'deleted_at',
]);

test('no condition and no limit of a corpus rule is passed over', () => {
  let compared = 0;
  for (const { name, rule } of corpusRules()) {
    if (name.startsWith('invalid') || typeof rule !== 'object') continue;
    for (const part of ['requirement', 'limitation', 'stacking']) {
      for (const [member, value] of Object.entries(rule[part] ?? {})) {
        if (SILENT.has(member) || unsaid(member, value)) continue;
        const { [member]: _without, ...rest } = rule[part];
        assert.notEqual(
          said({ ...rule, [part]: rest }, 'en'),
          said(rule, 'en'),
          `${name}: ${part}.${member} = ${JSON.stringify(value)}`,
        );
        compared++;
      }
    }
  }
  assert.ok(compared > 500, `only ${compared} members`);
});

/** Values that ask for nothing (§1.6, §5). */
function unsaid(member, value) {
  if (
    value === null ||
    (value === 0 &&
      !['discount_combination', 'discount_reward_usage', 'discount_repeat_usage', 'max_discount_amount'].includes(member))
  )
    return true;
  if (value === -1 || value === 'item_eligible_for_discount') return true;
  const nothing = (each) => each === null || each === '' || (typeof each === 'object' && Object.values(each).every(nothing));
  return (
    nothing(value) ||
    (member === 'store_ids' && value.every((id) => id === '*')) ||
    (member === 'item' && asksNothing(value)) ||
    (member === 'discount_hours' && !value.hours?.length)
  );
}

const asksNothing = ({ items, mixes, quantity }) =>
  !mixes?.length && !(quantity > 1) && (items ?? []).every(({ id }) => id === '*');

test('the kiosk’s rules in words', () => {
  const rules = JSON.parse(readFileSync(new URL('../../service/examples/kiosk-rules.json', import.meta.url), 'utf8'));
  const plain = (id, language) => {
    const {
      requirement: { purchase_from: _from, purchase_to: _to, ...requirement },
      ...rule
    } = rules.find((rule) => rule.id === id);
    return said({ ...rule, requirement }, language);
  };
  assert.equal(plain('kaffe-3-for-2', 'nb'), 'Kjøp 3, betal for 2, i gruppen kaffe.');
  assert.equal(
    plain('kaffekort', 'nb'),
    'Stempelkort: etter 5 stempler er den neste gratis, av filterkaffe, stempler varer i 365 dager.',
  );
  assert.equal(
    plain('medlem-10-prosent', 'nb'),
    '10 % avslag på hele kvitteringen, regnet etter andre rabatter, ved kjøp for minst 500 kr.',
  );
  assert.equal(plain('kinopakke', 'en'), 'Group popcorn + group film + group brus together for kr 150.');
  assert.equal(plain('morgenkaffe', 'en'), '20 % off group kaffe, Mondays to Fridays 7–9.');
  assert.equal(plain('vaffel10', 'nb'), '10 kr avslag per stykk, på vaffel, med koden VAFFEL10, høyst én gang per kjøp.');
  assert.equal(plain('medlemsbonus', 'nb'), '2 % i bonus på hele kvitteringen, regnet etter andre rabatter.');
});

test('hours, days and periods as people say them', () => {
  const rule = {
    requirement: {
      purchase_from: '2026-06-01T00:00:00+02:00',
      purchase_to: '2026-07-01T00:00:00+02:00',
      item: { quantity: 3, items: [{ group_id: 'Coffee' }] },
    },
    reward: { type: 'discount_item_quantity', value: 1 },
    limitation: { discount_hours: { hours: [{ day: 'mon', start: '10:00', end: '11:00' }] } },
  };
  assert.equal(said(rule, 'en'), 'Buy 3, pay for 2, in group Coffee, Mondays 10–11, from 1 June 2026 through 30 June 2026.');
  assert.equal(
    said(rule, 'nb'),
    'Kjøp 3, betal for 2, i gruppen Coffee, mandager 10–11, fra 1. juni 2026 til og med 30. juni 2026.',
  );
  const hours = [
    { day: 'sat', start: '09:30', end: '12:00' },
    { day: 'sun', start: '09:30', end: '12:00' },
    { day: 'wed', start: '09:30', end: '12:00' },
  ];
  const more = {
    reward: { type: 'discount_percent', value: 12.5 },
    requirement: { purchase_to: '2026-06-01T12:00:00+02:00' },
    limitation: { discount_hours: { timezone: 'Europe/London', hours } },
  };
  assert.equal(
    said(more, 'en', { audience: 'members' }),
    '12.5 % off the whole receipt, Wednesdays, Saturdays or Sundays 09:30–12:00 (time in Europe/London), until 1 June 2026 at 12:00, for members.',
  );
});

test('amounts in the rule’s own currency, by its own decimals', () => {
  const off = (value, currencies) => said({ requirement: { currencies }, reward: { type: 'discount_amount', value } }, 'nb');
  assert.equal(off(123456789012345, ['NOK']), '1 234 567 890 123,45 kr avslag på hele kvitteringen, i NOK.');
  assert.match(off(500, ['JPY']), /^500 (¥|￥|JPY) avslag på hele kvitteringen, i JPY\.$/);
  assert.equal(off(5, ['NOK']), '0,05 kr avslag på hele kvitteringen, i NOK.');
  assert.equal(
    said({ reward: { type: 'discount_amount', value: 1500 } }, 'en', { currency: 'EUR' }),
    '€15 off the whole receipt.',
  );
});
