// As index.ts, for Node and what is like it: the WebAssembly is read from the file.
import { readFile } from "node:fs/promises";

import { initFrom, type Source } from "./engine.js";

export { Engine, EvaluateError, RulesError, answer, check, initSync, type Source } from "./engine.js";
export type * from "./types.js";

/** Makes the engine ready, once per process or worker; see index.ts. */
export function init(source?: Source | Promise<Source>): Promise<void> {
  return initFrom(() => source ?? readFile(new URL("./rabatt.wasm", import.meta.url)));
}
