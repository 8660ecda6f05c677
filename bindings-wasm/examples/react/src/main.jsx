import { StrictMode, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { Engine, init } from "@rabatt/engine";

const rules = [{
  id: "three", receipt_text: "3 for 2", reward: { type: "discount_item_quantity", value: 1 },
  requirement: { item: { quantity: 3, items: [{ group_id: "coffee" }] } },
}];

function Cart({ engine }) {
  const [cups, setCups] = useState(3);
  const { receipt, outcome } = useMemo(() => engine.evaluate({
    purchase_at: "2024-06-01T12:00:00Z",
    items: [{ line_id: 1, groups: [{ id: "coffee" }], quantity: cups, gross_amount: 3500 * cups, eligible_for_discount: true }],
  }), [engine, cups]);
  return (
    <main>
      <label>Cups <input type="number" min="1" max="99" value={cups} onChange={(event) => setCups(event.target.valueAsNumber || 1)} /></label>
      <ul>
        {receipt.items[0].discount_lines?.map((line) => (
          <li key={line.line_id}>{line.description}: −{(line.amount / 100).toFixed(2)}</li>
        ))}
      </ul>
      <output>{(outcome.totals.net / 100).toFixed(2)}</output>
    </main>
  );
}

await init();
createRoot(document.getElementById("root")).render(<StrictMode><Cart engine={Engine.load(rules)} /></StrictMode>);
