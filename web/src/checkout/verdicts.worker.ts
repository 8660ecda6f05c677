// Verdicts beside the page: with thousands of rules there are thousands of them, and typing must not wait for those.

import type { Answer, Verdict } from '../answer.ts';
import { Engine, engineReady } from '../engine.ts';

export type VerdictRequest =
  | { kind: 'load'; snapshot: string }
  /** `wanted`: rules whose verdicts are wanted even when they are no near misses. */
  | { kind: 'ask'; number: number; receipt: string; wanted: string[] };

export interface VerdictReply {
  number: number;
  verdicts: Verdict[];
}

let engine: Engine | undefined;
let snapshot: string | undefined;
let asked: Extract<VerdictRequest, { kind: 'ask' }> | undefined;
let working = false;

self.onmessage = ({ data }: MessageEvent<VerdictRequest>) => {
  if (data.kind === 'load') snapshot = data.snapshot;
  else asked = data;
  if (working) return;
  working = true;
  // Behind all messages that wait already: of questions that pile up only the last matters.
  setTimeout(() => void work());
};

async function work(): Promise<void> {
  await engineReady();
  working = false;
  if (snapshot !== undefined) {
    engine?.free();
    engine = Engine.load(snapshot);
    snapshot = undefined;
  }
  const question = asked;
  asked = undefined;
  if (!question || !engine) return;
  const { outcome } = JSON.parse(engine.evaluateText(question.receipt, null, { explain: true })) as Answer;
  const wanted = new Set(question.wanted);
  const verdicts = (outcome.explain ?? []).filter((verdict) => verdict.near_miss || wanted.has(verdict.rule_id));
  self.postMessage({ number: question.number, verdicts } satisfies VerdictReply);
}
