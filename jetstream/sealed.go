package jetstream

import (
	"context"
	"crypto/rand"
	"fmt"

	"beep/chat"
	"beep/wire"
)

// opened is a stored message as everybody above this package is to see it.
type opened struct {
	commit wire.Commit
	// data is the plain encoding; the sealed one where it cannot be opened.
	data []byte
	// bad says why there is no commit: the message is damaged.
	bad error
}

// open reads a stored message of key's log. An error says that its key could not
// be asked for just now, never anything about the message.
func (l *Log) open(ctx context.Context, key chat.Key, data []byte) (opened, error) {
	o := opened{data: data}
	if !wire.IsSealed(data) {
		o.commit, o.bad = wire.DecodeCommit(key, data)
		return o, nil
	}
	k, err := l.keyOf(ctx, key.Tenant)
	if err != nil {
		return opened{}, err
	}
	switch k.state {
	case keySealed:
		var plain []byte
		if plain, o.bad = k.cipher.Open(make([]byte, 0, len(data)), data); o.bad == nil {
			o.data = plain
			o.commit, o.bad = wire.DecodeCommit(key, plain)
		}
	case keyErased:
		o.commit, o.bad = wire.Closed(key, data, wire.ErrErased)
	default:
		l.keyLost(key.Tenant)
		o.commit, o.bad = wire.Closed(key, data, wire.ErrNoKey)
	}
	return o, nil
}

// keyLost notes that sealed records were met whose key is not there. That is a
// loss, of the stream KEYS or of a part of it, and no erasure.
func (l *Log) keyLost(tenant uint64) {
	if l.keys.learn(tenant, tenantKey{state: keyMissing}).state == keyMissing && l.said.first(place{0, tenant, saidKeyLost}) {
		l.logger.Error("key of a sealed conversation is missing", "tenant", tenant)
	}
}

// seal puts a commit that was prepared under its tenant's key. It happens once:
// every attempt sends the same bytes.
func (p *pending) seal(c *wire.Cipher) error {
	sealed, err := c.Seal(make([]byte, 0, wire.SealedSize(len(p.msg.Data))), newNonce(), p.msg.Data)
	if err != nil {
		return fmt.Errorf("append commit: %w", err)
	}
	p.msg.Data = sealed
	return nil
}

func newNonce() (n [wire.NonceBytes]byte) {
	_, _ = rand.Read(n[:]) // never fails
	return n
}

// appendKnown appends where it is known what the tenant's key is.
func (l *Log) appendKnown(p *pending, k tenantKey) {
	var err error
	switch k.state {
	case keySealed:
		err = p.seal(k.cipher)
	case keyErased:
		err = chat.Errorf(chat.Gone, "append commit", "the conversation was erased")
	case keyMissing:
		err = fmt.Errorf("append commit: %w: %w", ErrUnavailable, wire.ErrNoKey)
	}
	if err != nil {
		l.app.reject(p.done, err)
		return
	}
	l.app.launch(p)
}

// appendLater looks the key up first, in a goroutine of its own.
func (l *Log) appendLater(p *pending, key chat.Key) {
	started := l.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, l.cfg.AppendTimeout)
		defer cancel()
		k, err := l.keyFor(ctx, key, p.fence)
		if err != nil {
			l.app.reject(p.done, fmt.Errorf("append commit: %w: %w", ErrUnavailable, err))
			return
		}
		if k.state == keyNone {
			done := p.done
			p.done = func(seq uint64, err error) {
				if err == nil {
					l.keys.learnPlain(key.Tenant)
				}
				done(seq, err)
			}
		}
		l.appendKnown(p, k)
	})
	if !started {
		l.app.reject(p.done, fmt.Errorf("append commit: too many keys are looked up: %w", ErrUnavailable))
	}
}

// keyFor is the key for a commit that follows the one at fence. Where there is
// none and the log is sealed so far, the key is lost: nothing plain may follow.
func (l *Log) keyFor(ctx context.Context, key chat.Key, fence uint64) (tenantKey, error) {
	k, err := l.keyOf(ctx, key.Tenant)
	if err != nil || k.state != keyNone || fence == 0 {
		return k, err
	}
	sealed, err := l.sealedAt(ctx, key, fence)
	if sealed {
		l.keyLost(key.Tenant)
		k.state = keyMissing
	}
	return k, err
}

// spawn runs act in a goroutine that Close waits for, with a context that it
// ends; false: maxLookups run already, or the log is closed.
func (l *Log) spawn(act func(ctx context.Context)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.lookups >= maxLookups {
		return false
	}
	l.lookups++
	l.running.Go(func() {
		act(l.life)
		l.mu.Lock()
		l.lookups--
		l.mu.Unlock()
	})
	return true
}

// openLive gives a live commit as readers of a feed are to see it; false: it
// cannot be opened just now, and the feed loses it, as it may lose any.
func (l *Log) openLive(key chat.Key, data []byte) ([]byte, bool) {
	k := l.keys.get(key.Tenant)
	switch k.state {
	case keySealed:
		plain, err := k.cipher.Open(make([]byte, 0, len(data)), data)
		return plain, err == nil
	case keyErased:
		return data, true
	case keyUnknown:
		l.fetchKey(key.Tenant)
	}
	return nil, false
}

// fetchKey looks a key up for those who cannot wait. What fails is asked again
// with the next commit.
func (l *Log) fetchKey(tenant uint64) {
	if !l.keys.ask(tenant) {
		return
	}
	started := l.spawn(func(ctx context.Context) {
		defer l.keys.answered(tenant)
		ctx, cancel := context.WithTimeout(ctx, getTimeout)
		defer cancel()
		if _, err := l.keyOf(ctx, tenant); err != nil && ctx.Err() == nil {
			l.logger.Warn("key not found out for the live feed", "tenant", tenant, "error", err)
		}
	})
	if !started {
		l.keys.answered(tenant)
	}
}
