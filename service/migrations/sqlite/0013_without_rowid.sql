-- Found by their keys alone: without a number of their own, rows of every receipt are written once less. Of SQLite only;
-- PostgreSQL has no such tables.
CREATE TABLE purchase_keys_by_key (
    account_id  TEXT NOT NULL,
    key         TEXT NOT NULL,
    purchase_id TEXT NOT NULL,
    PRIMARY KEY (account_id, key, purchase_id),
    FOREIGN KEY (account_id, purchase_id) REFERENCES purchases (account_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO purchase_keys_by_key (account_id, key, purchase_id) SELECT account_id, key, purchase_id FROM purchase_keys;

DROP TABLE purchase_keys;

ALTER TABLE purchase_keys_by_key RENAME TO purchase_keys;

CREATE INDEX purchase_keys_by_purchase ON purchase_keys (account_id, purchase_id, key) WHERE key LIKE 'r:%';

CREATE TABLE usages_by_id (
    account_id  TEXT NOT NULL,
    id          TEXT NOT NULL,
    purchase_id TEXT NOT NULL,
    ref_id      TEXT NOT NULL,
    rule_id     TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    ref         TEXT NOT NULL,
    ref_type    TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('held', 'used', 'released', 'refused')),
    usage       INTEGER NOT NULL CHECK (usage >= 0),
    amount      INTEGER NOT NULL,
    bonus       INTEGER NOT NULL,
    stamp       INTEGER NOT NULL CHECK (stamp >= 0),
    stamp_spent INTEGER NOT NULL CHECK (stamp_spent >= 0),
    debit       INTEGER NOT NULL CHECK (debit >= 0),
    purchase_at TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    created_by  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, purchase_id, ref_id, customer_id),
    FOREIGN KEY (account_id, purchase_id) REFERENCES purchases (account_id, id),
    FOREIGN KEY (account_id, ref_id) REFERENCES refs (account_id, id)
) STRICT, WITHOUT ROWID;

INSERT INTO usages_by_id (account_id, id, purchase_id, ref_id, rule_id, customer_id, ref, ref_type, state, usage, amount, bonus, stamp,
    stamp_spent, debit, purchase_at, created_at, created_by, updated_at)
SELECT account_id, id, purchase_id, ref_id, rule_id, customer_id, ref, ref_type, state, usage, amount, bonus, stamp,
    stamp_spent, debit, purchase_at, created_at, created_by, updated_at FROM usages;

DROP TABLE usages;

ALTER TABLE usages_by_id RENAME TO usages;

CREATE INDEX usages_by_ref ON usages (account_id, ref_id, customer_id, created_at, id);
