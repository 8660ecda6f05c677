CREATE TABLE automations (
    account_id      TEXT NOT NULL REFERENCES accounts (id),
    id              TEXT NOT NULL,
    body            TEXT NOT NULL,
    events          TEXT NOT NULL,
    automation_from TEXT NOT NULL,
    automation_to   TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    created_by      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    deleted_at      TEXT,
    deleted_by      TEXT,
    PRIMARY KEY (account_id, id)
) STRICT;

CREATE INDEX automations_by_time ON automations (account_id, created_at, id);
CREATE INDEX automations_by_end ON automations (account_id, automation_to) WHERE deleted_at IS NULL;

-- The rules an automation gives: when one is deleted, so is the automation.
CREATE TABLE automation_rules (
    account_id    TEXT NOT NULL,
    automation_id TEXT NOT NULL,
    rule_id       TEXT NOT NULL,
    PRIMARY KEY (account_id, rule_id, automation_id),
    FOREIGN KEY (account_id, automation_id) REFERENCES automations (account_id, id),
    FOREIGN KEY (account_id, rule_id) REFERENCES rules (account_id, id)
) STRICT;

-- How often an automation acted for a customer, where that is limited.
CREATE TABLE automation_repeats (
    account_id    TEXT NOT NULL,
    automation_id TEXT NOT NULL,
    customer_id   TEXT NOT NULL,
    repeats       INTEGER NOT NULL CHECK (repeats >= 1),
    PRIMARY KEY (account_id, automation_id, customer_id),
    FOREIGN KEY (account_id, automation_id) REFERENCES automations (account_id, id)
) STRICT;

-- Requests to send. `attempts` names who may write the outcome: each attempt takes the row by raising it, and
-- `next_at` is when the next attempt may begin, also when the one under way is never heard of again.
CREATE TABLE outbox (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    sender      TEXT NOT NULL,
    event       TEXT NOT NULL,
    method      TEXT NOT NULL,
    url         TEXT NOT NULL,
    headers     TEXT NOT NULL,
    body        TEXT,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'refused', 'failed')),
    attempts    INTEGER NOT NULL,
    next_at     TEXT NOT NULL,
    status      INTEGER,
    problem     TEXT,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL
) STRICT;

CREATE INDEX outbox_by_next ON outbox (next_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_by_sender ON outbox (account_id, sender, created_at, id);
CREATE INDEX outbox_by_end ON outbox (updated_at) WHERE state <> 'waiting';
