// Verdicts beside the page: with thousands of rules there are thousands of them, and typing must not wait for those.

import type { Answer, Verdict } from '../answer.ts';
import { Engine, engineReady } from '../engine.ts';

export interface VerdictRequest {
  /** Sent when the rules are others than before. */
  rules?: string;
  /** Rules whose verdicts are wanted even when they are no near misses: those with a code. */
  wanted: string[];
  receipt: string;
  facts: string;
  number: number;
}

export interface VerdictReply {
  number: number;
  verdicts: Verdict[];
}

let engine: Engine | undefined;
let waiting: VerdictRequest | undefined;
let rules: string | undefined;

self.onmessage = ({ data }: MessageEvent<VerdictRequest>) => {
  rules = data.rules ?? rules;
  // Of requests that pile up only the last matters.
  const idle = waiting === undefined;
  waiting = data;
  if (idle) setTimeout(() => void work());
};

async function work(): Promise<void> {
  await engineReady();
  if (rules !== undefined) {
    engine?.free();
    engine = Engine.load(rules);
    rules = undefined;
  }
  const request = waiting;
  waiting = undefined;
  if (!request || !engine) return;
  const text = engine.evaluateText(request.receipt, request.facts, { explain: true });
  const { outcome } = JSON.parse(text) as Answer;
  const wanted = new Set(request.wanted);
  const verdicts = (outcome.explain ?? []).filter((verdict) => verdict.near_miss || wanted.has(verdict.rule_id));
  self.postMessage({ number: request.number, verdicts } satisfies VerdictReply);
}
