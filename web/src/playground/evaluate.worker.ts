// Evaluates Calls away from the page, which can end this worker when one takes too long.

import { answer, init } from '@rabatt/engine';

export interface Request {
  id: number;
  /** A Call (§22), as JSON text. */
  call: string;
}

export interface Reply {
  id: number;
  /** Its Answer, as JSON text. */
  answer: string;
}

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  const reply: Reply = { id: data.id, answer: answer(data.call) };
  postMessage(reply);
});

await init();
// Nothing is asked before this: starting does not count as evaluating.
postMessage('ready');
