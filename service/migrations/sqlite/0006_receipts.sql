-- Receipts as they were sent. What is looked for stands before the body, which may be long.
CREATE TABLE receipts (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    store_id    TEXT NOT NULL,
    receipt_id  TEXT NOT NULL,
    customer_id TEXT,
    purchase_at TEXT NOT NULL,
    -- Is it of a purchase that was finished?
    bought      INTEGER NOT NULL,
    -- What was bought, as JSON: ids and groups of its lines.
    items       TEXT NOT NULL,
    -- The token that may claim it.
    token_id    TEXT,
    created_at  TEXT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT;

-- A till reports a receipt once.
CREATE UNIQUE INDEX receipts_once ON receipts (account_id, receipt_id, store_id);
CREATE INDEX receipts_by_customer ON receipts (account_id, customer_id, purchase_at, id);
CREATE INDEX receipts_by_time ON receipts (account_id, purchase_at, id);
