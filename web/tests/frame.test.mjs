// The console's frame: headers, accessibility of every page at both sizes and in both colours.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from './accessible.mjs';
import { openConsole, picture, signedIn, SIZES, startBrowser, startService } from './running.mjs';

let service, browser;

before(async () => {
  [service, browser] = await Promise.all([startService(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await service?.end();
});

test('the page lets no inline script in, and has none', async () => {
  const answer = await fetch(`${service.address}/`);
  const policy = answer.headers.get('content-security-policy');
  assert.ok(policy.includes("script-src 'self' 'wasm-unsafe-eval';") && policy.includes("frame-ancestors 'none'"), policy);
  assert.ok(!policy.includes('unsafe-inline') && !policy.includes("'unsafe-eval'"), policy);
  const page = await answer.text();
  for (const [script] of page.matchAll(/<script[^>]*>[^<]*/g)) assert.match(script, /^<script type="module"[^>]* src="\/assets\/[^"]+">$/);
  const again = await fetch(`${service.address}/`, { headers: { 'if-none-match': answer.headers.get('etag') } });
  assert.equal(again.status, 304);
  const [asset] = page.match(/\/assets\/[^"]+\.js/);
  const script = await fetch(service.address + asset, { headers: { 'accept-encoding': 'gzip, br' } });
  assert.match(script.headers.get('content-type'), /^text\/javascript/);
  assert.match(script.headers.get('cache-control'), /immutable/);
  // Compressed where it is taken, the same either way.
  assert.equal(script.headers.get('content-encoding'), 'br');
  const plain = await fetch(service.address + asset, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.equal(await plain.text(), await script.text());
});

for (const size of Object.keys(SIZES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing serious, ${size}, ${colorScheme}`, async () => {
      const { context, page, failures } = await openConsole(browser, service.address, { path: signedIn(service.client), size, colorScheme });
      await page.locator('.customer', { hasText: 'Kari' }).click();
      await page.locator('.coupon').waitFor();
      for (const product of ['Filterkaffe', 'Skolebolle', 'Popcorn', 'Cola 0,5 l', 'Snus']) {
        await page.locator('.product', { has: page.getByText(product, { exact: true }) }).click();
      }
      await page.getByLabel('Rabattkode').fill('VAFFEL10');
      await page.getByLabel('Rabattkode').press('Enter');
      await page.locator('.fails').waitFor();
      await page.locator('.near').waitFor();
      await page.getByRole('button', { name: 'Sjekk med kassen' }).click();
      await page.locator('.check-result .notice').waitFor();
      await picture(page, `checkout-${size}-${colorScheme}`, true);
      await accessible(page);
      await page.getByRole('button', { name: 'Logg ut' }).click();
      await page.getByRole('button', { name: 'Logg inn' }).click();
      await accessible(page);
      await picture(page, `sign-in-${size}-${colorScheme}`);
      assert.deepEqual(failures, []);
      await context.close();
    });
  }
}
