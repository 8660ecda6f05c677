// Places in JSON texts, their layout, exact numbers and differences.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { corpusCases, startModules } from './modules.mjs';

let modules, place, layout, exact, difference;

before(async () => {
  modules = await startModules();
  [place, layout, exact, difference] = await Promise.all(
    ['place', 'layout', 'exact', 'difference'].map((name) => modules.load(`json/${name}.ts`)),
  );
});

after(() => modules.end());

/** What a pointer stands for in a text. */
const at = (text, pointer) => {
  const { from, to } = place.rangeOf(place.parseTree(text), text, pointer);
  return text.slice(from, to);
};

test('pointers are found as ranges', () => {
  const text = '[\n  {"id": "a", "reward": {"type": "x", "a/b": {"~": [1, 22]}}, "id": "b"}\n]';
  assert.equal(at(text, '/0/reward/type'), '"x"');
  assert.equal(at(text, '/0/reward/a~1b/~0/1'), '22');
  assert.equal(at(text, ''), text);
  assert.equal(at(text, '/0/id'), '"b"', 'of two members with one name the second is meant');
});

test('what is missing is shown at what lacks it', () => {
  const text = '[{"reward": {"type": "x"}, "n": 5}]';
  assert.equal(at(text, '/0/reward/value'), '"reward"');
  assert.equal(at(text, '/0/id'), '{');
  assert.equal(at(text, '/0/n/deeper'), '"n"');
  assert.equal(at(text, '/7'), '[');
  assert.equal(at('', '/x'), '');
});

test('every problem of the corpus is placed inside its text', () => {
  let placed = 0;
  for (const { name, text } of corpusCases()) {
    const { expect } = JSON.parse(text);
    for (const { pointer } of expect.errors ?? []) {
      if (!/^\/(rules|receipt|facts)/.test(pointer ?? '')) continue;
      const { from, to } = place.rangeOf(place.parseTree(text), text, pointer);
      assert.ok(from >= 0 && to <= text.length && to > from, `${name} ${pointer}`);
      placed++;
    }
  }
  assert.ok(placed > 80, `only ${placed}`);
});

test('what is no JSON is shown where it breaks', () => {
  const broken = (text) => {
    const found = place.syntaxError(place.parseTree(text), text);
    return found && [found.from, text.slice(found.from, found.to)];
  };
  assert.equal(broken('{"a": [1, 2.50e3, "x"]}'), undefined);
  assert.deepEqual(broken('{"a": 1, "b": oops}'), [14, 'oops']);
  assert.equal(broken('{"a": [1, 2}')?.[0] >= 10, true);
  for (const text of [
    '{',
    '[1,]',
    '{"a" 1}',
    '{"a":01}',
    "{'a': 1}",
    '"',
    '{"a": "b\nc"}',
    '[1] 2',
    '{"a":1,}',
    'nul',
    '﻿{}',
    '{"a": +1}',
    '{"a": .5}',
    '{"a": NaN}',
    '["\\x"]',
  ]) {
    assert.throws(() => JSON.parse(text), text);
    const found = place.syntaxError(place.parseTree(text), text);
    assert.ok(found && found.from >= 0 && found.to <= text.length && found.to > found.from, `${text} → ${JSON.stringify(found)}`);
  }
});

test('members are taken out of a text as they are written', () => {
  const text = '{\n  "rules": [\n    {"v": 10.50}\n  ],\n  "receipt": {"n": 9223372036854775808}\n}';
  assert.deepEqual(
    [...place.memberTexts(text)],
    [
      ['rules', '[\n  {"v": 10.50}\n]'],
      ['receipt', '{"n": 9223372036854775808}'],
    ],
  );
});

const tokens = (text) => text.match(/"(?:[^"\\]|\\.)*"|[^\s"]/g).join('');

test('another layout changes space and nothing else', () => {
  for (const { name, text } of corpusCases()) {
    for (const columns of [20, 46, 120]) {
      const laid = layout.laidOut(text, columns);
      assert.equal(tokens(laid), tokens(text), name);
      assert.equal(layout.laidOut(laid, columns), laid, name);
    }
  }
  assert.equal(layout.laidOut('{"a": [1, 2.0], "b": {}, "c": "x"}', 16), '{\n  "a": [1, 2.0],\n  "b": {},\n  "c": "x"\n}');
  assert.equal(layout.laidOut('{"a": ', 10), '{"a": ');
});

test('JSON is written as it was read', () => {
  for (const { name, text } of corpusCases()) {
    assert.deepEqual(exact.parseExact(exact.writeExact(exact.parseExact(text))), exact.parseExact(text), name);
  }
  assert.equal(
    exact.writeExact({ a: 9223372036854775807n, b: [undefined, null], c: undefined }),
    '{"a": 9223372036854775807, "b": [null, null]}',
  );
});

test('differences are those that the corpus counts', () => {
  const { differences } = difference;
  assert.deepEqual(differences({ a: 1, b: null }, { a: 1, c: 2 }), []);
  assert.deepEqual(differences({ a: 10n }, { a: 10 }), []);
  assert.deepEqual(differences({ l: [{}, { x: 1 }] }, { l: [{ y: 2 }, { x: 1 }] }), []);
  assert.deepEqual(differences({ 'a/b': [1, 2] }, { 'a/b': [1, 3] }), [{ at: '/a~1b/1', expected: 2, got: 3 }]);
  assert.deepEqual(differences({ l: [1] }, { l: [1, 2] }), [{ at: '/l', expected: [1], got: [1, 2] }]);
  assert.deepEqual(differences({ a: '1', b: 2 }, { a: 1 }), [
    { at: '/a', expected: '1', got: 1 },
    { at: '/b', expected: 2, got: undefined },
  ]);
  assert.deepEqual(differences({ a: null }, { a: 3 }), [{ at: '/a', expected: null, got: 3 }]);
});
