package requests

import (
	"context"
	"io"
	"time"

	"beep/chat"
	"beep/store"
	"beep/tenant"
)

// Placement brings commands to the actors.
type Placement interface {
	Tell(key chat.Key, cmd chat.Command, reply func(any, error))
	Ask(ctx context.Context, key chat.Key, cmd chat.Command) (any, error)
}

// ReadModel is the part of the read model that requests are answered from. It may
// be behind: applied says how far it has come.
type ReadModel interface {
	Messages(ctx context.Context, q store.MessageQuery) (page []chat.Message, applied uint64, err error)
	Message(ctx context.Context, ch chat.ChannelID, id chat.MessageID) (m chat.Message, applied uint64, err error)
	// MessagesByID is those of ids that are there, in no order.
	MessagesByID(ctx context.Context, ch chat.ChannelID, ids []chat.MessageID) (found []chat.Message, applied uint64, err error)
	MessagesSince(ctx context.Context, server chat.ServerID, sender chat.UserID, since int64) (map[chat.ChannelID][]uint64, error)
	Pins(ctx context.Context, ch chat.ChannelID, limit int) (page []chat.Message, applied uint64, err error)
	Edits(ctx context.Context, ch chat.ChannelID, id chat.MessageID, after uint64, limit int) ([]store.FormerContent, error)
	Unread(ctx context.Context, user chat.UserID, marks []store.ReadMark, roles map[chat.ServerID][]chat.RoleID) (map[chat.ChannelID]store.UnreadCount, error)
	PublicServers(ctx context.Context, query string, after chat.ServerID, limit int) ([]store.ServerSummary, error)
	SearchMembers(ctx context.Context, server chat.ServerID, prefix string, after chat.UserID, limit int) ([]store.Member, error)
	AuditLog(ctx context.Context, q store.AuditQuery) ([]store.AuditEntry, error)
	Users(ctx context.Context, ids []chat.UserID) ([]store.Profile, error)
	UserByName(ctx context.Context, username string) (store.Profile, error)
	SearchUsers(ctx context.Context, prefix, after string, limit int) ([]store.Profile, error)
	Applied(ctx context.Context, key chat.Key) (uint64, error)
}

// Live is what is said without being stored.
type Live interface {
	PublishLive(subject string, data []byte) error
}

// Presence tells who has a socket.
type Presence interface {
	Online(server chat.ServerID, user chat.UserID) bool
}

// Config is what a Service is made of.
type Config struct {
	Place    Placement
	Tenants  *tenant.Book
	Read     ReadModel
	Live     Live
	Presence Presence
	NewID    func() uint64
	Now      func() time.Time // nil: time.Now
	// Exempt reports whether a user of this name may ring at others as often as he
	// likes: load generators. nil: nobody.
	Exempt func(username string) bool
	// Export writes a server's logs; nil: exports are not to be had.
	Export func(ctx context.Context, server chat.ServerID, w io.Writer) error
}
