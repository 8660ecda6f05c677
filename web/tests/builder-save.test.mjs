// Saving from the rule builder, with a service that only counts: one rule for one content, however often it is saved.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startModules } from './modules.mjs';

let modules, save, NotGivenError;
/** What was asked, and what the next answers are, if not good ones. */
let asked, refusals;

const known = new Map();
const signIn = (account) => known.set('rabatt.session', JSON.stringify({ account, client: 'c', token: 't', expires: Date.now() + 60_000 }));
globalThis.sessionStorage = { getItem: (key) => known.get(key) ?? null, setItem: (key, value) => known.set(key, value), removeItem: (key) => known.delete(key) };

globalThis.fetch = async (path, { method, body }) => {
  const nth = asked.push(`${method} ${path.split('/').slice(3).join('/')} ${body}`);
  await new Promise((soon) => setTimeout(soon, 5));
  const status = refusals.shift() ?? 200;
  return Response.json(status === 200 ? { id: `id-${nth}` } : { error: { message: 'no' } }, { status });
};

const created = () => asked.filter((call) => / T\d\/discounts\/rules \{/.test(call)).length;

before(async () => {
  modules = await startModules();
  ({ save, NotGivenError } = await modules.load('builder/save.ts'));
});
after(() => modules?.end());
beforeEach(() => {
  [asked, refusals] = [[], []];
  signIn('T1');
});

test('a rule saved twice, also at once, is created once', async () => {
  const ids = await Promise.all([save({ name: 'twice' }, 'everybody'), save({ name: 'twice' }, 'everybody')]);
  ids.push(await save({ name: 'twice' }, 'members'));
  assert.deepEqual(ids, ['id-1', 'id-1', 'id-1']);
  assert.equal(created(), 1);
  assert.match(asked.at(-1), /rules\/id-1\/customers .*"customers":\["\*"\]/);
});

test('another content or another account is another rule', async () => {
  const first = await save({ name: 'one' }, 'nobody');
  assert.notEqual(await save({ name: 'two' }, 'nobody'), first);
  signIn('T2');
  assert.notEqual(await save({ name: 'one' }, 'nobody'), first);
  assert.equal(created(), 3);
});

test('what was refused is created when it is saved again', async () => {
  refusals = [400];
  await assert.rejects(save({ name: 'refused' }, 'nobody'), { message: 'no' });
  assert.equal(await save({ name: 'refused' }, 'nobody'), 'id-2');
});

test('what was created but not given is only given when it is saved again', async () => {
  refusals = [200, 503];
  await assert.rejects(save({ name: 'kept' }, 'members'), (error) => error instanceof NotGivenError && error.id === 'id-1');
  assert.equal(await save({ name: 'kept' }, 'members'), 'id-1');
  assert.equal(created(), 1);
});

test('what somebody deleted meanwhile is created anew', async () => {
  await save({ name: 'deleted' }, 'members');
  refusals = [404];
  await assert.rejects(save({ name: 'deleted' }, 'members'), NotGivenError);
  assert.equal(await save({ name: 'deleted' }, 'members'), 'id-4');
  assert.equal(created(), 2);
});
