import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { cases } from './build/cases.ts';
import { compressed } from './build/compressed.ts';
import { shapes } from './build/shapes.ts';

const beside = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

// `npm run dev` asks a service that runs beside it.
const service = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [cases(beside('rules-examples')), shapes(beside('service/openapi.json')), compressed()],
  // Examples of the service and the corpus are built in.
  server: { host: '127.0.0.1', fs: { allow: ['..'] }, proxy: { '/v1': service, '/docs': service, '/openapi.json': service } },
  worker: { format: 'es' },
  // The wasm package finds its file beside itself, which pre-bundling would move.
  optimizeDeps: { exclude: ['@rabatt/engine'] },
  build: {
    target: 'es2023',
    // The Content-Security-Policy lets no inline script and no data: URL in.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
