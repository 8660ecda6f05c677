// The package as browsers have it, which fetches its WebAssembly, and as Node has it.
const [entry] = Deno.args;
const { Engine, init } = await import(entry);
await init();
const engine = Engine.load([{ id: "ten", reward: { type: "discount_percent", value: 10 } }]);
const items = [{ line_id: 1, gross_amount: 3500, eligible_for_discount: true }];
console.log(engine.evaluateText(JSON.stringify({ purchase_at: "2024-06-01T12:00:00Z", items })));
