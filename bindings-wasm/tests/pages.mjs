// A folder served on this machine, and the browser to open it in.
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

/** Serves a folder; `policy` is its Content-Security-Policy. */
export async function serve(root, policy) {
  const server = createServer(async (request, answer) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    try {
      const body = path === '/favicon.ico' ? '' : await readFile(join(root, path));
      answer.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
      if (policy) answer.setHeader('content-security-policy', policy);
      answer.end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Chromium, as this machine has it. */
export function executablePath() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try { return execFileSync('which', [name], { encoding: 'utf8' }).trim(); } catch { /* the next one */ }
  }
  throw new Error('Chromium is missing; by hand: sudo apt-get install chromium');
}
