// Asks the worker, one Call at a time. Of Calls that come while one is running only the last is asked. A worker that takes
// too long is ended and the next Call gets a new one.

import type { Reply, Request } from './evaluate.worker.ts';

/** An evaluation may take so long; then it is ended. */
const MOST_MS = 5_000;

export type Result =
  { kind: 'answer'; text: string; ms: number } | { kind: 'ended'; ms: number } | { kind: 'broken'; why: string };

export interface Evaluator {
  /** The answer comes to `onResult`, unless another Call is asked meanwhile. */
  ask(call: string): void;
  stop(): void;
}

interface Running {
  id: number;
  since: number;
  timer: ReturnType<typeof setTimeout>;
}

export function evaluator(onResult: (result: Result) => void): Evaluator {
  let worker: Worker | undefined;
  let ready = false;
  let waiting: string | undefined;
  let running: Running | undefined;
  let last = 0;

  const end = (): void => {
    worker?.terminate();
    worker = undefined;
    ready = false;
    if (running) clearTimeout(running.timer);
    running = undefined;
  };
  const fail = (result: Result): void => {
    end();
    onResult(result);
    if (waiting !== undefined) start();
  };
  const next = (): void => {
    if (waiting === undefined || !ready || running || !worker) return;
    const request: Request = { id: ++last, call: waiting };
    waiting = undefined;
    const timer = setTimeout(() => fail({ kind: 'ended', ms: MOST_MS }), MOST_MS);
    running = { id: last, since: performance.now(), timer };
    worker.postMessage(request);
  };
  const heard = ({ data }: MessageEvent<Reply | 'ready'>): void => {
    if (data === 'ready') {
      ready = true;
    } else if (running && data.id === running.id) {
      clearTimeout(running.timer);
      const ms = performance.now() - running.since;
      running = undefined;
      if (waiting === undefined) onResult({ kind: 'answer', text: data.answer, ms });
    }
    next();
  };
  const start = (): void => {
    worker = new Worker(new URL('./evaluate.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', heard);
    worker.addEventListener('error', (event) => {
      // What broke it would break it again: it is not asked a second time.
      waiting = undefined;
      fail({ kind: 'broken', why: event.message ?? '' });
    });
  };
  return {
    ask(call) {
      waiting = call;
      if (!worker) start();
      next();
    },
    stop: end,
  };
}
