-- +goose Up

-- Accounts and tokens are the one truth that lies in SQL. Written by: auth.
CREATE TABLE accounts (
    id            BIGINT  NOT NULL PRIMARY KEY,
    username      TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    email_key     TEXT    NOT NULL, -- e-mail in lower case, '' for none
    first_name    TEXT    NOT NULL,
    last_name     TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    validated     BOOLEAN NOT NULL,
    role          TEXT    NOT NULL,
    registered    BOOLEAN NOT NULL, -- the user's log was begun
    created_at    BIGINT  NOT NULL  -- Unix milliseconds
) WITHOUT ROWID;
CREATE UNIQUE INDEX accounts_username ON accounts (username);
CREATE UNIQUE INDEX accounts_email ON accounts (email_key) WHERE email_key <> '';
CREATE INDEX accounts_unregistered ON accounts (id) WHERE NOT registered;

-- Written by: auth.
CREATE TABLE tokens (
    hash       BLOB   NOT NULL PRIMARY KEY, -- SHA-256 of the secret, which is stored nowhere
    user_id    BIGINT NOT NULL, -- 0 for a claim, which has no account yet
    kind       TEXT   NOT NULL,
    label      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL -- Unix milliseconds, 0 for never
) WITHOUT ROWID;
CREATE INDEX tokens_user ON tokens (user_id, kind);
CREATE INDEX tokens_expiry ON tokens (expires_at) WHERE expires_at <> 0;

-- +goose Down
DROP TABLE tokens;
DROP TABLE accounts;
