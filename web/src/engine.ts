// The engine in wasm, made ready once for the page. Workers make their own.

import { init } from '@rabatt/engine';

export { Engine, EvaluateError, RulesError } from '@rabatt/engine';

let starting: Promise<void> | undefined;

/** Resolves when `Engine.load` may be called. */
export function engineReady(): Promise<void> {
  starting ??= Promise.resolve(init()).then(() => undefined);
  return starting;
}
