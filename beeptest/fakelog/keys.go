package fakelog

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// tenantKey is a tenant's key; without a cipher it was erased.
type tenantKey struct{ cipher *wire.Cipher }

// CreateKey is jetstream.Log's CreateKey.
func (l *Log) CreateKey(_ context.Context, tenant uint64) error {
	const op = "create key of a conversation"
	if !chat.ServerKey(chat.ServerID(tenant)).Valid() {
		return fmt.Errorf("%s: there is no such tenant", op)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	k, there := l.keys[tenant]
	switch {
	case there && k.cipher == nil:
		return chat.Errorf(chat.Gone, op, "the conversation was erased")
	case there:
		return nil
	case l.heads[chat.ServerKey(chat.ServerID(tenant))] != 0:
		return chat.Errorf(chat.Conflict, op, "there are records already")
	}
	var key [wire.KeyBytes]byte
	_, _ = rand.Read(key[:]) // never fails
	l.keys[tenant] = tenantKey{wire.NewCipher(key)}
	return nil
}

// EraseKey is jetstream.Log's EraseKey.
func (l *Log) EraseKey(_ context.Context, tenant uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, there := l.keys[tenant]; there {
		l.keys[tenant] = tenantKey{}
	}
	return nil
}

// keyOf is the key of key's tenant; none for users and where none was made.
func (l *Log) keyOf(key chat.Key) (k tenantKey, sealed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.keyOfLocked(key)
}

func (l *Log) keyOfLocked(key chat.Key) (k tenantKey, sealed bool) {
	if key.Kind == chat.KindUser {
		return tenantKey{}, false
	}
	k, sealed = l.keys[key.Tenant]
	return k, sealed
}

func newNonce() (n [wire.NonceBytes]byte) {
	_, _ = rand.Read(n[:]) // never fails
	return n
}

// open reads a stored message, and gives its plain encoding where there is one.
func (l *Log) open(key chat.Key, data []byte) (c wire.Commit, plain []byte, err error) {
	if !wire.IsSealed(data) {
		c, err = wire.DecodeCommit(key, data)
		return c, data, err
	}
	k, sealed := l.keyOf(key)
	switch {
	case !sealed:
		c, err = wire.Closed(key, data, wire.ErrNoKey)
		return c, data, err
	case k.cipher == nil:
		c, err = wire.Closed(key, data, wire.ErrErased)
		return c, data, err
	}
	plain, err = k.cipher.Open(nil, data)
	if err != nil {
		return wire.Commit{}, data, err
	}
	c, err = wire.DecodeCommit(key, plain)
	return c, plain, err
}

// OpenLive opens a sealed commit for a feed.
func (s source) OpenLive(key chat.Key, data []byte) ([]byte, bool) {
	k, sealed := s.l.keyOf(key)
	switch {
	case !sealed:
		return nil, false
	case k.cipher == nil:
		return data, true
	}
	plain, err := k.cipher.Open(nil, data)
	return plain, err == nil
}

// letter is a dead letter as it is stored: hidden if its tenant has a key.
type letter struct {
	jetstream.DeadLetter
	hidden bool
}

// hide is jetstream's hideLetter.
func (l *Log) hide(d jetstream.DeadLetter) (kept letter, keep bool) {
	k, sealed := l.keyOf(d.Key)
	switch {
	case !d.Key.Valid(), !sealed, d.Number == 0 && wire.IsSealed(d.Data):
		return letter{d, false}, true
	case k.cipher == nil:
		return letter{}, false
	}
	inside := binary.AppendUvarint(nil, uint64(len(d.Reason)))
	inside = append(append(inside, d.Reason...), d.Data...)
	d.Reason, d.Data = "sealed", k.cipher.SealParcel(nil, newNonce(), inside)
	return letter{d, true}, true
}

// show is the inverse of hide.
func (l *Log) show(d letter) jetstream.DeadLetter {
	if !d.hidden {
		return d.DeadLetter
	}
	k, _ := l.keyOf(d.Key)
	if k.cipher == nil {
		d.Reason = wire.ErrErased.Error()
		return d.DeadLetter
	}
	inside, err := k.cipher.OpenParcel(nil, d.Data)
	if err != nil {
		d.Reason = err.Error()
		return d.DeadLetter
	}
	n, size := binary.Uvarint(inside)
	d.Reason, d.Data = string(inside[size:size+int(n)]), inside[size+int(n):]
	return d.DeadLetter
}
