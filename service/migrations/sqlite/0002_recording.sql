-- Which rules belong to a Plan: after how many changes of the account's rules a revision came.
ALTER TABLE rule_revisions ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
UPDATE rule_revisions SET change = (
    SELECT COUNT(*) FROM rule_revisions o WHERE o.account_id = rule_revisions.account_id
    AND (o.created_at, o.rule_id, o.revision) <= (rule_revisions.created_at, rule_revisions.rule_id, rule_revisions.revision));
UPDATE rule_counters SET changes = (
    SELECT COUNT(*) FROM rule_revisions o WHERE o.account_id = rule_counters.account_id);
CREATE INDEX rule_revisions_by_change ON rule_revisions (account_id, change);

-- How often what everybody holds (`*`, `/`) has changed.
ALTER TABLE rule_counters ADD COLUMN gifts INTEGER NOT NULL DEFAULT 0;

ALTER TABLE rules ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rules ADD COLUMN visible_from TEXT;
UPDATE rules SET private = COALESCE((
    SELECT json_extract(v.body, '$.private') FROM rule_revisions v
    WHERE v.account_id = rules.account_id AND v.rule_id = rules.id AND v.revision = rules.revision), 0);

-- The Plan with this hash has every rule's newest revision of up to so many changes.
CREATE TABLE plans (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    hash       TEXT NOT NULL,
    changes    INTEGER NOT NULL,
    PRIMARY KEY (account_id, hash)
) STRICT;

CREATE TABLE campaigns (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id         TEXT NOT NULL,
    body       TEXT NOT NULL,
    private    INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    deleted_at TEXT,
    PRIMARY KEY (account_id, id)
) STRICT;

ALTER TABLE refs ADD COLUMN given_by TEXT;
ALTER TABLE refs ADD COLUMN updated_at TEXT;
ALTER TABLE refs ADD COLUMN deleted_by TEXT;
CREATE INDEX refs_by_rule ON refs (account_id, rule_id, given_at, id);

ALTER TABLE ref_statistics ADD COLUMN id TEXT;
ALTER TABLE ref_statistics ADD COLUMN rule_id TEXT;
ALTER TABLE ref_statistics ADD COLUMN created_at TEXT;
ALTER TABLE ref_statistics ADD COLUMN updated_at TEXT;
CREATE INDEX ref_statistics_by_rule ON ref_statistics (account_id, rule_id, created_at, id);

CREATE INDEX ref_statistics_by_customer ON ref_statistics (account_id, customer_id);

-- Totals per rule, over all refs and customers.
CREATE TABLE rule_totals (
    account_id TEXT NOT NULL,
    rule_id    TEXT NOT NULL,
    usage      INTEGER NOT NULL DEFAULT 0 CHECK (usage >= 0),
    amount     INTEGER NOT NULL DEFAULT 0,
    bonus      INTEGER NOT NULL DEFAULT 0,
    stamp      INTEGER NOT NULL DEFAULT 0,
    debit      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, rule_id),
    FOREIGN KEY (account_id, rule_id) REFERENCES rules (account_id, id)
) STRICT;

-- One purchase, by whatever roads it was reported. settled: a receipt has told what was used.
CREATE TABLE purchases (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    customer_id TEXT,
    purchase_at TEXT NOT NULL,
    settled     INTEGER NOT NULL,
    created_at  TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT;

-- What a purchase is known by; the prefix of a key says whose name it is.
CREATE TABLE purchase_keys (
    account_id  TEXT NOT NULL,
    key         TEXT NOT NULL,
    purchase_id TEXT NOT NULL,
    PRIMARY KEY (account_id, key, purchase_id),
    FOREIGN KEY (account_id, purchase_id) REFERENCES purchases (account_id, id)
) STRICT;

-- The usage log: what a purchase took from a ref. Statistics are the sums of the rows that are
-- `held` (claimed) or `used`; what was `released` or came too late (`refused`) counts no more.
CREATE TABLE usages (
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
) STRICT;

CREATE INDEX usages_by_ref ON usages (account_id, ref_id, customer_id, created_at, id);

CREATE TABLE claims (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    ref         TEXT,
    customer_id TEXT NOT NULL,
    purchase_id TEXT NOT NULL,
    body        TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    deleted_at  TEXT,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, purchase_id) REFERENCES purchases (account_id, id)
) STRICT;

CREATE UNIQUE INDEX claims_by_ref ON claims (account_id, ref) WHERE ref IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX claims_by_customer ON claims (account_id, customer_id, created_at, id);
CREATE INDEX claims_by_time ON claims (account_id, created_at, id);
CREATE INDEX claims_by_purchase ON claims (account_id, purchase_id);

-- Deliveries that were taken in: a repeated one changes nothing.
CREATE TABLE deliveries_seen (
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    id          TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT;

ALTER TABLE customer_tokens ADD COLUMN token_id TEXT;
