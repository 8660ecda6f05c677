-- Who is told what happens. `secret` is sealed; `failures` counts deliveries given up since one was taken.
CREATE TABLE hook_subscriptions (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    body        TEXT NOT NULL,
    secret      TEXT,
    events      TEXT NOT NULL,
    active      BIGINT NOT NULL CHECK (active IN (0, 1)),
    failures    BIGINT NOT NULL DEFAULT 0,
    created_at  TEXT NOT NULL,
    created_by  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    deleted_at  TEXT,
    deleted_by  TEXT,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX hook_subscriptions_live ON hook_subscriptions (account_id) WHERE deleted_at IS NULL AND active = 1;

-- The outbox in the order in which messages were written (`seq`). Of one lane the first that waits is sent, and
-- nothing behind it; each sender has its own place in the work.
ALTER TABLE outbox
    ADD COLUMN seq            BIGINT GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN lane           TEXT,
    -- Of the last attempt.
    ADD COLUMN sent_at        TEXT,
    ADD COLUMN sent_headers   TEXT,
    ADD COLUMN answer_headers TEXT,
    ADD COLUMN answer_body    TEXT,
    ADD COLUMN took_ms        BIGINT;

DROP INDEX outbox_by_next;
DROP INDEX outbox_by_sender;
CREATE INDEX outbox_by_next ON outbox (sender, next_at, seq) WHERE state = 'waiting';
CREATE INDEX outbox_by_lane ON outbox (lane, seq) WHERE state = 'waiting' AND lane IS NOT NULL;
CREATE INDEX outbox_by_sender ON outbox (account_id, sender, seq);
