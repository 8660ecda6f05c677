// Asking the worker for verdicts; only the answer to the last question counts.

import type { Verdict } from '../answer.ts';
import type { Receipt } from './cart.ts';
import type { Loaded } from './loaded.ts';
import type { VerdictReply, VerdictRequest } from './verdicts.worker.ts';

export class Verdicts {
  readonly #worker = new Worker(new URL('./verdicts.worker.ts', import.meta.url), { type: 'module' });
  #number = 0;

  constructor(listener: (verdicts: Verdict[]) => void) {
    this.#worker.onmessage = ({ data }: MessageEvent<VerdictReply>) => {
      if (data.number === this.#number) listener(data.verdicts);
    };
  }

  load({ snapshot }: Loaded): void {
    this.#post({ kind: 'load', snapshot });
  }

  ask(receipt: Receipt, wanted: string[]): void {
    this.#post({ kind: 'ask', number: ++this.#number, receipt: JSON.stringify(receipt), wanted });
  }

  end(): void {
    this.#worker.terminate();
  }

  #post(request: VerdictRequest): void {
    this.#worker.postMessage(request);
  }
}
