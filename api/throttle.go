package api

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"beep/chat"
)

const (
	// requestsPerSecond and requestBurst are what one user may ask of one node
	// over REST, as much as over one socket (edge/throttle.go says why).
	requestsPerSecond = 50
	requestBurst      = 100
	requestCost       = time.Second / requestsPerSecond

	// maxBuckets bounds memory (8 MB). Beyond it somebody's allowance is
	// forgotten and he begins with a full one.
	maxBuckets = 1 << 16
	// bucketIdle is after how long without a request a bucket is dropped. It is
	// full after two seconds; the rest spares asking for the name again.
	bucketIdle = 5 * time.Minute
	// sweepEvery is how often idle buckets are looked for.
	sweepEvery = time.Minute
)

// throttle is the allowance of requests of every user of late. A bucket is one
// number, the time at which all requests so far are paid for at the sustained
// rate; it may lie a burst ahead of now.
type throttle struct {
	now    func() time.Time
	exempt func(context.Context, chat.UserID) bool

	mu      sync.Mutex
	buckets map[chat.UserID]*bucket
	swept   time.Time
}

type bucket struct {
	paid   time.Time
	exempt bool
}

// allowance is what is left to a user after a request.
type allowance struct {
	remaining int
	full      time.Duration // until all of it is there again
	wait      time.Duration // 0: the request may be made
}

func newThrottle(now func() time.Time, exempt func(context.Context, chat.UserID) bool) *throttle {
	return &throttle{now: now, exempt: exempt, buckets: map[chat.UserID]*bucket{}}
}

// take takes cost requests out of a user's allowance, or none if it does not
// hold as many. A cost of 0 only looks.
func (t *throttle) take(ctx context.Context, user chat.UserID, cost int) allowance {
	if left, known := t.takeKnown(user, cost); known {
		return left
	}
	exempt := t.exempt != nil && t.exempt(ctx, user) // not under the lock: it may ask the database
	t.mu.Lock()
	if t.buckets[user] == nil {
		t.makeRoomLocked()
		t.buckets[user] = &bucket{exempt: exempt}
	}
	t.mu.Unlock()
	left, _ := t.takeKnown(user, cost)
	return left
}

func (t *throttle) takeKnown(user chat.UserID, cost int) (left allowance, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.sweepLocked(now)
	b := t.buckets[user]
	if b == nil {
		return allowance{remaining: requestBurst}, false
	}
	if b.exempt {
		b.paid = now // so that it is seen to be in use
		return allowance{remaining: requestBurst}, true
	}
	horizon := now.Add(requestBurst * requestCost)
	if b.paid.Before(now) {
		b.paid = now
	}
	if b.paid.After(horizon) {
		b.paid = horizon // the clock was set back
	}
	paid := b.paid.Add(time.Duration(cost) * requestCost)
	if paid.After(horizon) {
		left.wait = paid.Sub(horizon)
	} else {
		b.paid = paid
	}
	left.full = b.paid.Sub(now)
	left.remaining = int(horizon.Sub(b.paid) / requestCost)
	return left, true
}

// sweepLocked drops the buckets of users who have gone.
func (t *throttle) sweepLocked(now time.Time) {
	if now.Sub(t.swept) < sweepEvery && !now.Before(t.swept) {
		return
	}
	t.swept = now
	for user, b := range t.buckets {
		if now.Sub(b.paid) > bucketIdle {
			delete(t.buckets, user)
		}
	}
}

// makeRoomLocked drops anybody's bucket when there are too many: a map's order is
// nobody's to choose.
func (t *throttle) makeRoomLocked() {
	for user := range t.buckets {
		if len(t.buckets) < maxBuckets {
			return
		}
		delete(t.buckets, user)
	}
}

// setHeaders tells the client how much it may ask, by the names RateLimit-*: this
// is how net/http spells them.
func (l allowance) setHeaders(h http.Header) {
	h.Set("Ratelimit-Limit", strconv.Itoa(requestBurst))
	h.Set("Ratelimit-Remaining", strconv.Itoa(l.remaining))
	h.Set("Ratelimit-Reset", strconv.Itoa(int(math.Ceil(l.full.Seconds()))))
}

// exempted reports whether a user is one to whom no limit of requests applies:
// the operator names load generators. An account that cannot be read is not.
func (a *api) exempted(ctx context.Context, user chat.UserID) bool {
	if a.Exempt == nil {
		return false
	}
	account, err := a.Auth.Account(ctx, user)
	return err == nil && a.Exempt(account.Username)
}

// admit counts the request of a user and says in headers what is left to him. A
// send does not count: the user's send window bounds it, exactly and over all
// doors.
func (a *api) admit(ctx context.Context, w http.ResponseWriter, operation string, user chat.UserID) error {
	cost := 1
	if operation == sendOperation || operation == forwardOperation {
		cost = 0
	}
	left := a.throttle.take(ctx, user, cost)
	left.setHeaders(w.Header())
	if left.wait > 0 {
		return &chat.Error{Kind: chat.RateLimited, Op: operation, RetryAfter: left.wait, Message: "too many requests"}
	}
	return nil
}
