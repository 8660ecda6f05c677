const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
worker.addEventListener("message", ({ data }) => { document.body.dataset.net = data; });
worker.postMessage({ purchase_at: "2024-06-01T12:00:00Z", items: [{ gross_amount: 3500, eligible_for_discount: true }] });
