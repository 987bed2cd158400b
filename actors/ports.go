package actors

import (
	"context"
	"log/slog"
	"time"

	"beep/chat"
	"beep/tenant"
	"beep/wire"
)

// Log is the log as actors use it.
type Log interface {
	// Append stores c if the log's last sequence is fence, and calls done once,
	// from another goroutine, with the sequence it got. See ErrFenced.
	Append(c *wire.Commit, fence uint64, done func(seq uint64, err error))
	// Replay hands out the commits after a sequence up to the end, as the
	// leader of the log has it.
	Replay(ctx context.Context, key chat.Key, afterSeq uint64, fn func(seq uint64, c wire.Commit) error) error
	LoadSnapshot(ctx context.Context, key chat.Key) (wire.Snapshot, bool, error)
	SaveSnapshot(ctx context.Context, key chat.Key, s wire.Snapshot) error
	// Tip tells listeners the number of the last record; it may get lost.
	Tip(key chat.Key, number uint64) error
	// Fenced reports whether an error of Append says for certain that another
	// writer was there first and nothing was stored.
	Fenced(err error) bool
	// CreateKey makes the key under which all records of a direct conversation
	// are stored, before the first of them; one that is there stays. chat.Gone:
	// it was erased.
	CreateKey(ctx context.Context, tenant uint64) error
	// EraseKey makes all records and snapshots of a conversation unreadable for
	// ever, if it has a key. It may be called as often as one likes, and must be
	// called again after any error.
	EraseKey(ctx context.Context, tenant uint64) error
}

// Archive is the read model as channels use it: for messages that have left
// their memory. applied is how far it has come in the channel's log.
type Archive interface {
	Message(ctx context.Context, ch chat.ChannelID, id chat.MessageID) (m chat.Message, applied uint64, err error)
}

// Placement brings commands to other actors.
type Placement interface {
	Tell(key chat.Key, cmd chat.Command, reply func(any, error))
}

// Config is what actors need to live.
type Config struct {
	Log     Log
	Place   Placement
	Tenants *tenant.Book
	Archive Archive
	Logger  *slog.Logger
	Now     func() time.Time
	// NewID makes identifiers, for the messages that the system sends.
	NewID func() uint64
	// RetryAfter is how long an actor waits before it asks another again that
	// could not answer; 0 is a second.
	RetryAfter time.Duration
	// RecentSends are the times (Unix milliseconds) at which messages of a user
	// were accepted in the last ten seconds before this node took over; see
	// chat.SendWindow.
	RecentSends func(chat.UserID) []int64
	// WindowExempt names the users to whom MSG-7 does not apply: the load
	// generators of benchmarks, by the server's configuration. Nil: nobody.
	WindowExempt func(username string) bool
}
