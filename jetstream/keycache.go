package jetstream

import (
	"container/list"
	"sync"
	"time"

	"beep/wire"
)

const (
	// maxCiphers bounds the tenants whose key, or its erasure, is remembered: at
	// 1.2 KB each, 20 MB. The one used longest ago is looked up again when needed.
	maxCiphers = 1 << 14
	// maxPlainTenants bounds the tenants known to be without a key, to some 8 MB.
	// When it is reached all are forgotten, and found out again.
	maxPlainTenants = 1 << 18
	// missingFor is how long a key that is not there is not asked for again: a log
	// of many commits must not ask for each of them.
	missingFor = time.Second
)

// keyState is what is known of a tenant's key.
type keyState uint8

const (
	keyUnknown keyState = iota
	keyNone             // its records are plain, for ever
	keySealed
	keyErased
	keyMissing // its records are sealed, and the key is lost: nobody has erased it
)

// tenantKey is a tenant's key; the cipher is there only where it is keySealed.
type tenantKey struct {
	state  keyState
	cipher *wire.Cipher
}

// keyCache remembers the keys of tenants. What it may believe:
//
//   - keyNone only on evidence, a plain record that is stored: for a key is made
//     before the first record. That nobody had made a key when somebody looked
//     is no evidence.
//   - keyErased for ever: no later answer undoes it.
type keyCache struct {
	mu     sync.Mutex
	plain  map[uint64]struct{}
	known  map[uint64]*list.Element
	recent *list.List // of *cachedKey, the one used last first
	asked  map[uint64]struct{}
}

type cachedKey struct {
	tenant uint64
	key    tenantKey
	until  time.Time // of keyMissing
}

func newKeyCache() *keyCache {
	return &keyCache{
		plain: make(map[uint64]struct{}), known: make(map[uint64]*list.Element),
		recent: list.New(), asked: make(map[uint64]struct{}),
	}
}

// get is what is known; the zero tenantKey is keyUnknown.
func (k *keyCache) get(tenant uint64) tenantKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.plain[tenant]; ok {
		return tenantKey{state: keyNone}
	}
	el := k.known[tenant]
	if el == nil {
		return tenantKey{}
	}
	c := el.Value.(*cachedKey)
	if c.key.state == keyMissing && time.Now().After(c.until) {
		return tenantKey{}
	}
	k.recent.MoveToFront(el)
	return c.key
}

// learn remembers key, unless more is known, and returns what holds.
func (k *keyCache) learn(tenant uint64, key tenantKey) tenantKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.plain, tenant)
	el := k.known[tenant]
	if el == nil {
		if k.recent.Len() >= maxCiphers {
			old := k.recent.Back()
			delete(k.known, old.Value.(*cachedKey).tenant)
			k.recent.Remove(old)
		}
		el = k.recent.PushFront(&cachedKey{tenant: tenant})
		k.known[tenant] = el
	}
	c := el.Value.(*cachedKey)
	if c.key.state != keyErased {
		c.key = key
	}
	if key.state == keyMissing {
		c.until = time.Now().Add(missingFor)
	}
	return c.key
}

// learnPlain says that a plain record of the tenant is stored.
func (k *keyCache) learnPlain(tenant uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known[tenant] != nil {
		return
	}
	if len(k.plain) >= maxPlainTenants {
		clear(k.plain)
	}
	k.plain[tenant] = struct{}{}
}

// forgetPlain says that a key was made for the tenant somewhere.
func (k *keyCache) forgetPlain(tenant uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.plain, tenant)
}

// ask reports whether nobody asks for the tenant's key yet; who is told so asks,
// and calls answered.
func (k *keyCache) ask(tenant uint64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.asked[tenant]; ok {
		return false
	}
	k.asked[tenant] = struct{}{}
	return true
}

func (k *keyCache) answered(tenant uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.asked, tenant)
}
