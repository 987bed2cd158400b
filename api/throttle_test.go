package api

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"beep/chat"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.UnixMilli(1763675464000)} }

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestAUserMayAskSoMuchAndIsTold(t *testing.T) {
	t.Parallel()
	clock := newClock()
	b := setup(t, func(c *Config) { c.Now = clock.read })
	ask := func() response { return b.do("GET", "/api/v1/users/@me", "") }
	for i := range requestBurst {
		res := ask()
		if got := res.Header.Get("Ratelimit-Remaining"); res.StatusCode != 200 || got != strconv.Itoa(requestBurst-1-i) {
			t.Fatalf("request %d: %d, %s remain", i, res.StatusCode, got)
		}
	}
	res := ask()
	res.refused(t, 429, "rate_limited")
	for name, want := range map[string]string{"RateLimit-Limit": "100", "RateLimit-Remaining": "0", "RateLimit-Reset": "2", "Retry-After": "1"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	// A send is bounded by its own window.
	if res := b.do("POST", "/api/v1/channels/12/messages", `{"content":"a"}`); res.StatusCode != 201 || res.Header.Get("Ratelimit-Limit") == "" {
		t.Fatal(res.StatusCode, res.Header)
	}
	clock.pass(requestCost)
	if res := ask(); res.StatusCode != 200 {
		t.Fatal(res.body)
	}
	ask().refused(t, 429, "rate_limited")
	clock.pass(time.Minute)
	if res := ask(); res.Header.Get("Ratelimit-Remaining") != "99" || res.Header.Get("Ratelimit-Reset") != "1" {
		t.Fatal(res.Header)
	}
}

func TestLoadGeneratorsAreExempt(t *testing.T) {
	t.Parallel()
	clock := newClock()
	b := setup(t, func(c *Config) {
		c.Now = clock.read
		c.Exempt = func(name string) bool { return name == "ada" }
	})
	for range requestBurst + 5 {
		if res := b.do("GET", "/api/v1/gateway", ""); res.StatusCode != 200 || res.Header.Get("Ratelimit-Limit") != "" {
			t.Fatal(res.StatusCode, res.Header)
		}
		if res := b.do("GET", "/api/v1/users/@me", ""); res.StatusCode != 200 {
			t.Fatal(res.body)
		}
	}
}

func TestAllowancesAreForgottenWithTheirUsers(t *testing.T) {
	t.Parallel()
	clock := newClock()
	looked := 0
	th := newThrottle(clock.read, func(context.Context, chat.UserID) bool { looked++; return false })
	for user := range chat.UserID(maxBuckets + 10) {
		th.take(t.Context(), user+1, 1)
	}
	if n := len(th.buckets); n != maxBuckets || looked != maxBuckets+10 {
		t.Fatalf("%d buckets, %d looked up", n, looked)
	}
	clock.pass(bucketIdle + time.Second)
	th.take(t.Context(), 1, 1)
	if n := len(th.buckets); n != 1 {
		t.Fatalf("%d buckets are left", n)
	}
	clock.pass(-time.Hour) // a clock that is set back takes nothing away
	if left := th.take(t.Context(), 1, 1); left.wait < 0 || left.full > requestBurst*requestCost || left.remaining > requestBurst {
		t.Fatalf("%+v", left)
	}
	clock.pass(2 * requestBurst * requestCost)
	if left := th.take(t.Context(), 1, 1); left.remaining != requestBurst-1 {
		t.Fatalf("%+v", left)
	}
}
