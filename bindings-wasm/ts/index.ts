/**
 * Rabatt's engine in JavaScript: the same code as the service's, to the byte.
 *
 * ```ts
 * await init();
 * const engine = Engine.load([{ id: "ten", reward: { type: "discount_percent", value: 10 } }]);
 * ```
 */
import { initFrom, type Source } from "./engine.js";

export { Engine, EvaluateError, RulesError, answer, check, initSync, type Source } from "./engine.js";
export type * from "./types.js";

/**
 * Makes the engine ready, once per page, worker or process. It finds its WebAssembly beside this file;
 * another place, bytes, a response or a compiled module can be given.
 */
export function init(source?: Source | Promise<Source>): Promise<void> {
  return initFrom(() => source ?? new URL("./rabatt.wasm", import.meta.url));
}
