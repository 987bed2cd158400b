-- +goose Up

-- The read model of the whole domain. What the projector writes here can be
-- rebuilt from the log like the rest: empty it together with the tables of
-- 00002, and set every cursor to 0. "number" is that of the record that says so.

-- gone: the channel, or the server and all its channels, was deleted or erased:
-- what its log still brings leaves no rows. Written by: projector.
ALTER TABLE entities ADD COLUMN gone BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX entities_tenant ON entities (tenant);

ALTER TABLE servers ADD COLUMN kind TEXT NOT NULL DEFAULT ''; -- '' a server, else a direct conversation
ALTER TABLE servers ADD COLUMN picture TEXT NOT NULL DEFAULT '';
ALTER TABLE servers ADD COLUMN banner TEXT NOT NULL DEFAULT '';

ALTER TABLE channels ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE channels ADD COLUMN parent_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN message_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN slow_mode BIGINT NOT NULL DEFAULT 0; -- seconds
ALTER TABLE channels ADD COLUMN archived BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE channels ADD COLUMN created_by BIGINT NOT NULL DEFAULT 0;

-- Names are searched by their beginning, in the order of their bytes as in
-- SQLite; user names are in lower case as they are.
ALTER TABLE users ALTER COLUMN username TYPE TEXT COLLATE "C";
ALTER TABLE members ALTER COLUMN username TYPE TEXT COLLATE "C";
ALTER TABLE members ADD COLUMN nickname TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN nickname_key TEXT COLLATE "C" NOT NULL DEFAULT ''; -- in lower case
CREATE INDEX members_username ON members (server_id, username, user_id);
CREATE INDEX members_nickname ON members (server_id, nickname_key, user_id) WHERE nickname_key <> '';

-- The rarer parts of a message as JSON; '' for a plain message, of which the
-- tables below hold nothing but edits.
ALTER TABLE messages ADD COLUMN extra TEXT NOT NULL DEFAULT '';

-- Written by: projector.
CREATE TABLE message_edits (
    channel_id BIGINT NOT NULL,
    seq        BIGINT NOT NULL, -- of the message
    number     BIGINT NOT NULL, -- of the edit
    content    TEXT   NOT NULL, -- before the edit
    at         BIGINT NOT NULL, -- Unix milliseconds, of the edit
    PRIMARY KEY (channel_id, seq, number)
);

-- first_number is the number of the reaction with which the emoji came to stand
-- under the message, as long as somebody uses it. Written by: projector.
CREATE TABLE reactions (
    channel_id   BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    emoji        TEXT   NOT NULL,
    user_id      BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    first_number BIGINT NOT NULL,
    at           BIGINT NOT NULL, -- Unix milliseconds
    PRIMARY KEY (channel_id, seq, emoji, user_id)
);

-- Written by: projector.
CREATE TABLE poll_votes (
    channel_id BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    choice     BIGINT NOT NULL, -- index of the option
    number     BIGINT NOT NULL,
    PRIMARY KEY (channel_id, seq, user_id, choice)
);

-- Whom messages mention: u a user, r a role, e everyone (target 0). Written by: projector.
CREATE TABLE mentions (
    channel_id BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    target     BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    sender_id  BIGINT NOT NULL,
    PRIMARY KEY (channel_id, kind, target, seq)
);
CREATE INDEX mentions_message ON mentions (channel_id, seq);

-- Written by: projector.
CREATE TABLE pins (
    channel_id BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    PRIMARY KEY (channel_id, seq)
);

-- Written by: projector.
CREATE TABLE bans (
    server_id BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    username  TEXT   NOT NULL, -- '' if he was no member
    by_id     BIGINT NOT NULL,
    at        BIGINT NOT NULL, -- Unix milliseconds
    reason    TEXT   NOT NULL,
    PRIMARY KEY (server_id, user_id)
);

