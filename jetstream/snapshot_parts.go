package jetstream

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

// A snapshot that is larger than one part lies in several messages, and where
// the snapshot would be lies a head that says where they are:
//
//	head = "H" version(1) set(1) uvarint(size) crc(4, of the whole) crc(4, of the head)
//
// The parts go first and the head last, into the set that the head before does
// not name: until the head is replaced the snapshot before it is whole. Two sets
// are all there ever are, so what is left over takes no more than one snapshot.
const (
	headMagic   = 'H'
	headVersion = 1
	// snapshotPart is below the 1 MiB that NATS allows by default, and small
	// enough to keep nobody else's message waiting for long.
	snapshotPart = 512 << 10
	// maxSnapshot bounds what is saved and what a damaged head can make us read:
	// ten times a server of chat.MaxMembersPerServer.
	maxSnapshot = 256 << 20
	// partsAttempts and partsPause: a snapshot that does not fit together may be
	// in the middle of being replaced, or on a replica that is a little behind.
	partsAttempts = 3
	partsPause    = 100 * time.Millisecond
)

var partsSum = crc32.MakeTable(crc32.Castagnoli)

// errParts: head and parts do not fit together.
var errParts = errors.New("the parts of the snapshot do not fit together")

// snapshotHead is a head.
type snapshotHead struct {
	set  byte // 0 or 1
	size int
	sum  uint32
}

func (h snapshotHead) parts() int { return (h.size + snapshotPart - 1) / snapshotPart }

func (h snapshotHead) encode() []byte {
	b := []byte{headMagic, headVersion, h.set}
	b = binary.AppendUvarint(b, uint64(h.size))
	b = binary.LittleEndian.AppendUint32(b, h.sum)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, partsSum))
}

// readSnapshotHead reads a head; is says that data claims to be one.
func readSnapshotHead(data []byte) (h snapshotHead, is bool, err error) {
	if len(data) == 0 || data[0] != headMagic {
		return h, false, nil
	}
	const least, sums = 3 + 1 + 2*crc32.Size, 2 * crc32.Size
	if len(data) < least {
		return h, true, wire.ErrCorrupt
	}
	body := data[:len(data)-crc32.Size]
	if crc32.Checksum(body, partsSum) != binary.LittleEndian.Uint32(data[len(body):]) {
		return h, true, wire.ErrCorrupt
	}
	if data[1] != headVersion {
		return h, true, wire.ErrUnknownVersion
	}
	size, n := binary.Uvarint(data[3:])
	if n <= 0 || 3+n+sums != len(data) || size > maxSnapshot || data[2] > 1 {
		return h, true, wire.ErrCorrupt
	}
	return snapshotHead{set: data[2], size: int(size), sum: binary.LittleEndian.Uint32(data[3+n:])}, true, nil
}

// getSnapshot is what is stored as the snapshot of key, put together. errNotThere:
// there is none; wire's errors and errParts: it is of no use.
func (l *Log) getSnapshot(ctx context.Context, key chat.Key) (data []byte, err error) {
	for attempt := 1; ; attempt++ {
		if data, err = l.getValue(ctx, subjects.SnapshotKey(key)); err != nil {
			return nil, err
		}
		h, is, err := readSnapshotHead(data)
		if !is || err != nil {
			return data, err
		}
		data, err = l.getParts(ctx, key, h)
		if !errors.Is(err, errParts) || attempt == partsAttempts {
			return data, err
		}
		if err := pause(ctx, partsPause); err != nil {
			return nil, err
		}
	}
}

func (l *Log) getParts(ctx context.Context, key chat.Key, h snapshotHead) ([]byte, error) {
	data := make([]byte, 0, h.size)
	for i := range h.parts() {
		part, err := l.getValue(ctx, subjects.SnapshotPart(key, int(h.set), i))
		if errors.Is(err, errNotThere) {
			return nil, errParts
		}
		if err != nil {
			return nil, err
		}
		if len(data)+len(part) > h.size {
			return nil, errParts
		}
		data = append(data, part...)
	}
	if len(data) != h.size || crc32.Checksum(data, partsSum) != h.sum {
		return nil, errParts
	}
	return data, nil
}

// getValue reads one value of the bucket.
func (l *Log) getValue(ctx context.Context, name string) (data []byte, err error) {
	err = retry(ctx, func() error {
		attempt, cancel := context.WithTimeout(ctx, getTimeout)
		defer cancel()
		e, err := l.kv.Get(attempt, name)
		switch {
		case err == nil:
			data = e.Value()
			return nil
		case errors.Is(err, jetstream.ErrKeyNotFound):
			return errNotThere
		}
		return fmt.Errorf("%w: %w", errAgain, err)
	})
	return data, err
}

// putSnapshot stores data as the snapshot of key, in parts if it is large.
func (l *Log) putSnapshot(ctx context.Context, key chat.Key, data []byte) error {
	switch {
	case len(data) > maxSnapshot:
		return fmt.Errorf("%d bytes: %w", len(data), ErrTooLarge)
	case len(data) <= snapshotPart:
		return l.putValue(ctx, subjects.SnapshotKey(key), data)
	}
	h := snapshotHead{size: len(data), sum: crc32.Checksum(data, partsSum)}
	before, err := l.getValue(ctx, subjects.SnapshotKey(key))
	if err != nil && !errors.Is(err, errNotThere) {
		return err
	}
	if old, is, err := readSnapshotHead(before); is && err == nil {
		h.set = 1 - old.set
	}
	for i := range h.parts() {
		part := data[i*snapshotPart : min((i+1)*snapshotPart, len(data))]
		if err := l.putValue(ctx, subjects.SnapshotPart(key, int(h.set), i), part); err != nil {
			return err
		}
	}
	return l.putValue(ctx, subjects.SnapshotKey(key), h.encode())
}

// putValue writes one value of the bucket, once.
func (l *Log) putValue(ctx context.Context, name string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, getTimeout)
	defer cancel()
	_, err := l.kv.Put(ctx, name, data)
	return err
}
