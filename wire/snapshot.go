package wire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/s2"
)

// Snapshot is an actor's state at one point of its log. It only saves time: a
// snapshot that is missing, damaged or of another version is replaced by a
// replay from the beginning.
//
//	snapshot = "S" version(1) uvarint(number) uvarint(seq) s2(state) crc(4)
type Snapshot struct {
	Number uint64 // of the last record in State
	Seq    uint64 // stream sequence of the commit that holds it
	State  []byte // JSON
}

const (
	snapshotMagic = 'S'
	// SnapshotVersion changes when the meaning of a state changes: older
	// snapshots are then ignored, and the log is replayed.
	SnapshotVersion = 2
	// maxSnapshotState bounds what a damaged length can make us allocate.
	maxSnapshotState = 256 << 20
)

// EncodeSnapshot encodes s.
func EncodeSnapshot(s Snapshot) []byte {
	b := []byte{snapshotMagic, SnapshotVersion}
	b = binary.AppendUvarint(b, s.Number)
	b = binary.AppendUvarint(b, s.Seq)
	b = append(b, s2.Encode(nil, s.State)...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// DecodeSnapshot is the inverse of EncodeSnapshot; ErrCorrupt or ErrUnknownVersion
// say why a snapshot is of no use.
func DecodeSnapshot(b []byte) (Snapshot, error) {
	if len(b) < 8 || b[0] != snapshotMagic {
		return Snapshot{}, fmt.Errorf("decode snapshot: %w", ErrCorrupt)
	}
	if b[1] != SnapshotVersion {
		return Snapshot{}, fmt.Errorf("decode snapshot: %w", ErrUnknownVersion)
	}
	body, sum := b[:len(b)-4], b[len(b)-4:]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(sum) {
		return Snapshot{}, fmt.Errorf("decode snapshot: %w", ErrCorrupt)
	}
	var s Snapshot
	var n, m int
	s.Number, n = binary.Uvarint(body[2:])
	if n > 0 {
		s.Seq, m = binary.Uvarint(body[2+n:])
	}
	if n <= 0 || m <= 0 {
		return Snapshot{}, fmt.Errorf("decode snapshot: %w", ErrCorrupt)
	}
	packed := body[2+n+m:]
	if size, err := s2.DecodedLen(packed); err != nil || size > maxSnapshotState {
		return Snapshot{}, fmt.Errorf("decode snapshot: %w", ErrCorrupt)
	}
	var err error
	if s.State, err = s2.Decode(nil, packed); err != nil {
		return Snapshot{}, fmt.Errorf("decode snapshot: %w: %w", ErrCorrupt, err)
	}
	return s, nil
}
