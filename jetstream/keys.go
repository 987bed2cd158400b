package jetstream

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// The key of a tenant is one message of the stream KEYS, on a subject of the
// tenant; the tombstone of an erased key is a second one behind it, which stays.
//
//	key       = "K" version(1) key(32) crc(4)
//	tombstone = "E" version(1)
const (
	keyMagic   = 'K'
	tombMagic  = 'E'
	keyVersion = 1
	keyPrefix  = 2

	// hdrErased marks a tombstone for those who get headers alone.
	hdrErased = "Beep-Erased"

	apiDelete = "$JS.API.STREAM.MSG.DELETE."
)

// errMismatch: the fence of a message for KEYS does not hold.
var errMismatch = errors.New("another message is there")

// CreateKey makes the key under which all records of the tenant's server and
// channels will be stored. It must be called before the first of them is written.
// A key that is there stays; of several callers at once all get the same one.
// Errors: chat.Gone where the key was erased, chat.Conflict where the tenant has
// records without a key, wire.ErrNoKey where the key is damaged, else the log's
// own; then call again.
func (l *Log) CreateKey(ctx context.Context, tenant uint64) error {
	const op = "create key of a conversation"
	if !chat.ServerKey(chat.ServerID(tenant)).Valid() {
		return fmt.Errorf("%s: %w", op, invalidKey(chat.Key{}))
	}
	for {
		k, err := l.lookUp(ctx, tenant)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", op, err)
		case k.state == keySealed:
			return nil
		case k.state == keyErased:
			return chat.Errorf(chat.Gone, op, "the conversation was erased")
		case k.state == keyMissing:
			return fmt.Errorf("%s: %w", op, wire.ErrNoKey)
		}
		head, err := l.Head(ctx, chat.ServerKey(chat.ServerID(tenant)))
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		if head.Seq != 0 {
			return chat.Errorf(chat.Conflict, op, "there are records already")
		}
		err = l.putKey(ctx, tenant, newKey(), 0)
		// Stored or not, by us or by somebody else: what is there now counts.
		if err != nil && !errors.Is(err, errMismatch) {
			return fmt.Errorf("%s: %w", op, err)
		}
	}
}

// EraseKey makes everything of a tenant unreadable for ever, if it has a key:
// commits, snapshots and dead letters, wherever copies of their bytes lie. Their
// numbers stay, with wire.ErrErased.
//
//  1. nil: the key's bytes were overwritten on every replica, this process has
//     dropped it, others drop it within a second; or the tenant never had one.
//  2. ErrUnavailable: perhaps nobody can read it any more, but its bytes wait for
//     a replica that is away: call again. Any other error: call again too.
//
// In a cluster the raft logs of KEYS keep a proposal until the server compacts
// them, measured at two to three minutes: a key that was made shortly before its
// erasure lies there that long (docs/adr/011-a-key-per-conversation.md).
//
// It may be called as often as one likes.
func (l *Log) EraseKey(ctx context.Context, tenant uint64) error {
	there, err := l.bury(ctx, tenant)
	if err == nil && there {
		l.keys.learn(tenant, tenantKey{state: keyErased})
		err = l.overwriteEverywhere(ctx, tenant)
	}
	if err != nil {
		return fmt.Errorf("erase key of tenant %d: %w", tenant, err)
	}
	return nil
}

// bury stores the tombstone; there says whether there was anything to bury.
func (l *Log) bury(ctx context.Context, tenant uint64) (there bool, err error) {
	for {
		m, err := l.leaderGet(ctx, subjects.KeyStream, getRequest{LastFor: subjects.TenantKey(tenant)})
		switch {
		case errors.Is(err, errNotThere):
			return false, nil
		case err != nil:
			return false, err
		case isTombstone(m.data):
			return true, nil
		}
		err = l.putKey(ctx, tenant, []byte{tombMagic, keyVersion}, m.seq)
		if err != nil && !errors.Is(err, errMismatch) {
			return false, err
		}
	}
}

// overwriteEverywhere waits for all replicas, before and after. One that is away
// for so long that the raft log does not reach back to the deletion would learn of
// it by a summary, and then it deletes without overwriting: therefore nothing is
// deleted before all are there.
func (l *Log) overwriteEverywhere(ctx context.Context, tenant uint64) error {
	if err := l.everyReplica(ctx, subjects.KeyStream); err != nil {
		return err
	}
	if err := l.overwrite(ctx, tenant); err != nil {
		return err
	}
	return l.everyReplica(ctx, subjects.KeyStream)
}

