// A page of another origin shows the public rules, in Chromium: it gets a token with the client's id and
// secret, asks for `public/rules` and one rule, and draws a card for each, with the requests and the members
// that the vendor's browser SDK uses (that package is not in the registry any more, so its habits are here).
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startBrowser, startService } from './running.mjs';

let service, pages, browser;

const page = `<!doctype html><meta charset="utf-8"><title>Deals</title><main></main><script type="module">
  const { url, account, key, secret, id } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const names = { 'Dintero-System-Name': 'deals-web-sdk', 'Dintero-System-Version': '0' };
  const base = url + '/v1/accounts/' + account;
  const answered = await fetch(base + '/auth/token', { method: 'POST',
    headers: { Authorization: 'Basic ' + btoa(key + ':' + secret), 'content-type': 'application/json', ...names },
    body: JSON.stringify({ grant_type: 'client_credentials', audience: base }) });
  const { token_type, access_token } = await answered.json();
  const headers = { Authorization: token_type + ' ' + access_token, ...names };
  const get = async (path) => (await fetch(base + '/discounts/public/rules' + path, { headers })).json();
  const rules = id ? [await get('/' + id)] : await get('?limit=20');
  for (const rule of rules) {
    const card = document.createElement('article');
    const quantity = rule.requirement.item?.quantity;
    const ribbon = rule.reward.type === 'discount_item_quantity' ? quantity + ' for ' + (quantity - rule.reward.value)
      : rule.reward.type.endsWith('percent') ? rule.reward.value + '%' : rule.reward.value;
    const image = rule.links.find((link) => link.rel === 'medium_discount_image');
    const most = rule.limitation.discount_repeat_usage;
    card.textContent = [rule.name, ribbon, image?.href, rule.metadata.label, most > 0 ? 'at most ' + most : '',
      'until ' + rule.requirement.purchase_to.slice(0, 10)].filter(Boolean).join(' · ');
    document.querySelector('main').append(card);
  }
  document.body.dataset.done = 'yes';
</script>`;

before(async () => {
  service = await startService();
  pages = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(page)).listen(0, '127.0.0.1');
  await new Promise((listening) => pages.once('listening', listening));
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  pages?.close();
  await service?.end();
});

async function cards(id) {
  const { address, client } = service;
  const shown = await browser.newPage();
  const failures = [];
  shown.on('pageerror', (error) => failures.push(String(error)));
  const settings = new URLSearchParams({
    url: address, account: client.account_id, key: client.client_id, secret: client.client_secret, ...(id ? { id } : {}),
  });
  await shown.goto(`http://127.0.0.1:${pages.address().port}/#${settings}`);
  await shown.waitForSelector('body[data-done]', { state: 'attached', timeout: 15_000 }).catch(() => {});
  const texts = await shown.locator('article').allTextContents();
  await shown.close();
  assert.deepEqual(failures, []);
  return texts;
}

test('a page of another origin shows the public rules', async () => {
  const window = { purchase_from: '2024-01-01T00:00:00Z', purchase_to: '2099-01-01T00:00:00Z' };
  const bare = await service.api('POST', 'discounts/rules', { name: 'Ten off', requirement: window, reward: { type: 'discount_percent', value: 10 } });
  const full = await service.api('POST', 'discounts/rules', {
    name: '3 for 2', requirement: { ...window, item: { quantity: 3, items: [{ id: 'kaffe' }] } },
    reward: { type: 'discount_item_quantity', value: 1 }, limitation: { discount_repeat_usage: 2 },
    links: [{ href: 'https://shop.example/coffee.png', rel: 'medium_discount_image' }],
    metadata: { label: 'Today', 'dintero:exclude:public:cost': 7 },
  });
  const hidden = await service.api('POST', 'discounts/rules', { name: 'Hidden', private: true, requirement: window, reward: { type: 'discount_percent', value: 90 } });
  for (const rule of [bare, full, hidden]) await service.api('POST', `discounts/rules/${rule.id}/customers`, { customers: ['*'] });

  const shown = await cards();
  assert.ok(shown.includes('Ten off · 10% · until 2099-01-01'), shown.join('\n'));
  assert.ok(shown.includes('3 for 2 · 3 for 2 · https://shop.example/coffee.png · Today · at most 2 · until 2099-01-01'), shown.join('\n'));
  assert.ok(!shown.some((card) => card.includes('Hidden')), shown.join('\n'));
  assert.deepEqual(await cards(bare.id), ['Ten off · 10% · until 2099-01-01']);
});
