-- Customers. What is personal is in `body`, sealed. It is found by `customer_words`, and what nobody else may have is in
-- `customer_claims`: both hold keyed hashes. Of who is deleted, ids and times stay.
CREATE TABLE customers (
    account_id        TEXT NOT NULL REFERENCES accounts (id),
    id                TEXT NOT NULL,
    customer_id       TEXT NOT NULL,
    type              TEXT NOT NULL CHECK (type IN ('customer', 'company', 'contact', 'employee', 'other')),
    -- `customer_id` as a number, where it is one.
    serial            BIGINT,
    body              TEXT NOT NULL,
    email_verified_at TEXT,
    phone_verified_at TEXT,
    password_hash     TEXT,
    pin_hash          TEXT,
    -- How often the customer's own tokens were ended.
    generation        BIGINT NOT NULL DEFAULT 0,
    created_at        TEXT NOT NULL,
    updated_at        TEXT NOT NULL,
    deleted_at        TEXT,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX customers_by_customer_id ON customers (account_id, customer_id);
CREATE INDEX customers_by_change ON customers (account_id, updated_at, id);
CREATE INDEX customers_by_type ON customers (account_id, type, id);
CREATE INDEX customers_by_serial ON customers (account_id, serial) WHERE serial IS NOT NULL;

-- The last serial number that was given.
CREATE TABLE customer_serials (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    last       BIGINT NOT NULL
);

CREATE TABLE customer_claims (
    account_id TEXT NOT NULL,
    claim      TEXT NOT NULL,
    customer   TEXT NOT NULL,
    PRIMARY KEY (account_id, claim)
);

CREATE TABLE customer_words (
    account_id TEXT NOT NULL,
    word       TEXT NOT NULL,
    customer   TEXT NOT NULL,
    PRIMARY KEY (account_id, word, customer)
);

-- Who speaks for whom.
CREATE TABLE customer_contacts (
    account_id TEXT NOT NULL,
    customer   TEXT NOT NULL,
    contact    TEXT NOT NULL,
    PRIMARY KEY (account_id, customer, contact)
);

CREATE INDEX customer_contacts_by_contact ON customer_contacts (account_id, contact, customer);

CREATE TABLE customer_tags (
    account_id TEXT NOT NULL,
    customer   TEXT NOT NULL,
    tag        TEXT NOT NULL,
    PRIMARY KEY (account_id, customer, tag)
);

CREATE INDEX customer_tags_by_tag ON customer_tags (account_id, tag, customer);

CREATE TABLE customer_settings (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    body       TEXT NOT NULL
);

-- What there is to show of a token. Whose it is now, `customer_tokens` says.
CREATE TABLE customer_token_bodies (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    -- Type and value, and each by itself, as keyed hashes; of tokens from before there were customers here, nothing.
    word        TEXT,
    type_word   TEXT,
    value_word  TEXT,
    body        TEXT NOT NULL,
    -- Was it made of the e-mail or the phone number, and is it to go when that changes?
    auto        BIGINT NOT NULL DEFAULT 0,
    deleted_at  TEXT,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX customer_token_bodies_by_customer ON customer_token_bodies (account_id, customer_id, id);
CREATE INDEX customer_token_bodies_by_word ON customer_token_bodies (account_id, word) WHERE deleted_at IS NULL;
CREATE INDEX customer_token_bodies_by_type ON customer_token_bodies (account_id, type_word) WHERE deleted_at IS NULL;
CREATE INDEX customer_token_bodies_by_value ON customer_token_bodies (account_id, value_word) WHERE deleted_at IS NULL;

-- What is known of a token apart from whose it is: there may be events before there is a token, or a customer.
CREATE TABLE customer_token_subjects (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id         TEXT NOT NULL,
    word       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    cleared_at TEXT,
    PRIMARY KEY (account_id, id)
);

CREATE UNIQUE INDEX customer_token_subjects_by_word ON customer_token_subjects (account_id, word);
CREATE INDEX customer_token_subjects_by_change ON customer_token_subjects (account_id, updated_at, id);

CREATE TABLE customer_token_events (
    account_id TEXT NOT NULL,
    subject    TEXT NOT NULL,
    id         TEXT NOT NULL,
    status     TEXT,
    expires_at TEXT,
    created_at TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (account_id, subject, id)
);

-- Codes that were sent to customers, as keyed hashes: for an e-mail, a phone number, another password.
CREATE TABLE customer_codes (
    account_id TEXT NOT NULL,
    customer   TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    -- The address that it shows to be the customer's, sealed.
    target     TEXT NOT NULL,
    code       TEXT NOT NULL,
    tries      BIGINT NOT NULL,
    -- How many were sent since when.
    sent       BIGINT NOT NULL,
    sent_since TEXT NOT NULL,
    sent_at    TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (account_id, customer, purpose)
);

-- Wrong passwords and PINs, by whom was named: somebody, or nobody.
CREATE TABLE customer_attempts (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    who        TEXT NOT NULL,
    failures   BIGINT NOT NULL,
    wait_until TEXT NOT NULL,
    PRIMARY KEY (account_id, who)
);

CREATE INDEX customer_attempts_by_time ON customer_attempts (wait_until);

-- Log-ins that wait for a code.
CREATE TABLE customer_challenges (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- What the client holds, as a keyed hash.
    id         TEXT NOT NULL,
    customer   TEXT NOT NULL,
    client     TEXT NOT NULL,
    channel    TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    oob        TEXT,
    code       TEXT,
    tries      BIGINT NOT NULL,
    sent       BIGINT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX customer_challenges_by_time ON customer_challenges (expires_at);

INSERT INTO customer_token_bodies (account_id, id, customer_id, body)
SELECT account_id, gen_random_uuid()::text, customer_id,
    CASE WHEN token_id IS NULL THEN json_build_object('type', type, 'value', value)
        ELSE json_build_object('token_id', token_id, 'type', type, 'value', value) END::text
FROM customer_tokens;
