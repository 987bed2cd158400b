package edge

import (
	"context"
	"encoding/json"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// Authenticator tells whose a token is. Errors are of kind Unauthenticated
// (unknown, expired, revoked) or Unavailable (ask again).
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (chat.UserID, error)
}

// Requests answers the request methods of PROTOCOL.md.
//
// Call must return soon: the socket is not read before it does. reply is
// called exactly once, on any goroutine, now or later; data is JSON, and the
// callee may keep neither it nor the context beyond the reply.
type Requests interface {
	Call(ctx context.Context, who chat.UserID, method string, data json.RawMessage, reply func(data []byte, err error))
}

// Users is what the edge wants of users' actors.
type Users interface {
	// User gives a private copy of a user's state.
	User(ctx context.Context, id chat.UserID) (*chat.User, error)
	// CheckMembership has the user's actor find out whether he still is a member of
	// a server that his log names: the server does not know him. Nobody waits.
	CheckMembership(user chat.UserID, server chat.ServerID)
}

// Log is the log as the edge sees it.
type Log interface {
	// OpenFeed makes a live feed that keeps at most size messages for a reader
	// who is behind; what comes on top is dropped and counted.
	OpenFeed(size int) Feed
	// Read calls fn for the commits that overlap the record numbers from to to,
	// both included, in order. It ends at the end of the log without an error.
	// The commit's memory is fn's only until it returns.
	Read(ctx context.Context, key chat.Key, from, to uint64, fn func(seq uint64, c wire.Commit) error) error
	// Heads is the number of the last record of every entity of a tenant. What
	// was committed before the call is in it.
	Heads(ctx context.Context, tenant uint64) (map[chat.Key]uint64, error)
	// PublishLive tells the other edges something that is never stored.
	PublishLive(subject string, data []byte) error
}

// Feed is a stream of live messages of the tenants it is subscribed to. Next,
// TryNext and Close belong to one goroutine, Subscribe and Unsubscribe may be
// called by any; Close ends a Next that waits.
type Feed interface {
	// Subscribe may wait for the network; twice is once.
	Subscribe(tenant uint64) error
	Unsubscribe(tenant uint64) error
	Next(ctx context.Context) (LiveMessage, error)
	TryNext() (LiveMessage, bool)
	// Dropped counts the messages that were lost because the reader was behind
	// or the connection was interrupted.
	Dropped() uint64
	Close()
}

// LiveMessage is one message of a feed. Data is the receiver's to keep.
type LiveMessage struct {
	Kind subjects.LiveKind
	Key  chat.Key
	Seq  uint64 // stream sequence of a commit, 0 otherwise
	Data []byte // LiveCommit: a commit or a tip; otherwise JSON
}
