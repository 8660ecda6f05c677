// What is published: its contents, size, types and examples.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { limits } from './limits.mjs';

const folder = new URL('..', import.meta.url).pathname;
const run = (program, ...words) => execFileSync(program, words, { cwd: folder, encoding: 'utf8' });

test('the WebAssembly is not larger than allowed', () => {
  const bytes = readFileSync(join(folder, 'pkg/rabatt.wasm'));
  const gzip = gzipSync(bytes, { level: 9 }).length;
  assert.ok(bytes.length <= limits.raw, `${bytes.length} bytes, allowed are ${limits.raw}`);
  assert.ok(gzip <= limits.gzip, `${gzip} bytes compressed, allowed are ${limits.gzip}`);
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), [], 'it asks for nothing');
});

test('npm pack takes along what is needed and nothing else', () => {
  const [{ files }] = JSON.parse(run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts'));
  const modules = ['boundary', 'engine', 'index', 'node', 'types'];
  const wanted = ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'package.json', 'pkg/rabatt.wasm'];
  for (const name of modules) wanted.push(`pkg/${name}.d.ts`, `pkg/${name}.js`);
  assert.deepEqual(files.map(({ path }) => path).sort(), wanted.sort());
});

test('the types fit what fits, and nothing else', () => {
  run('node_modules/.bin/tsc', '--project', 'tests');
});

test("the README's example runs", () => {
  const [, code] = readFileSync(join(folder, 'README.md'), 'utf8').match(/```js\n([^]*?)```/);
  // The comments say what is printed.
  const promised = [...code.matchAll(/console\.log\(.*\/\/ (.*)/g)].map(([, text]) => text);
  const place = mkdtempSync(join(folder, 'tests/readme-'));
  try {
    writeFileSync(join(place, 'example.mjs'), code);
    assert.deepEqual(run('node', join(place, 'example.mjs')).trim().split('\n'), promised);
  } finally {
    rmSync(place, { recursive: true });
  }
});
