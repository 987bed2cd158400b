package jetstream

import (
	"context"
	"errors"
	"fmt"

	"beep/chat"
	"beep/wire"
)

// LoadSnapshot is the newest snapshot of key, if there is a usable one. A
// damaged one or one of another version counts as none (and is logged): the
// caller replays from the beginning. One that was erased counts as none too.
func (l *Log) LoadSnapshot(ctx context.Context, key chat.Key) (wire.Snapshot, bool, error) {
	data, err := l.getSnapshot(ctx, key)
	switch {
	case errors.Is(err, errNotThere):
		return wire.Snapshot{}, false, nil
	case useless(err):
		return l.noSnapshot(key, err)
	case err != nil:
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
		return l.noSnapshot(key, err)
	}
	if k.state == keyUnknown && key.Kind != chat.KindUser {
		l.keys.learnPlain(key.Tenant)
	}
	return s, true, nil
}

// useless reports whether err says that a snapshot is there but cannot be used.
func useless(err error) bool {
	return errors.Is(err, errParts) || errors.Is(err, wire.ErrCorrupt) || errors.Is(err, wire.ErrUnknownVersion)
}

// noSnapshot notes why the snapshot of key counts as none.
func (l *Log) noSnapshot(key chat.Key, why error) (wire.Snapshot, bool, error) {
	l.logger.Warn("snapshot unusable", "key", key.String(), "error", why)
	return wire.Snapshot{}, false, nil
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
// one. A large one is stored in parts; until all of it is there, the one before
// stays. It is tried once: a snapshot that is not saved costs a longer replay and
// nothing else. Of an erased tenant none is saved: chat.Gone.
func (l *Log) SaveSnapshot(ctx context.Context, key chat.Key, s wire.Snapshot) error {
	if !key.Valid() {
		return invalidKey(key)
	}
	data := wire.EncodeSnapshot(s)
	if key.Kind != chat.KindUser {
		lookup, cancel := context.WithTimeout(ctx, getTimeout)
		k, err := l.keyOf(lookup, key.Tenant)
		cancel()
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
	if err := l.putSnapshot(ctx, key, data); err != nil {
		return fmt.Errorf("save snapshot of %s: %w", key, err)
	}
	return nil
}
