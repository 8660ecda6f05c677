-- Things kept as they were sent, under names that clients may choose: locations, catalogs, products, groups, taxes.
CREATE TABLE documents (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind       TEXT NOT NULL,
    -- What it belongs to: of a product, its catalog; of most things, nothing.
    parent     TEXT NOT NULL,
    name       TEXT NOT NULL,
    id         TEXT NOT NULL,
    created_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    body       TEXT NOT NULL,
    PRIMARY KEY (account_id, kind, parent, name)
);

CREATE INDEX documents_by_time ON documents (account_id, kind, parent, created_at, id);
CREATE INDEX documents_by_name ON documents (account_id, kind, name);

-- How often an account's products have changed: 0 where it has none, so that receipts need not look.
ALTER TABLE rule_counters ADD COLUMN products BIGINT NOT NULL DEFAULT 0;
