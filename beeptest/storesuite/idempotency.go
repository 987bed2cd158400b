package storesuite

import (
	"sync"
	"sync/atomic"
	"testing"

	"beep/chat"
	"beep/store"
)

func requestsAreRepeated(t *testing.T, b *bundle) {
	r := store.Request{User: 1, Key: "k", Method: "server.create", Fingerprint: [32]byte{1}, At: 1000}
	begin := func(r store.Request, abandoned int64) (store.Outcome, store.Answer) {
		t.Helper()
		o, a, err := b.BeginRequest(b.ctx, r, abandoned)
		must(t, err)
		return o, a
	}
	is := func(what string, got, want store.Outcome) { t.Helper(); equal(t, what, got, want) }

	o, _ := begin(r, 0)
	is("the first time", o, store.RequestNew)
	again, other, another, stranger := r, r, r, r
	again.At, other.Fingerprint, another.Method, stranger.User = 1001, [32]byte{2}, "x", 2
	o, _ = begin(again, 0)
	is("again, too early", o, store.RequestUnderWay)
	o, _ = begin(other, 0)
	is("something else", o, store.RequestDifferent)
	o, _ = begin(another, 0)
	is("another method", o, store.RequestDifferent)
	o, _ = begin(stranger, 0)
	is("another user", o, store.RequestNew)

	want := store.Answer{Status: 201, Headers: `{"a":"b"}`, Body: []byte{0, 1, 0xff}}
	must(t, b.FinishRequest(b.ctx, r, want))
	o, a := begin(again, 2000)
	is("again", o, store.RequestFinished)
	equal(t, "answer", a, want)
	must(t, b.ForgetRequest(b.ctx, r)) // what is finished stays
	o, _ = begin(again, 0)
	is("again after all", o, store.RequestFinished)

	// One that came to nothing is new again; so is one whose node has died.
	must(t, b.ForgetRequest(b.ctx, stranger))
	o, _ = begin(stranger, 0)
	is("forgotten", o, store.RequestNew)
	heir := stranger
	heir.At = 5000
	o, _ = begin(heir, 999)
	is("not abandoned yet", o, store.RequestUnderWay)
	o, _ = begin(heir, 1000)
	is("abandoned", o, store.RequestNew)
	must(t, b.FinishRequest(b.ctx, stranger, want)) // he was not dead: too late
	o, _ = begin(later(heir), 0)
	is("taken over", o, store.RequestUnderWay)

	must(t, b.DeleteOldRequests(b.ctx, 1000))
	o, _ = begin(r, 0)
	is("after a day", o, store.RequestNew)
	o, _ = begin(later(heir), 0)
	is("the younger one", o, store.RequestUnderWay)
	_, _, err := b.BeginRequest(b.ctx, store.Request{User: 1, Key: "\x00"}, 0)
	mustBe(t, err, chat.Invalid)
}

func later(r store.Request) store.Request {
	r.At++
	return r
}

func oneCarriesItOut(t *testing.T, b *bundle) {
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			o, _, err := b.BeginRequest(b.ctx, store.Request{User: 1, Key: "k", At: int64(i)}, -1)
			switch {
			case err != nil:
				t.Error(err)
			case o == store.RequestNew:
				won.Add(1)
			case o != store.RequestUnderWay:
				t.Errorf("outcome is %v", o)
			}
		})
	}
	wg.Wait()
	equal(t, "who carries it out", won.Load(), 1)
}
