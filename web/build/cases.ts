// The corpus as modules: `virtual:rabatt-case-list` lists every case, `virtual:rabatt-cases` knows how to load a folder, and
// each folder is a chunk of its own. Cases stay texts, so that their numbers and layout are shown as they are written.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const INDEX = 'virtual:rabatt-cases';
const LIST = 'virtual:rabatt-case-list';

interface Listed {
  /** `folder/name`. */
  name: string;
  why: string;
  cites: string[];
}

/** Cases of a folder by name; a Call that is no JSON is `{ call, about }`. */
type Folder = Record<string, string | { call: string; about: string }>;

function folders(corpus: string): string[] {
  return readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function load(corpus: string, folder: string): Folder {
  const found: Folder = {};
  const read = (file: string): string => readFileSync(join(corpus, folder, file), 'utf8');
  for (const file of readdirSync(join(corpus, folder)).sort()) {
    if (file.endsWith('.txt')) {
      const name = file.slice(0, -'.txt'.length);
      found[name] = { call: read(file), about: read(`${name}.expect.json`) };
    } else if (file.endsWith('.json') && !file.endsWith('.expect.json') && !file.endsWith('.schema.json')) {
      found[file.slice(0, -'.json'.length)] = read(file);
    }
  }
  return found;
}

function listed(corpus: string): Listed[] {
  return folders(corpus).flatMap((folder) =>
    Object.entries(load(corpus, folder)).map(([name, found]) => {
      const { why, cites } = JSON.parse(typeof found === 'string' ? found : found.about) as Listed;
      return { name: `${folder}/${name}`, why, cites };
    }),
  );
}

export function cases(corpus: string): Plugin {
  return {
    name: 'rabatt-cases',
    resolveId: (id) => (id === INDEX || id === LIST || id.startsWith(`${INDEX}/`) ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${INDEX}`) {
        const loaders = folders(corpus).map((folder) => `${JSON.stringify(folder)}: () => import('${INDEX}/${folder}')`);
        return `export const folders = {${loaders.join(', ')}};`;
      }
      if (id === `\0${LIST}`) return `export const listed = ${JSON.stringify(listed(corpus))};`;
      if (!id.startsWith(`\0${INDEX}/`)) return undefined;
      return `export default ${JSON.stringify(load(corpus, id.slice(INDEX.length + 2)))};`;
    },
  };
}
