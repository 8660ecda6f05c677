// The pages' own modules in Node, as Vite reads them: for tests of what needs no browser.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const web = fileURLToPath(new URL('..', import.meta.url));
const corpus = fileURLToPath(new URL('../../rules-examples/', import.meta.url));

/** Gives `load('json/place.ts')` for modules below `src/` (or `virtual:…`), and `end()`. */
export async function startModules() {
  const server = await createServer({
    root: web,
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    appType: 'custom',
    logLevel: 'error',
  });
  return {
    load: (module) => server.ssrLoadModule(module.startsWith('virtual:') ? module : `/src/${module}`),
    end: () => server.close(),
  };
}

/** Every case that is JSON: `{ name, text }`. */
export function corpusCases() {
  return readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: folder }) =>
      readdirSync(corpus + folder)
        .filter((file) => file.endsWith('.json') && !file.endsWith('.expect.json'))
        .map((file) => ({ name: `${folder}/${file.slice(0, -5)}`, text: readFileSync(`${corpus}${folder}/${file}`, 'utf8') })),
    );
}

export const caseSchema = () => JSON.parse(readFileSync(`${corpus}case.schema.json`, 'utf8'));
