package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"time"

	"golang.org/x/crypto/argon2"

	"beep/chat"
)

const (
	saltBytes = 16 // RFC 9106, 3.1
	keyBytes  = 32

	// maxHashQueue bounds who waits for a place to hash: at 25 ms a hash and
	// two at a time the last of them waits for less than a second. Beyond,
	// the caller is told to come back.
	maxHashQueue = 64
	// hashWait bounds the waiting itself, should hashing be slower than that.
	hashWait = 5 * time.Second
	// hashRetry is what those who found no place are told to wait.
	hashRetry = 2 * time.Second
)

// kdf derives a key of keyLen bytes.
type kdf func(password, salt []byte, p params, keyLen uint32) []byte

func argon2id(password, salt []byte, p params, keyLen uint32) []byte {
	return argon2.IDKey(password, salt, p.time, p.memory, uint8(p.threads), keyLen)
}

// hasher hashes and checks passwords, a bounded number at a time.
type hasher struct {
	params params
	derive kdf
	places chan struct{} // holds one per hash under way
	queue  chan struct{} // holds one per hash under way or waiting
	dummy  phcHash       // of no password: the work for logins that do not exist
}

func newHasher(concurrency int, p params, derive kdf) *hasher {
	h := &hasher{
		params: p, derive: derive,
		places: make(chan struct{}, concurrency),
		queue:  make(chan struct{}, concurrency+maxHashQueue),
		dummy:  phcHash{params: p, salt: randomBytes(saltBytes), key: randomBytes(keyBytes)},
	}
	return h
}

// hash makes the string to store. It is Unavailable when too many wait already.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	out := phcHash{params: h.params, salt: randomBytes(saltBytes)}
	out.key = h.derive([]byte(password), out.salt, out.params, keyBytes)
	return out.String(), nil
}

// check reports whether password has the stored hash. A hash that cannot be
// read, such as the empty one of an account without a password, is checked
// against the dummy: the same work, and never right.
func (h *hasher) check(ctx context.Context, stored, password string) (ok bool, err error) {
	want, perr := parsePHC(stored)
	if perr != nil {
		want = h.dummy
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	got := h.derive([]byte(password), want.salt, want.params, uint32(len(want.key)))
	same := subtle.ConstantTimeCompare(got, want.key) == 1
	return same && perr == nil, nil
}

// outdated reports whether stored was made with other parameters than today's.
func (h *hasher) outdated(stored string) bool {
	p, err := parsePHC(stored)
	return err == nil && (p.params != h.params || len(p.key) != keyBytes || len(p.salt) < saltBytes)
}

// enter waits for a place; the caller must call leave.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	const op = "check password"
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, &chat.Error{Kind: chat.Unavailable, Op: op, Message: "too many are signing in, try again", RetryAfter: hashRetry}
	}
	ctx, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	select {
	case h.places <- struct{}{}:
		return func() { <-h.places; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, &chat.Error{
			Kind: chat.Unavailable, Op: op, Message: "too many are signing in, try again",
			RetryAfter: hashRetry, Err: ctx.Err(),
		}
	}
}

// randomBytes are n unguessable bytes. crypto/rand does not fail: where the
// system has no randomness it ends the process.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
