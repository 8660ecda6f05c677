// The package's functions and classes, wherever the WebAssembly comes from.

import { Boundary } from "./boundary.js";
import type { Answered, Facts, Options, Problem, Receipt, Rule, Snapshot } from "./types.js";

/** WebAssembly as bytes, compiled, or on its way. */
export type Source = BufferSource | WebAssembly.Module | Response | URL | string;

let boundary: Boundary | undefined;
let loading: Promise<void> | undefined;

/** Initialises from a source, once; a failed attempt may be repeated. */
export function initFrom(source: () => Source | Promise<Source>): Promise<void> {
  loading ??= Promise.resolve()
    .then(source)
    .then(instantiate)
    .then(
      (instance) => void (boundary ??= new Boundary(instance)),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
  return loading;
}

async function instantiate(source: Source): Promise<WebAssembly.Instance> {
  if (source instanceof WebAssembly.Module) return WebAssembly.instantiate(source);
  if (typeof source === "string" || source instanceof URL) source = await fetch(source);
  if (typeof Response === "undefined" || !(source instanceof Response)) {
    return (await WebAssembly.instantiate(source as BufferSource)).instance;
  }
  if (!source.ok) throw new Error(`the engine's WebAssembly could not be fetched: ${source.status} from ${source.url}`);
  // A server that does not know the type of `.wasm` costs the streaming, nothing else.
  const known = source.headers.get("content-type")?.startsWith("application/wasm") ?? false;
  if (known && "instantiateStreaming" in WebAssembly) return (await WebAssembly.instantiateStreaming(source)).instance;
  return (await WebAssembly.instantiate(await source.arrayBuffer())).instance;
}

/**
 * Initialises at once, from bytes or a compiled module: for workers that are sent one.
 * Does nothing when that has been done.
 */
export function initSync(source: BufferSource | WebAssembly.Module): void {
  if (boundary) return;
  const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  boundary = new Boundary(new WebAssembly.Instance(module));
  loading = Promise.resolve();
}

function door(): Boundary {
  if (!boundary) throw new Error("call `await init()` first, once per page, worker or process");
  return boundary;
}

function sentence(what: string, problems: Problem[]): string {
  const [first, ...more] = problems;
  const behind = more.length > 0 ? ` (and ${more.length} more)` : "";
  return first ? `${what}: ${first.pointer || "/"}: ${first.message}${behind}` : what;
}

/** Rules, or a snapshot, that cannot be used: every problem, with its place. */
export class RulesError extends Error {
  override readonly name = "RulesError";
  /** Every problem at once; pointers into what was given. */
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(sentence("these rules cannot be used", problems));
    this.problems = problems;
  }
}

/** A receipt, facts or options that cannot be used: every problem, with its place. */
export class EvaluateError extends Error {
  override readonly name = "EvaluateError";
  /** Every problem at once; pointers begin with `/receipt`, `/facts` or `/options`. */
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(sentence("this receipt cannot be evaluated", problems));
    this.problems = problems;
  }
}

function problemsOf(answer: string): Problem[] {
  return (JSON.parse(answer) as { errors?: Problem[] }).errors ?? [];
}

const abandoned = new FinalizationRegistry((engine: number) => boundary?.unload(engine));

/** Rules, compiled once, for any number of receipts. */
export class Engine {
  /** SHA-256 of the rules: it names them in every answer. */
  readonly planHash: string;
  #number: number | undefined;

  private constructor(number: number, planHash: string) {
    this.#number = number;
    this.planHash = planHash;
    abandoned.register(this, number, this);
  }

  /**
   * Compiles rules: a list, a snapshot as `GET discounts/snapshot` gives it, or the JSON text of either.
   * A snapshot's facts are used by every evaluation that brings none.
   *
   * @throws RulesError with every problem of them.
   */
  static load(rules: readonly Rule[] | Snapshot | string): Engine {
    const [number, text] = door().load(typeof rules === "string" ? rules : JSON.stringify(rules));
    if (number === undefined) throw new RulesError(problemsOf(text));
    return new Engine(number, text);
  }

  /**
   * Recalculates a receipt.
   *
   * Whole numbers beyond 2^53 lose digits in JavaScript; `evaluateText` keeps them.
   *
   * @throws EvaluateError with every problem of the receipt, the facts and the options.
   */
  evaluate(receipt: Receipt, facts?: Facts | null, options?: Options): Answered {
    const text = this.evaluateText(JSON.stringify(receipt), facts && JSON.stringify(facts), options);
    return JSON.parse(text) as Answered;
  }

  /**
   * The same from JSON text to JSON text: the very bytes that the service and the command line answer.
   *
   * @throws EvaluateError with every problem of the receipt, the facts and the options.
   */
  evaluateText(receipt: string, facts?: string | null, options?: Options): string {
    if (this.#number === undefined) throw new Error("this engine was freed");
    const written = options && JSON.stringify(options);
    const [ok, text] = door().evaluate(this.#number, receipt, facts ?? undefined, written);
    if (!ok) throw new EvaluateError(problemsOf(text));
    return text;
  }

  /** Gives the rules' memory back now rather than some time after the last use. */
  free(): void {
    if (this.#number === undefined) return;
    abandoned.unregister(this);
    door().unload(this.#number);
    this.#number = undefined;
  }

  /** For `using engine = Engine.load(…)`. */
  [Symbol.dispose](): void {
    this.free();
  }
}

/** Answers a whole Call, rules and all, as JSON text; what is wrong with it is in the Answer. */
export function answer(call: string): string {
  return door().answer(call);
}

/** Every problem of rules or a snapshot, or of JSON text of one; none when they can be used. */
export function check(rules: readonly Rule[] | Snapshot | string): Problem[] {
  const [number, text] = door().load(typeof rules === "string" ? rules : JSON.stringify(rules));
  if (number === undefined) return problemsOf(text);
  door().unload(number);
  return [];
}
