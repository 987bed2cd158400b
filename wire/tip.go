package wire

import (
	"encoding/binary"
	"fmt"
)

// A tip tells listeners how far an entity's log has come, so that they see a
// lost tail. It is published on the entity's live subject and never stored.
//
//	tip = "T" version(1) uvarint(number)
const (
	tipMagic   = 'T'
	TipVersion = 1
)

// EncodeTip encodes the number of an entity's last record.
func EncodeTip(number uint64) []byte {
	return binary.AppendUvarint([]byte{tipMagic, TipVersion}, number)
}

// IsTip reports whether a live message is a tip rather than a commit.
func IsTip(b []byte) bool { return len(b) > 0 && b[0] == tipMagic }

// DecodeTip is the inverse of EncodeTip.
func DecodeTip(b []byte) (uint64, error) {
	if !IsTip(b) || len(b) < 3 || b[1] != TipVersion {
		return 0, fmt.Errorf("decode tip: %w", ErrCorrupt)
	}
	n, size := binary.Uvarint(b[2:])
	if size != len(b)-2 {
		return 0, fmt.Errorf("decode tip: %w", ErrCorrupt)
	}
	return n, nil
}
