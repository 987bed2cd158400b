package api

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"beep/chat"
)

// fakeIdempotency remembers in memory.
type fakeIdempotency struct {
	mu   sync.Mutex
	kept map[string]*keptRequest
	err  error
}

type keptRequest struct {
	KeyedRequest
	answer *Remembered
}

func (f *fakeIdempotency) Begin(_ context.Context, r KeyedRequest) (Remembered, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return Remembered{}, f.err
	}
	old, known := f.kept[r.Key]
	switch {
	case !known || old.answer == nil && old.At <= r.Abandoned:
		f.kept[r.Key] = &keptRequest{KeyedRequest: r}
		return Remembered{Standing: Fresh}, nil
	case old.Fingerprint != r.Fingerprint || old.Operation != r.Operation:
		return Remembered{Standing: Different}, nil
	case old.answer == nil:
		return Remembered{Standing: UnderWay}, nil
	}
	return *old.answer, nil
}

func (f *fakeIdempotency) Finish(ctx context.Context, r KeyedRequest, status int, body []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept[r.Key].answer = &Remembered{Answered, status, append([]byte(nil), body...)}
	return ctx.Err()
}

func (f *fakeIdempotency) Forget(ctx context.Context, r KeyedRequest) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.kept, r.Key)
	return ctx.Err()
}

func remembering(t *testing.T) (*bundle, *fakeIdempotency) {
	t.Helper()
	f := &fakeIdempotency{kept: map[string]*keptRequest{}}
	b := setup(t, func(c *Config) { c.Idempotency = f })
	b.requests.answer = identified
	return b, f
}

func (b *bundle) keyed(target, body, key string) response {
	b.t.Helper()
	return b.with("POST", target, body, keyHeader, key)
}

const (
	makeServer   = `{"name":"Home","visibility":"public"}`
	makeAnother  = `{"name":"Away","visibility":"public"}`
	replayHeader = "Idempotent-Replay"
)

func TestAKeyCarriesARequestOutOnce(t *testing.T) {
	t.Parallel()
	b, _ := remembering(t)
	b.keyed("/servers", makeServer, "k").accepted(t, 201, identified)
	b.requests.answer = `{"id":"6"}`
	res := b.keyed("/servers", makeServer, "k")
	res.accepted(t, 201, identified)
	if res.Header.Get(replayHeader) != "true" || res.Header.Get("Content-Type") != "application/json" {
		t.Fatal(res.Header)
	}
	b.requests.only(t)
	b.keyed("/servers", makeAnother, "k").refused(t, 422, "invalid")
	b.keyed("/servers/5/membership", "", "k").refused(t, 422, "invalid")
	b.requests.only(t)
	b.keyed("/servers", makeServer, "other").accepted(t, 201, `{"id":"6"}`)
}

func TestAnAnswerWithoutABodyIsGivenAgain(t *testing.T) {
	t.Parallel()
	b, _ := remembering(t)
	for _, replay := range []string{"", "true"} {
		res := b.keyed("/channels/12/typing", "", "k")
		res.accepted(t, 204, "")
		if res.Header.Get(replayHeader) != replay {
			t.Fatal(res.Header)
		}
	}
	b.requests.only(t)
}

func TestARefusalIsRememberedAndAFailureIsNot(t *testing.T) {
	t.Parallel()
	for kind, kept := range map[chat.ErrorKind]bool{
		chat.Conflict: true, chat.Forbidden: true, chat.NotFound: true, chat.Gone: true,
		chat.Unavailable: false, chat.Internal: false, chat.RateLimited: false,
	} {
		b, _ := remembering(t)
		b.requests.err = chat.Errorf(kind, "create", "told")
		b.keyed("/servers", makeServer, "k").refused(t, kindStatus(kind), kind.String())
		b.requests.err = nil
		res := b.keyed("/servers", makeServer, "k")
		if kept {
			res.refused(t, kindStatus(kind), kind.String())
		} else {
			res.accepted(t, 201, identified)
		}
		if (res.Header.Get(replayHeader) == "true") != kept {
			t.Errorf("%s: %v", kind, res.Header)
		}
	}
}

func TestTheSecondOfTwoEqualRequestsWaits(t *testing.T) {
	t.Parallel()
	b, f := remembering(t)
	f.kept["k"] = &keptRequest{}
	r := request("POST", "/api/v1/servers", makeServer)
	f.kept["k"].Fingerprint = fingerprint(r, []byte(makeServer))
	f.kept["k"].Operation = "create-server"
	f.kept["k"].At = time.Now().UnixMilli()
	res := b.keyed("/servers", makeServer, "k")
	res.refused(t, 409, "conflict")
	if res.Header.Get("Retry-After") != "1" || len(b.requests.calls) != 0 {
		t.Fatal(res.Header, b.requests.calls)
	}
	f.kept["k"].At = time.Now().Add(-abandonedAfter - time.Second).UnixMilli() // its node has died
	b.keyed("/servers", makeServer, "k").accepted(t, 201, identified)
}

func TestWhatWasBegunIsFinishedWithoutTheClient(t *testing.T) {
	t.Parallel()
	b, f := remembering(t)
	r := request("POST", "/api/v1/servers", makeServer)
	r.Header.Set(keyHeader, "k")
	ctx, cancel := contextOf(t)
	cancel()
	b.send(r.WithContext(ctx)).accepted(t, 201, identified)
	if f.kept["k"].answer == nil {
		t.Fatal("the answer was not remembered")
	}
}

func TestAPanicGivesTheKeyBack(t *testing.T) {
	t.Parallel()
	b, f := remembering(t)
	b.requests.panics = true
	b.keyed("/servers", makeServer, "k").refused(t, 500, "internal")
	if len(f.kept) != 0 {
		t.Fatal("the key is kept")
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	t.Parallel()
	b, f := remembering(t)
	for _, key := range []string{"has space", strings.Repeat("k", maxKey+1), "ü"} {
		b.keyed("/servers", makeServer, key).refused(t, 422, "invalid")
	}
	f.err = errors.New("the database is down")
	b.keyed("/servers", makeServer, "k").refused(t, 500, "internal")
	f.err = chat.Errorf(chat.Unavailable, "begin", "the database is down")
	b.keyed("/servers", makeServer, "k").refused(t, 503, "unavailable")
	if len(b.requests.calls) != 0 {
		t.Fatal(b.requests.calls)
	}
	b.keyed("/servers", makeServer, "").accepted(t, 201, identified)
	plain := setup(t)
	plain.keyed("/servers", makeServer, "k").refused(t, 503, "unavailable")
}
