package jetstream

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// DropAcks loses the next n answers to appends.
func (l *Log) DropAcks(n int) {
	var left atomic.Int64
	left.Store(int64(n))
	drop := func() bool { return left.Add(-1) >= 0 }
	l.app.drop.Store(&drop)
}

// Inject publishes raw bytes into the log of key, without fence or id.
func (l *Log) Inject(key chat.Key, data []byte) (seq uint64, err error) {
	return l.inject(&nats.Msg{Subject: subjects.Log(key), Data: data})
}

// InjectDamaged is Inject with the message id of a commit.
func (l *Log) InjectDamaged(key chat.Key, epoch, first uint64, data []byte) (seq uint64, err error) {
	id := commitID(&wire.Commit{Key: key, Epoch: epoch, First: first})
	return l.inject(&nats.Msg{Subject: subjects.Log(key), Data: data, Header: nats.Header{hdrMsgID: {id}}})
}

func (l *Log) inject(m *nats.Msg) (seq uint64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err = retry(ctx, func() error {
		attempt, cancel := context.WithTimeout(ctx, getTimeout)
		defer cancel()
		answer, err := l.nc.RequestMsgWithContext(attempt, m)
		if err != nil {
			return errors.Join(errAgain, err)
		}
		v, n, _ := readAck(answer)
		if v != accepted {
			return errAgain
		}
		seq = n
		return nil
	})
	return seq, err
}

// SetSnapshot stores raw bytes as key's snapshot.
func (l *Log) SetSnapshot(key chat.Key, data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err := l.kv.Put(ctx, subjects.SnapshotKey(key), data)
	return err
}

// SetSnapshotPart stores raw bytes as a part of key's snapshot.
func (l *Log) SetSnapshotPart(key chat.Key, set, i int, data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err := l.kv.Put(ctx, subjects.SnapshotPart(key, set, i), data)
	return err
}

// SnapshotBytes is what lies where the snapshot of key does: itself or a head.
func (l *Log) SnapshotBytes(key chat.Key) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return l.getValue(ctx, subjects.SnapshotKey(key))
}

// SnapshotPartBytes is a part of key's snapshot.
func (l *Log) SnapshotPartBytes(key chat.Key, set, i int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return l.getValue(ctx, subjects.SnapshotPart(key, set, i))
}

// KeyBytes are the bytes of a tenant's key.
func (l *Log) KeyBytes(tenant uint64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	m, err := l.leaderGet(ctx, subjects.KeyStream, getRequest{LastFor: subjects.TenantKey(tenant)})
	if err != nil {
		return nil, err
	}
	key, ok := readKey(m.data)
	if !ok {
		return nil, errNotThere
	}
	return key[:], nil
}

// HasCipher reports whether this process holds the tenant's key.
func (l *Log) HasCipher(tenant uint64) bool { return l.keys.get(tenant).cipher != nil }

// LoseKey deletes a tenant's key without a tombstone, as no code of ours does,
// and forgets it.
func (l *Log) LoseKey(tenant uint64) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	m, err := l.leaderGet(ctx, subjects.KeyStream, getRequest{LastFor: subjects.TenantKey(tenant)})
	if err != nil {
		return err
	}
	s, err := l.js.Stream(ctx, subjects.KeyStream)
	if err != nil {
		return err
	}
	if err := s.DeleteMsg(ctx, m.seq); err != nil {
		return err
	}
	l.ForgetKeys()
	return nil
}

// ForgetKeys empties the cache of keys, as a restart does.
func (l *Log) ForgetKeys() {
	l.keys.mu.Lock()
	defer l.keys.mu.Unlock()
	fresh := newKeyCache()
	l.keys.plain, l.keys.known, l.keys.recent = fresh.plain, fresh.known, fresh.recent
}

// Pending is how many appends have no answer yet.
func (l *Log) Pending() int {
	l.app.mu.Lock()
	defer l.app.mu.Unlock()
	return len(l.app.pend)
}
