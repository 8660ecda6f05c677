-- The lines of a purchase that only an event told of, and what they got, sealed: what goes back is taken out of them. Of a
-- stored receipt nothing stands here.
ALTER TABLE purchases ADD COLUMN lines TEXT;

CREATE INDEX purchases_by_customer ON purchases (account_id, customer_id, purchase_at, id) WHERE lines IS NOT NULL;

-- What a purchase is stored as: of its names those of receipts.
CREATE INDEX purchase_keys_by_purchase ON purchase_keys (account_id, purchase_id, key) WHERE key LIKE 'r:%';

-- `receipt` is a stored receipt, or such a purchase.
CREATE TABLE gone_lines (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    receipt     TEXT NOT NULL,
    line        TEXT NOT NULL,
    returned_by TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    created_at  TEXT NOT NULL,
    PRIMARY KEY (account_id, receipt, line, returned_by)
) STRICT;

INSERT INTO gone_lines SELECT account_id, receipt, line, returned_by, quantity, created_at FROM receipt_returns;
DROP TABLE receipt_returns;
ALTER TABLE gone_lines RENAME TO receipt_returns;
CREATE INDEX receipt_returns_by ON receipt_returns (account_id, returned_by);
