package jetstream

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// LoadSnapshot is the newest snapshot of key, if there is a usable one. A
// damaged one or one of another version counts as none (and is logged): the
// caller replays from the beginning.
func (l *Log) LoadSnapshot(ctx context.Context, key chat.Key) (wire.Snapshot, bool, error) {
	var data []byte
	err := retry(ctx, func() error {
		attempt, cancel := context.WithTimeout(ctx, getTimeout)
		defer cancel()
		e, err := l.kv.Get(attempt, subjects.SnapshotKey(key))
		switch {
		case err == nil:
			data = e.Value()
			return nil
		case errors.Is(err, jetstream.ErrKeyNotFound):
			return errNotThere
		}
		return fmt.Errorf("%w: %w", errAgain, err)
	})
	if errors.Is(err, errNotThere) {
		return wire.Snapshot{}, false, nil
	}
	if err != nil {
		return wire.Snapshot{}, false, fmt.Errorf("load snapshot of %s: %w", key, err)
	}
	s, err := wire.DecodeSnapshot(data)
	if err != nil {
		l.logger.Warn("snapshot unusable", "key", key.String(), "error", err)
		return wire.Snapshot{}, false, nil
	}
	return s, true, nil
}

// SaveSnapshot replaces the snapshot of key. It is tried once: a snapshot that
// is not saved costs a longer replay and nothing else.
func (l *Log) SaveSnapshot(ctx context.Context, key chat.Key, s wire.Snapshot) error {
	if !key.Valid() {
		return invalidKey(key)
	}
	ctx, cancel := context.WithTimeout(ctx, getTimeout)
	defer cancel()
	if _, err := l.kv.Put(ctx, subjects.SnapshotKey(key), wire.EncodeSnapshot(s)); err != nil {
		return fmt.Errorf("save snapshot of %s: %w", key, err)
	}
	return nil
}
