// What engine.test.mjs runs beside itself.
import { parentPort, workerData } from 'node:worker_threads';
import { Engine, initSync } from '@rabatt/engine';

initSync(workerData.module);
parentPort.postMessage(Engine.load([workerData.ten]).evaluate(workerData.receipt).outcome.totals.net);
