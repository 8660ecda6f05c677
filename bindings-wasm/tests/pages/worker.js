import { Engine, init } from "../../pkg/index.js";

addEventListener("message", async ({ data }) => {
  await init();
  const engine = Engine.load([{ id: "ten", reward: { type: "discount_percent", value: 10 } }]);
  postMessage(engine.evaluate(data).outcome.totals.net);
});
