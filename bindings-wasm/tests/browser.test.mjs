// The examples, and a worker, in Chromium.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { executablePath, serve } from './pages.mjs';

const folder = new URL('..', import.meta.url).pathname;
let browser;

before(async () => { browser = await chromium.launch({ executablePath: executablePath(), args: ['--no-sandbox'] }); });
after(() => browser?.close());

/** Opens a page of a folder. */
const open = async (root, path, look, policy) => visit(await serve(root, policy), path, look);

/** Opens a page of a server and ends the server; what the page says on its console must be nothing bad. */
async function visit(server, path, look) {
  const page = await browser.newPage();
  const failures = [];
  page.on('pageerror', (error) => failures.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error') failures.push(message.text()); });
  page.on('requestfailed', (request) => failures.push(request.url()));
  try {
    await page.goto(`${server.address}/${path}`);
    await look(page);
    assert.deepEqual(failures, []);
  } finally {
    await page.close();
    await server.close();
  }
}

test('a plain page recalculates while one types', () => open(folder, 'examples/plain.html', async (page) => {
  const net = page.locator('#net');
  await page.waitForFunction(() => document.getElementById('net').textContent !== '…');
  assert.equal(await net.textContent(), '70.00');
  await page.fill('#cups', '2');
  assert.equal(await net.textContent(), '70.00');
  assert.equal(await page.locator('#hint').textContent(), '1 more and you save 35');
  await page.fill('#cups', '7');
  assert.equal(await net.textContent(), '175.00');
}));

const react = `${folder}examples/react`;

/** The React example does what it says. */
async function recalculates(page) {
  await page.waitForSelector('output');
  assert.equal(await page.locator('output').textContent(), '70.00');
  assert.deepEqual(await page.locator('li').allTextContents(), ['3 for 2: −35.00']);
  await page.fill('input', '4');
  assert.equal(await page.locator('output').textContent(), '105.00');
}

test('an application of React, built by Vite, recalculates too', async () => {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', react], { stdio: 'inherit' });
  execFileSync('node_modules/.bin/vite', ['build', '--logLevel', 'warn'], { cwd: react, stdio: 'inherit' });
  const server = await serve(`${react}/dist`);
  await visit(server, 'index.html', recalculates);
});

test("so does it on Vite's development server", async () => {
  const { createServer } = await import(createRequire(`${react}/package.json`).resolve('vite'));
  const vite = await createServer({ root: react, logLevel: 'warn', server: { host: '127.0.0.1', port: 0 } });
  await vite.listen();
  const { port } = vite.httpServer.address();
  await visit({ address: `http://127.0.0.1:${port}`, close: () => vite.close() }, '', recalculates);
});

test('a module worker evaluates, under a policy that allows WebAssembly only', async () => {
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
  await open(folder, 'tests/pages/worker.html', async (page) => {
    await page.waitForSelector('body[data-net]', { state: 'attached' });
    assert.equal(await page.getAttribute('body', 'data-net'), '3150');
  }, policy);
});
