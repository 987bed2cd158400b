package projector

import (
	"context"

	"beep/chat"
	"beep/jetstream"
	"beep/store"
)

// Log is what is folded in.
type Log interface {
	// Follow hands the entries of a stream after afterSeq to fn, in order and
	// without gaps, until ctx ends or fn fails. A slow fn slows this reader only.
	Follow(ctx context.Context, shard int, afterSeq uint64, maxBatch int, fn func([]jetstream.Entry) error) error
	// LastSeq is the sequence of a stream's last entry.
	LastSeq(ctx context.Context, shard int) (uint64, error)
	// Quarantine keeps what could not be read; the same one twice does no harm.
	Quarantine(ctx context.Context, d jetstream.DeadLetter) error
}

// Store is what it is folded into; *store.Store in a server.
type Store interface {
	Cursors(ctx context.Context) ([chat.Shards]uint64, error)
	Project(ctx context.Context, moves []store.CursorMove, fn func(*store.Tx) error) error
	Applied(ctx context.Context, k chat.Key) (uint64, error)
	// Scrub makes deleted rows unfindable; false: not now.
	Scrub(ctx context.Context) (done bool, err error)
}
