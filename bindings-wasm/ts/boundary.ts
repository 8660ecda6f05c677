// The boundary to the WebAssembly instance: numbers only. `../src/lib.rs` is the other side.

/** What the instance exports. */
interface Exports {
  memory: WebAssembly.Memory;
  reserve(length: number): number;
  text_at(): number;
  text_length(): number;
  forget(): void;
  answer(call: number): void;
  load(rules: number): number;
  unload(engine: number): void;
  evaluate(engine: number, receipt: number, facts: number, options: number): number;
}

/** The length of a text that is not given, and the number of an engine that could not be loaded. */
const NONE = 0xffff_ffff;

/** Texts in, texts out, as UTF-8 in the instance's memory. */
export class Boundary {
  readonly #exports: Exports;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #bytes = new Uint8Array(0);

  constructor(instance: WebAssembly.Instance) {
    this.#exports = instance.exports as unknown as Exports;
  }

  /** The Answer to a Call. */
  answer(call: string): string {
    this.#exports.answer(this.#write(call, 0));
    return this.#read();
  }

  /** An engine's number, and its Plan's hash; or `undefined` and the Answer that tells why not. */
  load(rules: string): [engine: number | undefined, text: string] {
    const engine = this.#exports.load(this.#write(rules, 0)) >>> 0;
    return [engine === NONE ? undefined : engine, this.#read()];
  }

  unload(engine: number): void {
    this.#exports.unload(engine);
  }

  /** Whether the Answer is `ok`, and the Answer. */
  evaluate(engine: number, receipt: string, facts?: string, options?: string): [ok: boolean, answer: string] {
    const first = this.#write(receipt, 0);
    const second = facts === undefined ? 0 : this.#write(facts, first);
    const third = options === undefined ? 0 : this.#write(options, first + second);
    const ok = this.#exports.evaluate(
      engine, first, facts === undefined ? NONE : second, options === undefined ? NONE : third);
    return [ok !== 0, this.#read()];
  }

  /** Writes a text behind `from` bytes of others; gives its length in bytes. */
  #write(text: string, from: number): number {
    // Nearly all texts have as many bytes as characters; the rest, if any, at most three for each.
    let room = text.length;
    let written = 0;
    for (let read = 0; read < text.length || written === 0; room = 3 * (text.length - read)) {
      const at = this.#exports.reserve(from + written + room) + from + written;
      const done = this.#encoder.encodeInto(read === 0 ? text : text.slice(read), this.#memory().subarray(at, at + room));
      read += done.read;
      written += done.written;
      if (read >= text.length) break;
    }
    return written;
  }

  #read(): string {
    const at = this.#exports.text_at();
    const text = this.#decoder.decode(this.#memory().subarray(at, at + this.#exports.text_length()));
    this.#exports.forget();
    return text;
  }

  /** The memory's bytes; another array when the memory has grown. */
  #memory(): Uint8Array {
    if (this.#bytes.buffer !== this.#exports.memory.buffer) this.#bytes = new Uint8Array(this.#exports.memory.buffer);
    return this.#bytes;
  }
}
