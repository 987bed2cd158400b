package archive

import (
	"context"
	"encoding/json"
	"strconv"

	"beep/chat"
	"beep/wire"
)

const (
	// Format is what the first line of a file says it is.
	Format = "beep-server"
	// Version of the form; another one is refused.
	Version = 1
	// maxLine bounds a line: the largest record and room for its escapes.
	maxLine = 2 * chat.MaxCommitBytes
)

// Log is the log as archives read and write it.
type Log interface {
	Replay(ctx context.Context, key chat.Key, afterSeq uint64, fn func(seq uint64, c wire.Commit) error) error
	Append(c *wire.Commit, fence uint64, done func(seq uint64, err error))
}

// Header is the first line.
type Header struct {
	Format     string        `json:"format"`
	Version    int           `json:"version"`
	ServerID   chat.ServerID `json:"server_id"`
	Name       string        `json:"name"`
	ExportedAt int64         `json:"exported_at"` // Unix milliseconds
	Instance   string        `json:"instance"`    // where it comes from
}

// line is a record. Data are the bytes of the log.
type line struct {
	Log    string          `json:"log"` // g and the server's identifier, or c and a channel's
	Number uint64          `json:"n"`
	Time   int64           `json:"t"`
	By     chat.UserID     `json:"by,omitempty"`
	Nonce  string          `json:"nonce,omitempty"`
	Kind   string          `json:"kind"`
	Server uint64          `json:"sn,omitempty"` // number of the server's record, as in chat.Record
	Data   json.RawMessage `json:"d"`
}

// Trailer is the last line: a file without it is not whole.
type Trailer struct {
	End     bool   `json:"end"` // true, which tells it from records
	Logs    int    `json:"logs"`
	Records uint64 `json:"records"`
	SHA256  string `json:"sha256"` // of all lines before, line feeds included
}

func logName(key chat.Key) string {
	return string(rune(key.Kind)) + strconv.FormatUint(key.ID, 10)
}

// parseLog is the key of a log of server id.
func parseLog(id chat.ServerID, name string) (chat.Key, bool) {
	if len(name) < 2 {
		return chat.Key{}, false
	}
	switch chat.EntityKind(name[0]) {
	case chat.KindServer:
		return chat.ServerKey(id), name == logName(chat.ServerKey(id))
	case chat.KindChannel:
		ch, err := chat.ParseChannelID(name[1:])
		return chat.ChannelKey(id, ch), err == nil
	}
	return chat.Key{}, false
}

// kindOf is the kind of a name, 0 for none.
func kindOf(name string) chat.EventKind {
	for _, k := range chat.EventKinds() {
		if k.Name() == name {
			return k
		}
	}
	return 0
}

// belongs reports whether records of a kind stand in a log of key's: kinds below
// 32 are the servers', those below 64 the channels'.
func belongs(key chat.Key, k chat.EventKind) bool {
	if key.Kind == chat.KindServer {
		return k > 0 && k < chat.KindMessageSent
	}
	return k >= chat.KindMessageSent && k < chat.KindUserRegistered
}