// overwrite deletes what lies before the tombstone so that its bytes are gone:
// the server writes the block's file anew with random bytes in their place.
func (l *Log) overwrite(ctx context.Context, tenant uint64) error {
	for {
		m, err := l.leaderGet(ctx, subjects.KeyStream, getRequest{Seq: 1, NextFor: subjects.TenantKey(tenant)})
		if err != nil || isTombstone(m.data) {
			return err
		}
		body, err := json.Marshal(struct {
			Seq uint64 `json:"seq"`
		}{m.seq})
		if err != nil {
			return err
		}
		err = retry(ctx, func() error {
			attempt, cancel := context.WithTimeout(ctx, getTimeout)
			defer cancel()
			answer, err := l.nc.RequestWithContext(attempt, apiDelete+subjects.KeyStream, body)
			if err != nil {
				return fmt.Errorf("%w: %w", errAgain, err)
			}
			var a struct {
				Error *apiError `json:"error"`
			}
			if err := json.Unmarshal(answer.Data, &a); err != nil || a.Error != nil && a.Error.Code >= 500 {
				return errAgain
			}
			if a.Error != nil && a.Error.ErrCode != errNoSequence {
				return errors.New(a.Error.Description)
			}
			return nil // or somebody was faster; the next look tells
		})
		if err != nil {
			return err
		}
	}
}

// lookUp asks the leader of KEYS what a tenant's key is. keyNone says only that
// there is none now, and is not remembered.
func (l *Log) lookUp(ctx context.Context, tenant uint64) (tenantKey, error) {
	m, err := l.leaderGet(ctx, subjects.KeyStream, getRequest{LastFor: subjects.TenantKey(tenant)})
	if errors.Is(err, errNotThere) {
		return tenantKey{state: keyNone}, nil
	}
	if err != nil {
		return tenantKey{}, err
	}
	if isTombstone(m.data) {
		return l.keys.learn(tenant, tenantKey{state: keyErased}), nil
	}
	key, ok := readKey(m.data)
	if !ok {
		l.logger.Error("key of a tenant is damaged", "tenant", tenant, "seq", m.seq)
		return l.keys.learn(tenant, tenantKey{state: keyMissing}), nil
	}
	return l.keys.learn(tenant, tenantKey{state: keySealed, cipher: wire.NewCipher(key)}), nil
}

// keyOf is what a tenant's key is, remembered or looked up.
func (l *Log) keyOf(ctx context.Context, tenant uint64) (tenantKey, error) {
	if k := l.keys.get(tenant); k.state != keyUnknown {
		return k, nil
	}
	k, err := l.lookUp(ctx, tenant)
	if err != nil {
		return k, fmt.Errorf("look up key of tenant %d: %w", tenant, err)
	}
	return k, nil
}

// putKey stores a message for tenant behind sequence fence of its subject.
func (l *Log) putKey(ctx context.Context, tenant uint64, data []byte, fence uint64) error {
	m := &nats.Msg{Subject: subjects.TenantKey(tenant), Data: data, Header: nats.Header{
		hdrExpectedSeq: {strconv.FormatUint(fence, 10)},
	}}
	if isTombstone(data) {
		m.Header[hdrErased] = []string{"1"}
	}
	return l.put(ctx, m)
}

// put stores a message of no log, and asks again until the answer is clear.
func (l *Log) put(ctx context.Context, m *nats.Msg) error {
	return retry(ctx, func() error {
		attempt, cancel := context.WithTimeout(ctx, getTimeout)
		defer cancel()
		answer, err := l.nc.RequestMsgWithContext(attempt, m)
		if err != nil {
			return fmt.Errorf("%w: %w", errAgain, err)
		}
		switch v, _, why := readAck(answer); v {
		case accepted:
			return nil
		case mismatch:
			return errMismatch
		case full:
			return ErrFull
		case refused:
			return fmt.Errorf("refused with %d: %s", why.ErrCode, why.Description)
		}
		return errAgain
	})
}

func newKey() []byte {
	b := make([]byte, keyPrefix+wire.KeyBytes, keyPrefix+wire.KeyBytes+crc32.Size)
	b[0], b[1] = keyMagic, keyVersion
	_, _ = rand.Read(b[keyPrefix:]) // never fails
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func readKey(b []byte) (key [wire.KeyBytes]byte, ok bool) {
	const end = keyPrefix + wire.KeyBytes
	if len(b) != end+crc32.Size || b[0] != keyMagic || b[1] != keyVersion || crc32.ChecksumIEEE(b[:end]) != binary.LittleEndian.Uint32(b[end:]) {
		return key, false
	}
	return [wire.KeyBytes]byte(b[keyPrefix:end]), true
}

func isTombstone(b []byte) bool { return len(b) > 0 && b[0] == tombMagic }
