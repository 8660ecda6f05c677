// In Deno: the same bytes as in Node, by either entry, with no permission but to read the package.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { Engine, init } from '@rabatt/engine';

const folder = new URL('..', import.meta.url).pathname;
const receipt = { purchase_at: '2024-06-01T12:00:00Z', items: [{ line_id: 1, gross_amount: 3500, eligible_for_discount: true }] };

// Its one dependency is pinned; a lock file would name programs for every platform.
before(() => execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', `${folder}tests/deno`], { stdio: ['ignore', 'ignore', 'inherit'] }));

for (const entry of ['index.js', 'node.js']) {
  test(`Deno answers by ${entry} what Node answers`, async () => {
    await init();
    const wanted = Engine.load([{ id: 'ten', reward: { type: 'discount_percent', value: 10 } }]).evaluateText(JSON.stringify(receipt));
    assert.match(wanted, /"discount":350/);
    const words = ['run', '--no-config', `--allow-read=${folder}pkg`, `${folder}tests/deno/answer.js`, `file://${folder}pkg/${entry}`];
    const told = execFileSync(`${folder}tests/deno/node_modules/.bin/deno`, words, { encoding: 'utf8' });
    assert.equal(told, `${wanted}\n`);
  });
}
