// A service on a database of its own, and Chromium: what every test in a browser needs.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname;
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const program = process.env.RABATT ?? join(target, 'debug/rabatt');

/** Where screenshots go; nobody compares them. */
export const pictures = join(target, 'screenshots');

/** Starts `rabatt serve`; gives its address, the client of its first start and how to end it. */
export async function startService() {
  const folder = mkdtempSync(join(tmpdir(), 'rabatt-browser-'));
  const service = spawn(program, ['serve'], {
    env: { ...process.env, RABATT_LISTEN: '127.0.0.1:0', RABATT_DATA: folder, DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let address;
  for await (const line of createInterface({ input: service.stdout })) {
    address = line.match(/listens on (http:\S+);/)?.[1];
    if (address) break;
  }
  assert.ok(address, 'the service says where it listens');
  service.stdout.resume();
  const client = JSON.parse(readFileSync(join(folder, 'client.json'), 'utf8'));
  const end = async () => {
    const ended = new Promise((end) => service.once('exit', end));
    service.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { address, client, end, api: (method, path, body) => api(address, client, method, path, body) };
}

async function api(address, client, method, path, body) {
  const base = `${address}/v1/accounts/${client.account_id}`;
  const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64');
  const token = await fetch(`${base}/auth/token`, {
    method: 'POST', headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', audience: base }),
  });
  const { access_token } = await token.json();
  const answer = await fetch(`${base}/${path}`, {
    method, headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

/** Starts Debian's Chromium, or what else there is. */
export async function startBrowser() {
  const executablePath = ['chromium', 'chromium-browser', 'google-chrome']
    .map((name) => { try { return execFileSync('which', [name], { encoding: 'utf8' }).trim(); } catch { return ''; } })
    .find(Boolean);
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

export const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** Noon of tomorrow: after everything that the service did, and outside the hours of any example rule. */
export function noon() {
  const at = new Date(Date.now() + 86_400_000);
  at.setUTCHours(12, 0, 0, 0);
  return at;
}

/**
 * Opens the console in a context of its own, in Norwegian unless told otherwise; whatever the page complains about is
 * kept in `failures`, which a test compares with []. `at` is the page's time; null leaves it the clock.
 */
export async function openConsole(browser, address, { path = '/', size = 'desktop', locale = 'nb-NO', colorScheme = 'light', at = noon() } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], locale, colorScheme, reducedMotion: 'reduce', hasTouch: size === 'phone' });
  const page = await context.newPage();
  const failures = [];
  page.on('pageerror', (error) => failures.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') failures.push(message.text()); });
  if (at) await page.clock.setFixedTime(at);
  await page.goto(address + path);
  return { context, page, failures };
}

/** The part of an address that signs the page in. */
export function signedIn(client) {
  return `/#client=${client.client_id}:${client.client_secret}`;
}

export async function picture(page, name, fullPage = false) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage });
}
