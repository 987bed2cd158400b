package jetstream

import (
	"context"
	"encoding/binary"

	"beep/chat"
	"beep/wire"
)

// hideLetter makes of a dead letter of a sealed tenant what may be stored. keep
// is false where nothing may be: the tenant is erased.
func (l *Log) hideLetter(ctx context.Context, d *DeadLetter) (hidden, keep bool, err error) {
	if !d.Key.Valid() || d.Key.Kind == chat.KindUser || d.Number == 0 && wire.IsSealed(d.Data) {
		return false, true, nil
	}
	k, err := l.keyOf(ctx, d.Key.Tenant)
	if err != nil {
		return false, false, err
	}
	switch k.state {
	case keySealed:
		inside := binary.AppendUvarint(nil, uint64(len(d.Reason)))
		inside = append(append(inside, d.Reason...), d.Data...)
		d.Data, d.Reason = k.cipher.SealParcel(nil, newNonce(), inside), hiddenReason
		return true, true, nil
	case keyErased, keyMissing:
		return false, false, nil
	}
	return false, true, nil
}

// hiddenReason stands in the header of a hidden dead letter: a decoder's own
// words may quote what it could not read.
const hiddenReason = "sealed"

// showLetter is the inverse of hideLetter; without the key the letter stays as
// it is, and its reason says why.
func (l *Log) showLetter(ctx context.Context, d *DeadLetter) error {
	k, err := l.keyOf(ctx, d.Key.Tenant)
	if err != nil {
		return err
	}
	if k.state != keySealed {
		d.Reason = wire.ErrErased.Error()
		if k.state != keyErased {
			d.Reason = wire.ErrNoKey.Error()
		}
		return nil
	}
	reason, inside, bad := unwrapLetter(k.cipher, d.Data)
	if bad != nil {
		d.Reason = bad.Error()
	} else {
		d.Reason, d.Data = reason, inside
	}
	return nil
}

func unwrapLetter(c *wire.Cipher, parcel []byte) (reason string, data []byte, err error) {
	inside, err := c.OpenParcel(nil, parcel)
	if err != nil {
		return "", nil, err
	}
	n, size := binary.Uvarint(inside)
	if size <= 0 || n > uint64(len(inside)-size) {
		return "", nil, wire.ErrCorrupt
	}
	end := size + int(n)
	return string(inside[size:end]), inside[end:], nil
}