-- Written by: projector.
CREATE TABLE invitations (
    server_id  BIGINT  NOT NULL,
    number     BIGINT  NOT NULL,
    code       TEXT    NOT NULL,
    by_id      BIGINT  NOT NULL,
    user_id    BIGINT  NOT NULL, -- 0: of anybody who has the code
    created_at BIGINT  NOT NULL, -- Unix milliseconds
    expires_at BIGINT  NOT NULL, -- Unix milliseconds, 0 for never
    max_uses   BIGINT  NOT NULL, -- 0: any number
    uses       BIGINT  NOT NULL,
    revoked    BOOLEAN NOT NULL,
    PRIMARY KEY (server_id, number)
);
CREATE INDEX invitations_code ON invitations (server_id, code);

-- Who did what to whom in a server. number orders the entries of all of a
-- server's logs: time first; see store/audit.go. Written by: projector.
CREATE TABLE audit (
    server_id   BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    log_id      BIGINT NOT NULL, -- of the server, or of one of its channels
    log_number  BIGINT NOT NULL, -- of the record in that log
    at          BIGINT NOT NULL, -- Unix milliseconds
    actor_id    BIGINT NOT NULL,
    action      TEXT   NOT NULL, -- the name of the event
    target_kind TEXT   NOT NULL,
    target_id   BIGINT NOT NULL,
    channel_id  BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    before      TEXT   NOT NULL, -- JSON, '' for nothing
    after       TEXT   NOT NULL, -- JSON, '' for nothing
    PRIMARY KEY (server_id, number, log_id, log_number)
);
CREATE INDEX audit_actor ON audit (server_id, actor_id, number);
CREATE INDEX audit_action ON audit (server_id, action, number);

-- How users stand to each other, each as he may know it. Written by: projector.
CREATE TABLE relations (
    user_id  BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    username TEXT   NOT NULL, -- of the other
    state    TEXT   NOT NULL,
    since    BIGINT NOT NULL, -- Unix milliseconds
    PRIMARY KEY (user_id, other_id)
);

-- What is gone and whose rows are still to be deleted, a stretch at a time: kind
-- g a server, c a channel. Each is swept twice; see store/sweep.go. Written by: projector.
CREATE TABLE sweeps (
    kind TEXT    NOT NULL,
    id   BIGINT  NOT NULL,
    due  BIGINT  NOT NULL, -- Unix milliseconds
    last BOOLEAN NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX sweeps_due ON sweeps (due);

CREATE INDEX dead_letters_tenant ON dead_letters (tenant);

-- Answers to requests that carry a key, for their repeats. Not of the log: the
-- truth is here, for a day. Written by: api.
CREATE TABLE idempotency (
    user_id     BIGINT NOT NULL,
    key         TEXT   NOT NULL,
    method      TEXT   NOT NULL,
    fingerprint BYTEA  NOT NULL, -- SHA-256 of what was asked for
    status      BIGINT NOT NULL, -- HTTP, 0: under way
    headers     TEXT   NOT NULL, -- JSON
    body        BYTEA  NOT NULL,
    created_at  BIGINT NOT NULL, -- Unix milliseconds
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- +goose Down
DROP TABLE idempotency;
DROP INDEX dead_letters_tenant;
DROP TABLE sweeps;
DROP TABLE relations;
DROP TABLE audit;
DROP TABLE invitations;
DROP TABLE bans;
DROP TABLE pins;
DROP TABLE mentions;
DROP TABLE poll_votes;
DROP TABLE reactions;
DROP TABLE message_edits;
ALTER TABLE messages DROP COLUMN extra;
DROP INDEX members_nickname;
DROP INDEX members_username;
ALTER TABLE members DROP COLUMN nickname_key;
ALTER TABLE members DROP COLUMN nickname;
ALTER TABLE members ALTER COLUMN username TYPE TEXT COLLATE "default";
ALTER TABLE users ALTER COLUMN username TYPE TEXT COLLATE "default";
ALTER TABLE channels DROP COLUMN created_by;
ALTER TABLE channels DROP COLUMN archived;
ALTER TABLE channels DROP COLUMN slow_mode;
ALTER TABLE channels DROP COLUMN message_id;
ALTER TABLE channels DROP COLUMN parent_id;
ALTER TABLE channels DROP COLUMN topic;
ALTER TABLE servers DROP COLUMN banner;
ALTER TABLE servers DROP COLUMN picture;
ALTER TABLE servers DROP COLUMN kind;
DROP INDEX entities_tenant;
ALTER TABLE entities DROP COLUMN gone;
