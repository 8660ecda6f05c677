-- Gift cards and credit notes. `funds`, `drawn` and `reserved` are sums of the card's entries: what came in, what was paid, and what
-- is held for payments in progress.
CREATE TABLE wallet_cards (
    account_id     TEXT NOT NULL REFERENCES accounts (id),
    id             TEXT NOT NULL,
    card_id        TEXT NOT NULL,
    customer_id    TEXT,
    type           TEXT NOT NULL CHECK (type IN ('gift_card', 'credit_note')),
    name           TEXT,
    originated_by  TEXT,
    metadata       TEXT,
    active         BIGINT NOT NULL,
    -- What it was made or activated with; an inactive card has no currency yet.
    amount         BIGINT NOT NULL,
    currency       TEXT,
    active_from    TEXT,
    expires_at     TEXT,
    funds          BIGINT NOT NULL DEFAULT 0,
    drawn          BIGINT NOT NULL DEFAULT 0 CHECK (drawn >= 0),
    reserved       BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    pin_hash       TEXT,
    pin_format     TEXT,
    -- Wrong PINs since the last right one, and until when no other is looked at.
    pin_failures   BIGINT NOT NULL DEFAULT 0,
    pin_wait_until TEXT,
    created_at     TEXT NOT NULL,
    created_by     TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    CHECK (funds >= drawn + reserved)
);

CREATE UNIQUE INDEX wallet_cards_by_card_id ON wallet_cards (account_id, card_id);
CREATE INDEX wallet_cards_by_customer ON wallet_cards (account_id, customer_id, id);

-- What a card can be paid with: its own token for good, and others for a while. Only the hash is kept.
CREATE TABLE wallet_tokens (
    account_id TEXT NOT NULL,
    id         TEXT NOT NULL,
    card       TEXT NOT NULL,
    ref_id     TEXT,
    hash       TEXT NOT NULL,
    masked     TEXT NOT NULL,
    format     TEXT NOT NULL,
    expires_at TEXT,
    -- Good for one transaction, and the one that it was used for.
    once       BIGINT NOT NULL,
    used_by    TEXT,
    metadata   TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, card) REFERENCES wallet_cards (account_id, id)
);

CREATE UNIQUE INDEX wallet_tokens_by_hash ON wallet_tokens (account_id, hash);
CREATE UNIQUE INDEX wallet_tokens_by_ref ON wallet_tokens (account_id, card, ref_id);

CREATE TABLE wallet_transactions (
    account_id    TEXT NOT NULL,
    id            TEXT NOT NULL,
    card          TEXT NOT NULL,
    -- The client's key: of several requests with one key, one moved the money.
    ref_id        TEXT NOT NULL,
    type          TEXT NOT NULL CHECK (type IN ('fund', 'drawdown', 'pending_capture', 'voided')),
    amount        BIGINT NOT NULL CHECK (amount > 0),
    currency      TEXT NOT NULL,
    -- Of what was reserved: what is neither captured nor let go.
    remaining     BIGINT NOT NULL DEFAULT 0 CHECK (remaining >= 0),
    parent_id     TEXT,
    originated_by TEXT,
    metadata      TEXT,
    created_at    TEXT NOT NULL,
    created_by    TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, card) REFERENCES wallet_cards (account_id, id)
);

CREATE UNIQUE INDEX wallet_transactions_by_ref ON wallet_transactions (account_id, card, ref_id);
CREATE INDEX wallet_transactions_by_card ON wallet_transactions (account_id, card, id);

-- The ledger. Every transaction takes an amount from one book and puts it into another: its entries sum to 0.
CREATE TABLE wallet_entries (
    account_id     TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    book           TEXT NOT NULL CHECK (book IN ('issuer', 'card', 'reserved', 'spent')),
    amount         BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (account_id, transaction_id, book),
    FOREIGN KEY (account_id, transaction_id) REFERENCES wallet_transactions (account_id, id)
);
