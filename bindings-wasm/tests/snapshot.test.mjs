// A till with the service's snapshot answers offline what the service answers.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Engine, init } from '@rabatt/engine';

const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'rabatt-snapshot-'));
let service, base, headers;

before(async () => {
  await init();
  const program = process.env.RABATT ?? built();
  service = spawn(program, ['serve'], {
    env: { ...process.env, RABATT_LISTEN: '127.0.0.1:0', RABATT_DATA: folder, DATABASE_URL: '' }, stdio: ['ignore', 'pipe', 'ignore'],
  });
  let address;
  for await (const line of createInterface({ input: service.stdout })) {
    address = line.match(/listens on (http:\S+);/)?.[1];
    if (address) break;
  }
  assert.ok(address, 'the service says where it listens');
  service.stdout.resume();
  const client = JSON.parse(readFileSync(join(folder, 'client.json'), 'utf8'));
  base = `${address}/v1/accounts/${client.account_id}`;
  const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64');
  const { access_token } = await request('POST', '/auth/token', { grant_type: 'client_credentials', audience: base }, `Basic ${basic}`);
  headers = `Bearer ${access_token}`;
});

after(async () => {
  if (service) {
    const ended = new Promise((end) => service.once('exit', end));
    service.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The service as the other suites build it. */
function built() {
  execFileSync('cargo', ['nextest', 'run', '--workspace', '--no-run'], { cwd: root, stdio: 'inherit' });
  return join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/rabatt');
}

async function request(method, path, body, authorization = headers) {
  const answer = await fetch(base + path, {
    method, headers: { authorization, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text);
}

test('offline and online the same', async () => {
  // A coupon of one customer beside what everybody has.
  const rule = await request('POST', '/discounts/rules', {
    name: 'Coupon', receipt_text: 'Coupon', reward: { type: 'discount_amount', value: 500 },
    requirement: { purchase_from: '2024-01-01T00:00:00Z', purchase_to: '2099-01-01T00:00:00Z' }, limitation: { discount_repeat_usage: 2 } });
  await request('POST', `/discounts/rules/${rule.id}/customers`, { customers: ['anne'] });
  const line = (line_id, id, group, quantity, price) => ({
    line_id, id, groups: [{ id: group }], quantity, gross_amount: quantity * price, eligible_for_discount: true });
  const items = [line(1, 'filterkaffe', 'kaffe', 4, 3500), line(2, 'popcorn', 'popcorn', 1, 6500), line(3, 'film', 'film', 2, 14_000)];
  let given = 0;
  for (const customer of ['anne', 'bodil', undefined]) {
    const snapshot = await (await fetch(`${base}/discounts/snapshot${customer ? `?customer_id=${customer}` : ''}`, { headers: { authorization: headers } })).text();
    const receipt = {
      receipt_id: `r-${customer}`, purchase_at: '2026-06-01T12:00:00Z', currency: 'NOK', store: { id: 'kiosk-1' }, items,
      ...(customer && { customer_id: customer }) };
    const online = await request('POST', '/discounts/available_for_receipt?amounts=recalculated', receipt);
    const offline = Engine.load(snapshot);
    const { receipt: own, outcome } = offline.evaluate(receipt, null, { amounts: 'recalculated' });
    assert.equal(JSON.parse(snapshot).plan, outcome.plan);
    assert.deepEqual(own, online);
    given += outcome.applied.length;
    assert.equal(outcome.applied.some(({ rule_id }) => rule_id === rule.id), customer === 'anne');
    offline.free();
  }
  assert.ok(given > 3, `${given} rules gave something`);
});
