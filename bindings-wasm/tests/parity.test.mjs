// The corpus and generated Calls have the same Answers, byte for byte, as the native engine's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { Engine, EvaluateError, RulesError, answer, init } from '@rabatt/engine';

const cases = process.env.CASES ?? '10000';
const root = new URL('../..', import.meta.url).pathname;

before(() => init());

/** Calls with the Answers of the native engine. */
async function* native() {
  const groups = ['corpus', 'explained', '--cases', cases, '--seed', '1', 'large', '--cases', '200', '--seed', '1'];
  const words = ['run', '--quiet', '--package', 'rabatt-tests', '--bin', 'answers', '--', ...groups];
  const program = spawn('cargo', words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((end) => program.once('close', end));
  for await (const line of createInterface({ input: program.stdout })) yield JSON.parse(line);
  assert.equal(await ended, 0, 'the native engine answers');
}

/** What a Call comes to when its parts are given to an engine one by one. */
function inParts({ rules, receipt, facts, options }) {
  let engine;
  try {
    engine = Engine.load(JSON.stringify(rules));
    return engine.evaluateText(JSON.stringify(receipt), facts === undefined ? null : JSON.stringify(facts), options);
  } catch (error) {
    if (error instanceof RulesError || error instanceof EvaluateError) return error.problems;
    throw error;
  } finally {
    engine?.free();
  }
}

test('the corpus and generated Calls are answered byte for byte alike', async () => {
  let whole = 0;
  let parts = 0;
  const different = [];
  for await (const { call, answer: expected } of native()) {
    whole += 1;
    if (answer(call) !== expected) different.push(call);
    // Where JavaScript writes a Call as it came, its parts can be given one by one.
    let read;
    try { read = JSON.parse(call); } catch { continue; }
    if (JSON.stringify(read) !== call || !Array.isArray(read.rules) || read.receipt === undefined) continue;
    const { ok } = JSON.parse(expected);
    // Problems of rules are told by another function, with pointers into the rules.
    const given = inParts(read);
    if (ok ? given !== expected : typeof given === 'string') different.push(call);
    parts += 1;
  }
  assert.deepEqual(different.slice(0, 3), [], `${different.length} of ${whole} differ`);
  assert.ok(whole >= Number(cases) + 250 && parts >= Number(cases), `${whole} Calls, ${parts} of them in parts`);
});
