package auth

import (
	"sync"
	"time"

	"beep/chat"
)

const (
	// freshFor spares the database when a herd of sockets comes back.
	freshFor = time.Minute
	// staleFor is how long a token is honoured that the database, which is
	// away, cannot confirm: a night's outage. Nothing can be revoked meanwhile
	// either, except on this node.
	staleFor = 24 * time.Hour
	// lookupWait is how long a caller waits for a database that hangs.
	lookupWait = 3 * time.Second
	// maxCachedTokens bounds the memory to some 8 MiB. When it is full, any one
	// entry makes room: its token is looked up again.
	maxCachedTokens = 1 << 16
)

type cachedToken struct {
	user    chat.UserID
	expires int64 // Unix milliseconds, 0 for never
	checked int64 // Unix milliseconds, when the database confirmed it
}

func (c cachedToken) ended(now int64) bool { return c.expires != 0 && now >= c.expires }

// within reports whether the database confirmed c less than d ago. A clock that
// was set back counts as too long ago.
func (c cachedToken) within(d time.Duration, now int64) bool {
	return now >= c.checked && now-c.checked < d.Milliseconds()
}

// tokenCache remembers tokens by their hash.
type tokenCache struct {
	mu     sync.Mutex
	tokens map[[32]byte]cachedToken
	// epoch counts what was forgotten: what was looked up before a revocation
	// must not be put after it.
	epoch uint64
}

func newTokenCache() *tokenCache {
	return &tokenCache{tokens: make(map[[32]byte]cachedToken)}
}

// get finds a token. The epoch goes back to put.
func (c *tokenCache) get(hash [32]byte) (t cachedToken, found bool, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, found = c.tokens[hash]
	return t, found, c.epoch
}

// put remembers a token, unless anything was forgotten since get told epoch.
func (c *tokenCache) put(hash [32]byte, t cachedToken, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch != epoch {
		return
	}
	if _, there := c.tokens[hash]; !there && len(c.tokens) >= maxCachedTokens {
		for other := range c.tokens {
			delete(c.tokens, other)
			break
		}
	}
	c.tokens[hash] = t
}

// drop removes what the database no longer has. It is no revocation: counting
// it would let strangers with made-up tokens keep the cache empty.
func (c *tokenCache) drop(hash [32]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.tokens, hash)
}

func (c *tokenCache) forget(hash [32]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	delete(c.tokens, hash)
}

func (c *tokenCache) forgetUser(user chat.UserID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for hash, t := range c.tokens {
		if t.user == user {
			delete(c.tokens, hash)
		}
	}
}
