package auth

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"beep/chat"
)

func TestAnUnknownLoginAndAWrongPasswordAreTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("ada")
	must(t, b.store.CreateAccount(t.Context(), Account{ID: 5, Username: "external", Validated: true})) // has no password
	texts := map[string]bool{}
	for _, login := range []string{"ada", "ada@example.org", "nobody", "nobody@example.org", "external"} {
		before := b.hashes.Load()
		_, _, _, err := b.SignIn(t.Context(), login, "wrong password", "", "")
		texts[refused(t, err, chat.Unauthenticated).Error()] = true
		if n := b.hashes.Load() - before; n != 1 {
			t.Errorf("%s: %d hashes", login, n)
		}
	}
	if len(texts) != 1 {
		t.Fatalf("different texts: %v", texts)
	}
}

func TestAFailedHashPlaceIsNotAFailedSignIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("ada")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.hasher.places <- struct{}{} // both places are taken
	b.hasher.places <- struct{}{}
	for range failuresPerPair + 1 {
		_, _, _, err := b.SignIn(ctx, "ada", password, "", "192.0.2.1")
		if e := refused(t, err, chat.Unavailable); e.RetryAfter != hashRetry {
			t.Fatal(e.RetryAfter)
		}
	}
	<-b.hasher.places
	<-b.hasher.places
	b.signIn("ada")
}

func TestTheQueueOfHashesIsBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range cap(b.hasher.queue) {
		b.hasher.queue <- struct{}{}
	}
	_, err := b.hasher.hash(t.Context(), password)
	refused(t, err, chat.Unavailable)
}

func TestHashesAreMadeSoManyAtATime(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now, most := 0, 0
	started, release := make(chan struct{}, 8), make(chan struct{})
	h := newHasher(2, params{memory: 8, time: 1, threads: 1}, func([]byte, []byte, params, uint32) []byte {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		started <- struct{}{}
		<-release
		mu.Lock()
		now--
		mu.Unlock()
		return make([]byte, keyBytes)
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { _, _ = h.hash(t.Context(), password) })
	}
	<-started
	<-started
	close(release)
	wg.Wait()
	if most != 2 {
		t.Fatalf("%d at a time", most)
	}
}

func TestSignInIsThrottled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		limit   int
		login   func(i int) string
		address func(i int) string
		refused [2]string // login and address refused after limit failures
		free    [2]string // another that is not
	}{
		{
			"by login and address", failuresPerPair, func(int) string { return "ada" }, func(int) string { return "192.0.2.1:5" },
			[2]string{"ADA ", "192.0.2.1:9"}, [2]string{"ada", "192.0.2.2:1"},
		},
		{
			"by login", failuresPerLogin, func(int) string { return "ada" }, func(i int) string { return fmt.Sprintf("192.0.2.%d:5", i) },
			[2]string{"ada", "198.51.100.1:1"}, [2]string{"bob", "192.0.2.1:1"},
		},
		{
			"by address", failuresPerAddress, func(i int) string { return fmt.Sprintf("user%d", i) }, func(i int) string { return fmt.Sprintf("[2001:db8::%x]:5", i) },
			[2]string{"ada", "[2001:db8::ffff]:1"}, [2]string{"ada", "[2001:db8:0:1::1]:1"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.user("ada")
			b.user("bob")
			for i := range tt.limit {
				_, _, _, err := b.SignIn(t.Context(), tt.login(i), "wrong password", "", tt.address(i))
				refused(t, err, chat.Unauthenticated)
			}
			before := b.hashes.Load()
			_, _, _, err := b.SignIn(t.Context(), tt.refused[0], password, "", tt.refused[1])
			if e := refused(t, err, chat.RateLimited); e.RetryAfter <= 0 || e.RetryAfter > signInWindow {
				t.Fatal(e.RetryAfter)
			}
			if b.hashes.Load() != before {
				t.Fatal("a throttled attempt was worked on")
			}
			_, _, _, err = b.SignIn(t.Context(), tt.free[0], password, "", tt.free[1])
			must(t, err)
			b.move(signInWindow)
			_, _, _, err = b.SignIn(t.Context(), tt.refused[0], password, "", tt.refused[1])
			must(t, err)
		})
	}
}

func TestSuccessfulSignInsDoNotCountAsFailures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("ada")
	for range signInsPerAccount {
		b.signIn("ada")
	}
	_, _, _, err := b.SignIn(t.Context(), "ada", password, "", "192.0.2.1")
	refused(t, err, chat.RateLimited)
	b.move(signInWindow)
	b.signIn("ada")
}

func TestSignInTakesNoNonsense(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("ada")
	long := string(make([]byte, 300))
	for _, in := range [][2]string{{"", password}, {long, password}, {"ada", long}, {"ada\x00", password}, {"ada", ""}, {"ada", "\xff"}} {
		_, _, _, err := b.SignIn(t.Context(), in[0], in[1], "", "")
		refused(t, err, chat.Unauthenticated)
	}
	_, _, _, err := b.SignIn(t.Context(), "ada", password, "bad\nlabel", "")
	refused(t, err, chat.Invalid)
}

func TestAHashOfOldParametersIsReplaced(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.user("ada")
	old := b.store.accounts[a.ID].PasswordHash
	b.signIn("ada")
	if b.store.accounts[a.ID].PasswordHash != old {
		t.Fatal("a hash of today's parameters was replaced")
	}
	b.hasher.params.memory *= 2
	b.signIn("ada")
	now := b.store.accounts[a.ID].PasswordHash
	if p, err := parsePHC(now); err != nil || p.params != b.hasher.params {
		t.Fatalf("%s: %v", now, err)
	}
	b.signIn("ada")
}

func TestASharedSlotRefusesTooEarlyNeverTooLate(t *testing.T) {
	t.Parallel()
	th := newThrottle(3, time.Minute)
	th.slots = th.slots[:1] // all keys share one
	now := time.UnixMilli(1763675464000)
	for i := range 3 {
		if _, ok := th.take(fmt.Sprint(i), now); !ok {
			t.Fatal("refused below the limit")
		}
	}
	if wait, ok := th.take("other", now.Add(time.Second)); ok || wait != 59*time.Second {
		t.Fatal(wait, ok)
	}
	if _, ok := th.take("other", now.Add(-time.Hour)); !ok { // the clock was set back: a new window
		t.Fatal("a window outlived the clock")
	}
}

func TestAddressesCountAsTheirNetworks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1",
		"[2001:db8::1]:80": "2001:db8::/64", "2001:db8::2": "2001:db8::/64", "[fe80::1%eth0]:80": "fe80::/64",
		"": "", "@": "@",
	} {
		if got := addressKey(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
