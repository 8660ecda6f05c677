-- Who is told what happens. `secret` is sealed; `failures` counts deliveries given up since one was taken.
CREATE TABLE hook_subscriptions (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    body        TEXT NOT NULL,
    secret      TEXT,
    events      TEXT NOT NULL,
    active      INTEGER NOT NULL CHECK (active IN (0, 1)),
    failures    INTEGER NOT NULL DEFAULT 0,
    created_at  TEXT NOT NULL,
    created_by  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    deleted_at  TEXT,
    deleted_by  TEXT,
    PRIMARY KEY (account_id, id)
) STRICT;

CREATE INDEX hook_subscriptions_live ON hook_subscriptions (account_id) WHERE deleted_at IS NULL AND active = 1;

-- The outbox again, in the order in which messages were written (`seq`). Of one lane the first that waits is sent, and
-- nothing behind it; each sender has its own place in the work.
CREATE TABLE outbox_in_order (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    account_id     TEXT NOT NULL REFERENCES accounts (id),
    sender         TEXT NOT NULL,
    lane           TEXT,
    event          TEXT NOT NULL,
    method         TEXT NOT NULL,
    url            TEXT NOT NULL,
    headers        TEXT NOT NULL,
    body           TEXT,
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'refused', 'failed')),
    attempts       INTEGER NOT NULL,
    next_at        TEXT NOT NULL,
    status         INTEGER,
    problem        TEXT,
    -- Of the last attempt.
    sent_at        TEXT,
    sent_headers   TEXT,
    answer_headers TEXT,
    answer_body    TEXT,
    took_ms        INTEGER,
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL
) STRICT;

INSERT INTO outbox_in_order (id, account_id, sender, event, method, url, headers, body, state, attempts, next_at, status, problem, created_at, updated_at)
SELECT id, account_id, sender, event, method, url, headers, body, state, attempts, next_at, status, problem, created_at, updated_at
FROM outbox ORDER BY id;

DROP TABLE outbox;
ALTER TABLE outbox_in_order RENAME TO outbox;

CREATE INDEX outbox_by_next ON outbox (sender, next_at, seq) WHERE state = 'waiting';
CREATE INDEX outbox_by_lane ON outbox (lane, seq) WHERE state = 'waiting' AND lane IS NOT NULL;
CREATE INDEX outbox_by_sender ON outbox (account_id, sender, seq);
CREATE INDEX outbox_by_end ON outbox (updated_at) WHERE state <> 'waiting';
