// Vite's plugin that leaves a compressed twin beside every file that is worth it: the service sends it to browsers
// that take it, and need not compress anything itself.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Plugin } from 'vite';

const compress = promisify(brotliCompress);
/** Smaller ones fit a packet or two as they are. */
const WORTH_IT = 2048;

export function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir, 'assets');
    },
    closeBundle: async () => {
      const names = (await readdir(folder)).filter((name) => /\.(js|css|wasm|svg|json)$/.test(name));
      for (const name of names) {
        const file = await readFile(join(folder, name));
        if (file.length < WORTH_IT) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: file.length };
        await writeFile(join(folder, `${name}.br`), await compress(file, { params }));
      }
    },
  };
}
