package auth

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"beep/chat"
)

// How often one may try. All windows are per node and in memory: a restart
// forgives, and n nodes allow n times as much, which is still far from what
// guessing needs.
const (
	signInWindow = 15 * time.Minute
	// failuresPerPair: who fails ten times for one login from one address has
	// forgotten the password, or is guessing.
	failuresPerPair = 10
	// failuresPerLogin counts all addresses together. It is higher, so that a
	// stranger cannot lock somebody out from one address; with it, a botnet has
	// 4,800 guesses a day at an account, against passwords of 8 characters.
	failuresPerLogin = 50
	// failuresPerAddress counts all logins: an office behind one address makes
	// fewer mistakes than that, and trying one password on many accounts needs more.
	failuresPerAddress = 100
	// signInsPerAccount bounds the sessions a forgetful script can pile up.
	signInsPerAccount = 100

	registrationWindow = time.Hour
	// registrationsPerAddress: a class of students behind one address may
	// register in the same lesson; a flood may not.
	registrationsPerAddress = 100

	// noticeWindow keeps the operator's screen readable.
	noticeWindow = 10 * time.Minute

	// throttleSlots bounds the memory of one throttle to 384 KiB.
	throttleSlots = 1 << 14
)

// throttle counts events per key in windows of fixed length. It has a fixed
// number of slots, chosen by a secret hash of the key: two keys in one slot
// share its count, so that when very many keys are active some are refused too
// early, and none too late.
type throttle struct {
	limit  int
	window time.Duration
	seed   maphash.Seed

	mu    sync.Mutex
	slots []slot
}

type slot struct {
	ends  int64 // Unix milliseconds; the count is void from then on
	count int
}

func newThrottle(limit int, window time.Duration) *throttle {
	return &throttle{limit: limit, window: window, seed: maphash.MakeSeed(), slots: make([]slot, throttleSlots)}
}

// take counts one event of key, or reports how long to wait for the next
// window. Count before trying, so that a thousand attempts at once do not all
// find a clean slate; giveBack what turned out harmless.
func (t *throttle) take(key string, now time.Time) (wait time.Duration, ok bool) {
	ms := now.UnixMilli()
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.slot(key)
	// A clock that was set back must not make a window longer than it is.
	if ms >= s.ends || s.ends-ms > t.window.Milliseconds() {
		*s = slot{ends: ms + t.window.Milliseconds()}
	}
	if s.count >= t.limit {
		return time.Duration(s.ends-ms) * time.Millisecond, false
	}
	s.count++
	return 0, true
}

// giveBack undoes one take of key.
func (t *throttle) giveBack(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.slot(key); s.count > 0 {
		s.count--
	}
}

func (t *throttle) slot(key string) *slot {
	return &t.slots[maphash.String(t.seed, key)%uint64(len(t.slots))]
}

// counter is one key of one throttle.
type counter struct {
	throttle *throttle
	key      string
}

// takeAll takes from every counter, or from none and answers RateLimited.
func takeAll(op string, now time.Time, counters []counter) error {
	for i, c := range counters {
		if wait, ok := c.throttle.take(c.key, now); !ok {
			giveBackAll(counters[:i])
			return &chat.Error{Kind: chat.RateLimited, Op: op, Message: "too many attempts, wait", RetryAfter: wait}
		}
	}
	return nil
}

func giveBackAll(counters []counter) {
	for _, c := range counters {
		c.throttle.giveBack(c.key)
	}
}

// addressKey is what counts as one address: an IPv4 address, or an IPv6 network
// of 64 bits, which is what one subscriber has. "" (a caller on this machine
// that is not throttled) stays "".
func addressKey(remote string) string {
	if ap, err := netip.ParseAddrPort(remote); err == nil {
		remote = ap.Addr().String()
	}
	a, err := netip.ParseAddr(remote)
	if err != nil {
		return remote
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, _ := a.Prefix(64)
		return p.String()
	}
	return a.String()
}
