-- Partners are accounts with three digits; an account may be owned by one. `details` is JSON.
ALTER TABLE accounts ADD COLUMN owner_id TEXT REFERENCES accounts (id);
ALTER TABLE accounts ADD COLUMN details TEXT;

-- Made anew, as the id of an API client is chosen by its account and unique there only.
-- A token is good for the generation that it was made in.
CREATE TABLE new_clients (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id),
    client_id   TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    generation  BIGINT NOT NULL DEFAULT 0,
    name        TEXT,
    description TEXT,
    callbacks   TEXT,
    created_at  TEXT NOT NULL,
    created_by  TEXT,
    updated_at  TEXT NOT NULL,
    deleted_at  TEXT,
    deleted_by  TEXT,
    UNIQUE (account_id, client_id)
);
INSERT INTO new_clients (id, account_id, client_id, secret_hash, created_at, updated_at)
    SELECT id, account_id, client_id, secret_hash, created_at, created_at FROM clients;

-- What a client may do in which account; scopes separated by spaces. `client_id` is the id of the row, `type` the way of
-- asking for tokens that it is for.
CREATE TABLE new_grants (
    id         TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL REFERENCES new_clients (id),
    audience   TEXT NOT NULL REFERENCES accounts (id),
    scopes     TEXT NOT NULL,
    type       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
INSERT INTO new_grants (id, client_id, audience, scopes, type, created_at, updated_at)
    SELECT g.id, c.id, g.audience, g.scopes, 'client_credentials', g.created_at, g.created_at
    FROM grants g JOIN clients c ON c.client_id = g.client_id;

DROP TABLE grants;
DROP TABLE clients;
ALTER TABLE new_clients RENAME TO clients;
ALTER TABLE new_grants RENAME TO grants;
CREATE INDEX clients_by_time ON clients (account_id, created_at, id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX accounts_by_owner ON accounts (owner_id);

-- Tokens are signed with a key pair now.
DELETE FROM settings WHERE name = 'signing_secret';
-- A database with accounts has had its first start.
INSERT INTO settings (name, value) SELECT 'first_start', 'done' WHERE EXISTS (SELECT 1 FROM accounts);
