-- How much of which line of a stored receipt went back, or was voided after it was stored; in billionths of a unit.
-- `returned_by` is the purchase with the return lines, or the receipt itself.
CREATE TABLE receipt_returns (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    receipt     TEXT NOT NULL,
    line        TEXT NOT NULL,
    returned_by TEXT NOT NULL,
    quantity    BIGINT NOT NULL CHECK (quantity > 0),
    created_at  TEXT NOT NULL,
    PRIMARY KEY (account_id, receipt, line, returned_by),
    FOREIGN KEY (account_id, receipt) REFERENCES receipts (account_id, id)
);

CREATE INDEX receipt_returns_by ON receipt_returns (account_id, returned_by);

-- What that took back of a row of the usage log. The row holds what is left; both together are what it was.
CREATE TABLE usage_returns (
    account_id  TEXT NOT NULL,
    id          TEXT NOT NULL,
    usage_id    TEXT NOT NULL,
    returned_by TEXT NOT NULL,
    usage       BIGINT NOT NULL CHECK (usage >= 0),
    amount      BIGINT NOT NULL CHECK (amount >= 0),
    bonus       BIGINT NOT NULL CHECK (bonus >= 0),
    stamp       BIGINT NOT NULL CHECK (stamp >= 0),
    stamp_spent BIGINT NOT NULL CHECK (stamp_spent >= 0),
    debit       BIGINT NOT NULL CHECK (debit >= 0),
    created_at  TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX usage_returns_by_usage ON usage_returns (account_id, usage_id);
