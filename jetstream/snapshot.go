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
// caller replays from the beginning. One that was erased counts as none too.
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
	var k tenantKey
	if wire.IsParcel(data) {
		if k, err = l.keyOf(ctx, key.Tenant); err != nil {
			return wire.Snapshot{}, false, fmt.Errorf("load snapshot of %s: %w", key, err)
		}
		if k.state == keyErased {
			return wire.Snapshot{}, false, nil
		}
	}
	s, err := readSnapshot(k, data)
	if err != nil {
		l.logger.Warn("snapshot unusable", "key", key.String(), "error", err)
		return wire.Snapshot{}, false, nil
	}
	if k.state == keyUnknown && key.Kind != chat.KindUser {
		l.keys.learnPlain(key.Tenant)
	}
	return s, true, nil
}

// readSnapshot reads a stored snapshot, under key k where it is in a parcel.
func readSnapshot(k tenantKey, data []byte) (wire.Snapshot, error) {
	if wire.IsParcel(data) {
		if k.state != keySealed {
			return wire.Snapshot{}, wire.ErrNoKey
		}
		var err error
		if data, err = k.cipher.OpenParcel(nil, data); err != nil {
			return wire.Snapshot{}, err
		}
	}
	return wire.DecodeSnapshot(data)
}

// SaveSnapshot replaces the snapshot of key, under the tenant's key if there is
// one. It is tried once: a snapshot that is not saved costs a longer replay and
// nothing else. Of an erased tenant none is saved: chat.Gone.
func (l *Log) SaveSnapshot(ctx context.Context, key chat.Key, s wire.Snapshot) error {
	if !key.Valid() {
		return invalidKey(key)
	}
	ctx, cancel := context.WithTimeout(ctx, getTimeout)
	defer cancel()
	data := wire.EncodeSnapshot(s)
	if key.Kind != chat.KindUser {
		k, err := l.keyOf(ctx, key.Tenant)
		switch {
		case err != nil:
			return fmt.Errorf("save snapshot of %s: %w", key, err)
		case k.state == keySealed:
			data = k.cipher.SealParcel(nil, newNonce(), data)
		case k.state == keyMissing:
			return fmt.Errorf("save snapshot of %s: %w", key, wire.ErrNoKey)
		case k.state == keyErased:
			return chat.Errorf(chat.Gone, "save snapshot", "the conversation was erased")
		}
	}
	if _, err := l.kv.Put(ctx, subjects.SnapshotKey(key), data); err != nil {
		return fmt.Errorf("save snapshot of %s: %w", key, err)
	}
	return nil
}
