-- +goose Up

-- Everything in this file is written by the projector alone, in the transaction
-- that moves its cursor, and can be rebuilt from the log: empty all of these
-- tables and set every cursor to 0.

-- Per log stream, the sequence up to which it was folded in. Written by: projector.
CREATE TABLE cursors (
    shard BIGINT NOT NULL PRIMARY KEY,
    seq   BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO cursors (shard, seq) VALUES
    (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0),
    (8, 0), (9, 0), (10, 0), (11, 0), (12, 0), (13, 0), (14, 0), (15, 0);

-- Per entity, the number of the last record folded in. Written by: projector.
CREATE TABLE entities (
    id      BIGINT NOT NULL,
    kind    TEXT   NOT NULL, -- g server, c channel, u user
    tenant  BIGINT NOT NULL,
    applied BIGINT NOT NULL,
    PRIMARY KEY (id, kind, tenant)
) WITHOUT ROWID;

-- Written by: projector.
CREATE TABLE servers (
    id          BIGINT NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL,
    description TEXT   NOT NULL,
    visibility  TEXT   NOT NULL,
    owner_id    BIGINT NOT NULL,
    members     BIGINT NOT NULL, -- how many rows of members it has
    search_text TEXT   NOT NULL, -- name and description in lower case
    created_at  BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX servers_public ON servers (id) WHERE visibility = 'public';

-- Written by: projector.
CREATE TABLE channels (
    id         BIGINT NOT NULL PRIMARY KEY,
    server_id  BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    type       TEXT   NOT NULL,
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX channels_server ON channels (server_id);

-- Written by: projector.
CREATE TABLE members (
    server_id BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    username  TEXT   NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (server_id, user_id)
) WITHOUT ROWID;

-- Public profiles. Written by: projector.
CREATE TABLE users (
    id         BIGINT NOT NULL PRIMARY KEY,
    username   TEXT   NOT NULL,
    first_name TEXT   NOT NULL,
    last_name  TEXT   NOT NULL
) WITHOUT ROWID;
CREATE INDEX users_username ON users (username);

-- A deleted message has no row. The rows lie in the order of their channel, so
-- that a page of history is one stretch. The second index grows at its end only,
-- as identifiers do, and is not unique: the table holds what the log holds.
-- Written by: projector.
CREATE TABLE messages (
    channel_id BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    sender_id  BIGINT NOT NULL,
    type       TEXT   NOT NULL,
    content    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    edited_at  BIGINT NOT NULL, -- Unix milliseconds, 0 for never
    reply_to   BIGINT NOT NULL, -- 0 for none
    PRIMARY KEY (channel_id, seq)
) WITHOUT ROWID;
CREATE INDEX messages_id ON messages (id);

-- Written by: projector.
CREATE TABLE read_positions (
    user_id    BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    server_id  BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (user_id, channel_id)
) WITHOUT ROWID;

-- Records that could not be folded in, and alarms. Written by: projector.
CREATE TABLE dead_letters (
    shard  BIGINT NOT NULL,
    seq    BIGINT NOT NULL, -- of the commit in its stream
    number BIGINT NOT NULL, -- of the record, 0 for a whole commit
    reason TEXT   NOT NULL,
    kind   TEXT   NOT NULL, -- of the entity, '' if unknown
    tenant BIGINT NOT NULL,
    id     BIGINT NOT NULL,
    data   BLOB   NOT NULL,
    at     BIGINT NOT NULL, -- Unix milliseconds
    PRIMARY KEY (shard, seq, number, reason)
);

-- +goose Down
DROP TABLE dead_letters;
DROP TABLE read_positions;
DROP TABLE messages;
DROP TABLE users;
DROP TABLE members;
DROP TABLE channels;
DROP TABLE servers;
DROP TABLE entities;
DROP TABLE cursors;
