package requests

import (
	"context"

	"beep/chat"
	"beep/store"
	"beep/tenant"
)

// Placement brings commands to the actors.
type Placement interface {
	Tell(key chat.Key, cmd chat.Command, reply func(any, error))
	Ask(ctx context.Context, key chat.Key, cmd chat.Command) (any, error)
}

// ReadModel is the part of the read model that requests are answered from.
type ReadModel interface {
	Messages(ctx context.Context, q store.MessageQuery) (page []chat.Message, applied uint64, err error)
	Message(ctx context.Context, ch chat.ChannelID, id chat.MessageID) (m chat.Message, applied uint64, err error)
	PublicServers(ctx context.Context, query string, after chat.ServerID, limit int) ([]store.ServerSummary, error)
	Members(ctx context.Context, server chat.ServerID, after chat.UserID, limit int) ([]store.Member, error)
	Applied(ctx context.Context, key chat.Key) (uint64, error)
	Users(ctx context.Context, ids []chat.UserID) ([]store.Profile, error)
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
}
