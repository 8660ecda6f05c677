// Asking the worker for verdicts; only the answer to the last question counts.

import type { Facts, Verdict } from '../answer.ts';
import type { Receipt } from './cart.ts';
import type { RuleSet } from './shop.ts';
import type { VerdictReply, VerdictRequest } from './verdicts.worker.ts';

export class Verdicts {
  readonly #worker = new Worker(new URL('./verdicts.worker.ts', import.meta.url), { type: 'module' });
  #plan: string | undefined;
  #number = 0;

  constructor(listener: (verdicts: Verdict[]) => void) {
    this.#worker.onmessage = ({ data }: MessageEvent<VerdictReply>) => {
      if (data.number === this.#number) listener(data.verdicts);
    };
  }

  ask(rules: RuleSet, wanted: string[], receipt: Receipt, facts: Facts): void {
    const request: VerdictRequest = { wanted, receipt: JSON.stringify(receipt), facts: JSON.stringify(facts), number: ++this.#number };
    if (rules.plan !== this.#plan) {
      request.rules = rules.text;
      this.#plan = rules.plan;
    }
    this.#worker.postMessage(request);
  }

  end(): void {
    this.#worker.terminate();
  }
}
