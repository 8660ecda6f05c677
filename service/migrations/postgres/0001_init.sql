-- Times are RFC 3339 in UTC with microseconds, so that they compare as text.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE accounts (
    id         TEXT PRIMARY KEY,
    created_at TEXT NOT NULL
);

CREATE TABLE clients (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    client_id   TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- What a client may do in which account; scopes separated by spaces.
CREATE TABLE grants (
    id         TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL REFERENCES clients (client_id),
    audience   TEXT NOT NULL REFERENCES accounts (id),
    scopes     TEXT NOT NULL,
    created_at TEXT NOT NULL
);

-- How often an account's rules changed: compiled rules are cached under this number.
CREATE TABLE rule_counters (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    changes    BIGINT NOT NULL
);

CREATE TABLE rules (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    revision    BIGINT NOT NULL,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    deleted_at  TEXT,
    campaign_id TEXT,
    active      BIGINT NOT NULL,
    purchase_from TEXT NOT NULL,
    purchase_to   TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX rules_by_time ON rules (account_id, created_at, id);

-- Every change is a new row; rows are never changed.
CREATE TABLE rule_revisions (
    account_id TEXT NOT NULL,
    rule_id    TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    body       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, rule_id, revision),
    FOREIGN KEY (account_id, rule_id) REFERENCES rules (account_id, id)
);

-- A gift of a rule. customer_id is `*` (every purchase with a customer), `/` (purchases without), or one customer.
CREATE TABLE refs (
    account_id  TEXT NOT NULL,
    id          TEXT NOT NULL,
    rule_id     TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    given_at    TEXT NOT NULL,
    deleted_at  TEXT,
    offering_constraint_id TEXT,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, rule_id) REFERENCES rules (account_id, id)
);

CREATE INDEX refs_by_customer ON refs (account_id, customer_id, rule_id);
CREATE UNIQUE INDEX refs_offered_once ON refs (account_id, rule_id, customer_id, offering_constraint_id)
    WHERE offering_constraint_id IS NOT NULL;

-- Totals per ref and customer; a ref of `*` has one row for each customer.
CREATE TABLE ref_statistics (
    account_id    TEXT NOT NULL,
    ref_id        TEXT NOT NULL,
    customer_id   TEXT NOT NULL,
    usage         BIGINT NOT NULL DEFAULT 0 CHECK (usage >= 0),
    amount        BIGINT NOT NULL DEFAULT 0,
    bonus         BIGINT NOT NULL DEFAULT 0,
    stamp         BIGINT NOT NULL DEFAULT 0 CHECK (stamp >= 0),
    current_stamp BIGINT NOT NULL DEFAULT 0 CHECK (current_stamp >= 0),
    debit_balance BIGINT CHECK (debit_balance >= 0),
    PRIMARY KEY (account_id, ref_id, customer_id),
    FOREIGN KEY (account_id, ref_id) REFERENCES refs (account_id, id)
);

-- What identifies a customer at a till.
CREATE TABLE customer_tokens (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    type        TEXT NOT NULL,
    value       TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    PRIMARY KEY (account_id, type, value)
);
