package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"beep/chat"
)

// Server is what the read model keeps of a server.
type Server struct {
	ID          chat.ServerID
	Name        string
	Description string
	Visibility  chat.Visibility
	OwnerID     chat.UserID
	CreatedAt   int64 // Unix milliseconds
	Kind        chat.ServerKind
	Picture     string
	Banner      string
}

// ServerSummary is a server as those who look for one see it.
type ServerSummary struct {
	ID          chat.ServerID
	Name        string
	Description string
	OwnerID     chat.UserID
	Members     int
	CreatedAt   int64 // Unix milliseconds
	Picture     string
	Banner      string
}

// MaxPage bounds a page of servers or members, whatever is asked for.
const MaxPage = 1000

const (
	upsertServer = `INSERT INTO servers (id, name, description, visibility, owner_id, members, search_text, created_at, kind, picture, banner)
VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
visibility = excluded.visibility, owner_id = excluded.owner_id, search_text = excluded.search_text, created_at = excluded.created_at,
kind = excluded.kind, picture = excluded.picture, banner = excluded.banner`
	updateServer  = `UPDATE servers SET name = ?, description = ?, visibility = ?, search_text = ?, picture = ?, banner = ? WHERE id = ?`
	updateOwner   = `UPDATE servers SET owner_id = ? WHERE id = ?`
	upsertChannel = `INSERT INTO channels (id, server_id, name, type, position, created_at, topic, parent_id, message_id, slow_mode, archived, created_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,
type = excluded.type, position = excluded.position, created_at = excluded.created_at, topic = excluded.topic, parent_id = excluded.parent_id,
message_id = excluded.message_id, slow_mode = excluded.slow_mode, archived = excluded.archived, created_by = excluded.created_by
WHERE channels.server_id = excluded.server_id` // a channel never becomes another server's
	updateChannel = `UPDATE channels SET name = ?, topic = ?, parent_id = ?, position = ?, slow_mode = ?, archived = ? WHERE id = ? AND server_id = ?`
	selectPublic  = `SELECT id, name, description, owner_id, members, created_at, picture, banner FROM servers
WHERE visibility = 'public' AND kind = '' AND id < ? AND search_text LIKE ? ESCAPE '!' ORDER BY id DESC LIMIT ?`
	selectServerOf = `SELECT server_id FROM channels WHERE id = ?`
)

// PublicServers lists public servers whose name or description has query in it,
// in any case, the newest first, beginning behind server after (0: at the
// newest). An empty query fits all.
func (s *Store) PublicServers(ctx context.Context, query string, after chat.ServerID, limit int) ([]ServerSummary, error) {
	const op = "list public servers"
	if limit < 1 || !storable(query) {
		return nil, chat.Errorf(chat.Invalid, op, "the query must be text and the limit at least 1")
	}
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	below := uint64(maxSequence)
	if after != 0 {
		below = min(below, uint64(after))
	}
	list := []ServerSummary{}
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var v ServerSummary
		err := rows.Scan(&v.ID, &v.Name, &v.Description, &v.OwnerID, &v.Members, &v.CreatedAt, &v.Picture, &v.Banner)
		list = append(list, v)
		return err
	}, selectPublic, int64(below), likePattern(query), min(limit, MaxPage))
	return list, s.wrap(op, err)
}

// ServerOf is the server a channel stands in, or NotFound.
func (s *Store) ServerOf(ctx context.Context, ch chat.ChannelID) (chat.ServerID, error) {
	const op = "find channel"
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	var id chat.ServerID
	err := s.read.queryRow(ctx, selectServerOf, int64(ch)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, chat.Errorf(chat.NotFound, op, "there is no such channel")
	}
	return id, s.wrap(op, err)
}

// PutServer adds or replaces a server; its count of members stays.
func (t *Tx) PutServer(v Server) error {
	_, err := t.exec(upsertServer, int64(v.ID), v.Name, v.Description, string(v.Visibility), int64(v.OwnerID),
		searchText(v.Name, v.Description), v.CreatedAt, string(v.Kind), v.Picture, v.Banner)
	return err
}

// UpdateServer replaces a server's settings.
func (t *Tx) UpdateServer(id chat.ServerID, v chat.ServerSettings) error {
	_, err := t.exec(updateServer, v.Name, v.Description, string(v.Visibility), searchText(v.Name, v.Description), v.Picture, v.Banner, int64(id))
	return err
}

// SetOwner makes a user the owner of a server.
func (t *Tx) SetOwner(id chat.ServerID, owner chat.UserID) error {
	_, err := t.exec(updateOwner, int64(owner), int64(id))
	return err
}

// PutChannel adds or replaces a channel; its overrides are the log's alone.
func (t *Tx) PutChannel(c chat.Channel) error {
	_, err := t.exec(upsertChannel, int64(c.ID), int64(c.ServerID), c.Name, string(c.Type), c.Position, c.CreatedAt,
		c.Topic, int64(c.ParentID), int64(c.MessageID), c.SlowMode, c.Archived, int64(c.CreatedBy))
	return err
}

// UpdateChannel replaces the settings of a server's channel.
func (t *Tx) UpdateChannel(server chat.ServerID, id chat.ChannelID, v chat.ChannelSettings) error {
	_, err := t.exec(updateChannel, v.Name, v.Topic, int64(v.ParentID), v.Position, v.SlowMode, v.Archived, int64(id), int64(server))
	return err
}

// searchText is folded here, once for both databases: SQLite's own lower case
// knows ASCII alone.
func searchText(name, description string) string { return strings.ToLower(name + "\n" + description) }

// likePattern matches what has query in it, its wildcards taken literally.
func likePattern(query string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(query)) + "%"
}

// storable reports whether both databases can hold s as text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
