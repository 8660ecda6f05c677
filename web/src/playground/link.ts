// The playground's state in a link: deflated, in letters that an address may hold.

import { OPTIONS, type State } from './state.ts';

/** Longer links are cut or refused by chat programs, mail and proxies. */
export const MOST_CHARACTERS = 12_000;

/** The first element of what is packed; the others are the texts in this order. */
const VERSION = 1;
const MEMBERS = ['rules', 'receipt', 'facts', 'options', 'call', 'case'] as const;

/** Unpacked, at most so much: a small link may not fill the memory. */
const MOST_BYTES = 2_000_000;

/** `undefined` when the state is too large for a link. */
export async function packed(state: State): Promise<string | undefined> {
  const bytes = new TextEncoder().encode(JSON.stringify([VERSION, ...MEMBERS.map((name) => state[name] ?? null)]));
  const deflated = await through(bytes, new CompressionStream('deflate-raw'));
  const text = base64url(deflated);
  return text.length <= MOST_CHARACTERS ? text : undefined;
}

/** `undefined` when this is no link of ours. */
export async function unpacked(text: string): Promise<State | undefined> {
  try {
    const bytes = await through(fromBase64url(text), new DecompressionStream('deflate-raw'), MOST_BYTES);
    const read: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (!Array.isArray(read) || read[0] !== VERSION) return undefined;
    const state: State = { rules: '', receipt: '', facts: '', options: OPTIONS };
    MEMBERS.forEach((name, at) => {
      const text: unknown = read[at + 1];
      if (typeof text === 'string') state[name] = text;
    });
    return state;
  } catch {
    return undefined;
  }
}

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream, most = Infinity): Promise<Uint8Array> {
  const piped = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(stream as ReadableWritablePair<Uint8Array, BufferSource>);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = piped.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > most) {
      await reader.cancel();
      throw new RangeError('too large');
    }
    chunks.push(next.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
