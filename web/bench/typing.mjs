// Typing in the cart with 10 000 rules loaded, on a processor slowed down four times: how long the page is busy for
// each key. `node web/bench/typing.mjs [rules] [slowed] [keys]`; `cargo xtask bench web` builds what it needs.
//
// Reported, never asserted: what a shared machine does meanwhile is nobody's mistake.
import { cpus, loadavg } from 'node:os';
import { openConsole, signedIn, startBrowser, startService } from '../tests/running.mjs';

const count = Number(process.argv[2] ?? 10_000);
const slowed = Number(process.argv[3] ?? 4);
const KEYS = Number(process.argv[4] ?? 200);
/** A quick typist's. */
const BETWEEN_MS = 120;
const FRAME_MS = 1000 / 60;

const [service, browser] = await Promise.all([startService(), startBrowser()]);
try {
  await measure();
} finally {
  await browser.close();
  await service.end();
}

async function measure() {
  const { context, page, failures } = await openConsole(browser, service.address, { at: null });
  const { rules, facts } = await service.api('GET', 'discounts/snapshot?customer_id=kari');
  const all = [...rules, ...Array.from({ length: count - rules.length }, (_, n) => rule(n))];
  const refs = [...facts.refs, ...all.slice(rules.length).map(({ id }) => ({ id: `ref-${id}`, rule_id: id }))];
  const body = JSON.stringify({ plan: 'bench', rules: all, facts: { refs } });
  await context.route('**/discounts/snapshot**', (route) => route.fulfill({ contentType: 'application/json', headers: { etag: '"bench"' }, body }));
  await page.goto(`${service.address}${signedIn(service.client)}`);
  await page.reload();
  await page.locator('.coupon').waitFor();
  for (const name of ['Filterkaffe', 'Espresso', 'Skolebolle', 'Vaffel', 'Grillpølse', 'Cola 0,5 l', 'Popcorn', 'Leiefilm', 'Paraply', 'Snus']) {
    await page.locator('.product', { has: page.getByText(name, { exact: true }) }).click();
  }
  await page.evaluate(() => {
    globalThis.handled = [];
    let begun = 0;
    addEventListener('input', () => { begun = performance.now(); }, true);
    addEventListener('input', () => globalThis.handled.push(performance.now() - begun));
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowed });
  const field = page.getByLabel('Antall Filterkaffe');
  const spent = [];
  for (let key = 0; key < KEYS; key++) {
    await field.selectText();
    await page.waitForTimeout(BETWEEN_MS);
    const before = await metrics(devtools);
    await page.keyboard.type(String(1 + (key % 9)));
    await page.waitForTimeout(BETWEEN_MS);
    const after = await metrics(devtools);
    spent.push((name) => (after.get(name) - before.get(name)) * 1000);
  }
  const handled = await page.evaluate(() => globalThis.handled);
  console.log(`${count} rules, ${refs.length} refs held, 10 lines in the cart, processor slowed ${slowed} ×, ${handled.length} keys`);
  console.log(`${cpus().length} × ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}, Chromium ${browser.version()}`);
  report('By the clock, from the key to the page changed (recalculated and drawn anew), ms', handled);
  console.log(`  longer than a frame of ${FRAME_MS.toFixed(1)} ms: ${handled.filter((ms) => ms > FRAME_MS).length} of ${handled.length}`);
  // Of the main thread's processor time: what others do on the machine does not count.
  report('Processor time for a key, scripts (the change, and verdicts coming in), ms', spent.map((of) => of('ScriptDuration')));
  report('  styles and layout, ms', spent.map((of) => of('RecalcStyleDuration') + of('LayoutDuration')));
  report('  everything on the main thread within 120 ms, ms', spent.map((of) => of('TaskDuration')));
  if (failures.length > 0) console.log(`the page complained: ${failures.join('\n')}`);
  await context.close();
}

async function metrics(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return new Map(metrics.map(({ name, value }) => [name, value]));
}

function report(what, values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  console.log(`${what}: median ${at(0.5)}, 99 of 100 below ${at(0.99)}, most ${at(1)}`);
}

/** A chain's offers on 4 000 goods in 300 groups; each five hundredth is for coffee. */
function rule(n) {
  const items = n % 500 === 0 ? [{ group_id: 'kaffe' }] : n % 3 === 0 ? [{ group_id: `gruppe-${n % 300}` }] : [{ id: `vare-${n % 4000}` }];
  const kinds = [
    { requirement: { item: { items } }, reward: { type: 'discount_percent', value: 5 + (n % 40) } },
    { requirement: { item: { quantity: 3, items } }, reward: { type: 'discount_item_quantity', value: 1 } },
    { requirement: { item: { items } }, reward: { type: 'discount_item_new_price', value: 1000 + n } },
    { requirement: { item: { items }, discount_code: `KODE${n}` }, reward: { type: 'discount_amount', value: 500 } },
    { requirement: { gross_amount: 100_000 + n * 100, item: { items } }, reward: { type: 'discount_percent', value: 3 } },
  ];
  return { id: `tilbud-${n}`, name: `Tilbud ${n}`, ...kinds[n % kinds.length] };
}
