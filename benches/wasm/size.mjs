// What of the WebAssembly belongs to what: `node benches/wasm/size.mjs COMPILED`, of the file before wasm-opt, which
// has the functions' names. Printed by `cargo xtask bench wasm`.
import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const root = new URL('../..', import.meta.url).pathname;
const bytes = readFileSync(process.argv[2]);
const small = readFileSync(`${root}bindings-wasm/pkg/rabatt.wasm`);

let at = 8;
function number() {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
}
const text = () => { const length = number(); at += length; return bytes.toString('utf8', at - length, at); };

const sizes = [];
const names = new Map();
let data = 0;
while (at < bytes.length) {
  const kind = bytes[at++];
  const end = number() + at;
  if (kind === 10) {
    for (let count = number(); count > 0; count -= 1) { const size = number(); sizes.push(size); at += size; }
  } else if (kind === 11) {
    data = end - at;
  } else if (kind === 0 && text() === 'name') {
    while (at < end) {
      const part = bytes[at++];
      const behind = number() + at;
      if (part === 1) for (let count = number(); count > 0; count -= 1) { const index = number(); names.set(index, text()); }
      at = behind;
    }
  }
  at = end;
}

// The first that a function's name, with all its type parameters, speaks of.
const features = [
  ['the search for the best deals', /rabatt_engine\d*5deals|rabatt_engine5deals/],
  ['evaluation, verdicts included', /rabatt_engine8evaluate|rabatt_engine8allocate/],
  ['reading rules, receipts and facts', /rabatt_engine4read|rabatt_engine4call|rabatt_engine6engine/],
  ['writing answers', /rabatt_engine5write/],
  ['compiling: order, index, canonical form, SHA-256', /rabatt_engine4plan|rabatt_engine9canonical|sha2/],
  ['the rest of the engine (numbers, dates, zones, values)', /rabatt_engine|chrono/],
  ['the JSON parser', /jiter|lexical/],
  ['memory (allocator)', /dlmalloc|__rust|allocator/],
];
const sums = new Map([...features.map(([name]) => [name, 0]), ['the standard library otherwise', 0]]);
sizes.forEach((size, index) => {
  const name = names.get(index) ?? '';
  const [feature] = features.find(([, pattern]) => pattern.test(name)) ?? ['the standard library otherwise'];
  sums.set(feature, sums.get(feature) + size);
});
const zones = ['names.bin', 'changes.bin'].reduce((sum, file) => sum + statSync(`${root}engine/src/zone/${file}`).size, 0);
const code = sizes.reduce((sum, size) => sum + size, 0);
const rows = [...sums, ['time zones (data)', zones], ['other data: texts of problems, tables', data - zones]];
const kilo = (size) => (size / 1000).toFixed(1);
console.log('| what | kB before wasm-opt |\n| --- | ---: |');
for (const [name, size] of rows.sort(([, a], [, b]) => b - a)) if (size > 5_000) console.log(`| ${name} | ${kilo(size)} |`);
console.log(`| all | ${kilo(code + data)} |`);
console.log(`\nAfter wasm-opt: ${kilo(small.length)} kB, compressed by gzip ${kilo(gzipSync(small, { level: 9 }).length)} kB.`);
