// Measures in Node and in Chromium, and prints a table: `cargo xtask bench wasm`, which says where the floor is.
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createRequire } from 'node:module';
import { executablePath, serve } from '../../bindings-wasm/tests/pages.mjs';

const require = createRequire(new URL('../../bindings-wasm/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const { build } = await import(require.resolve('vite'));

const root = new URL('../..', import.meta.url).pathname;
const floor = resolve(process.argv[2]);
const out = resolve(process.argv[3]);

await build({
  root: `${root}bindings-wasm`, configFile: false, logLevel: 'warn',
  resolve: { alias: { 'json-rules-engine': require.resolve('json-rules-engine'), '@rabatt/engine': `${root}bindings-wasm/pkg/index.js` } },
  build: { outDir: out, emptyOutDir: true, target: 'es2022', lib: { entry: `${root}benches/wasm/bench.js`, formats: ['es'], fileName: () => 'bench.js' } },
});
await writeFile(`${out}/index.html`, '<!doctype html><title>Bench</title>');
const [engineBytes, floorBytes] = await Promise.all([readFile(`${root}bindings-wasm/pkg/rabatt.wasm`), readFile(floor)]);

async function inChromium() {
  const server = await serve(out);
  const browser = await chromium.launch({ executablePath: executablePath(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`${server.address}/index.html`);
    const bytes = [engineBytes, floorBytes].map((file) => file.toString('base64'));
    return await page.evaluate(async ([engine, floor]) => {
      const decode = async (text) => new Uint8Array(await (await fetch(`data:;base64,${text}`)).arrayBuffer());
      const { measure } = await import('/bench.js');
      return measure(await decode(engine), await decode(floor));
    }, bytes);
  } finally {
    await browser.close();
    server.close();
  }
}

const { measure } = await import(`${out}/bench.js`);
const places = [['Node', await measure(engineBytes, floorBytes)], ['Chromium', await inChromium()]];
console.log('| where | measured | median | against | median | ratio | to reach |\n| --- | --- | ---: | --- | ---: | ---: | --- |');
for (const [place, { times, found, theirs }] of places) {
  const row = (what, against, reach, ratio) => console.log(
    `| ${place} | ${what} | ${times[what].toFixed(1)} µs | ${against} | ${times[against].toFixed(1)} µs | ${ratio(times[what], times[against]).toFixed(2)} | ${reach} |`);
  row('evaluateText', 'floor, text', '≤ 1.5', (own, other) => own / other);
  row('evaluate', 'floor, object', '≤ 1.5', (own, other) => own / other);
  row('evaluate', 'json-rules-engine', '≥ 100', (own, other) => other / own);
  console.log(`| ${place} | floor: a call that does nothing | ${(1_000 * times['empty call']).toFixed(1)} ns | | | | |`);
  const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
  console.error(`${place}: in 20 receipts ${sum(found)} rules give something; json-rules-engine finds ${sum(theirs)}`);
}
