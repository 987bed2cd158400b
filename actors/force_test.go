package actors_test

import (
	"context"
	"sync"
	"testing"

	"beep/actors"
	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// sight is the log as copies of servers read it: it may be short, or fail.
type sight struct {
	log
	mu   sync.Mutex
	upto uint64 // the last number in sight; 0: all are
	err  error
}

func (s *sight) set(upto uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.upto, s.err = upto, err
}

func (s *sight) Replay(ctx context.Context, key chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	s.mu.Lock()
	upto, err := s.upto, s.err
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.log.Replay(ctx, key, after, func(seq uint64, c wire.Commit) error {
		if upto != 0 && c.First > upto {
			return nil
		}
		return fn(seq, c)
	})
}

// speak is a message of bob's that does not pass the user's window.
func (w *world) speak() error {
	_, err := w.ask(chat.ChannelKey(home, room), w.message(bob, ""))
	return err
}

func TestABanRepeatedAfterAnUnclearCommitIsInForceWhenItIsAnswered(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if err := w.speak(); err != nil {
		t.Fatal(err)
	}
	ban := &chat.BanMember{By: ada, User: bob}
	w.log.FailNextStored(jetstream.ErrUnavailable)
	if _, err := w.ask(chat.ServerKey(home), ban); !chat.Is(err, chat.Unavailable) {
		t.Fatal("an unknown outcome was told as known:", err)
	}
	// While the copy cannot be brought up to date, the server does not serve.
	w.sight.set(0, jetstream.ErrUnavailable)
	if _, err := w.ask(chat.ServerKey(home), ban); !chat.Is(err, chat.Unavailable) {
		t.Fatal("a ban was acknowledged that is not in force:", err)
	}
	w.sight.set(0, nil)
	w.must(chat.ServerKey(home), ban)
	if err := w.speak(); !chat.Is(err, chat.NotFound) {
		t.Fatal("the ban was acknowledged, and the banned still sends:", err)
	}
	w.dense(1)
}

func TestNobodyIsAnsweredBeforeACopyWithAGapHasReadIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ban := &chat.BanMember{By: ada, User: bob}
	name := "House"
	v := w.must(chat.ServerKey(home), &chat.UpdateServer{By: ada, Name: &name})
	last := v.(*actors.Committed).Number
	// The copy is loaded without the last record, so it has a gap at the next one.
	w.sight.set(last-1, nil)
	if err := w.speak(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ask(chat.ServerKey(home), ban); !chat.Is(err, chat.Unavailable) {
		t.Fatal("a ban was acknowledged that is not in force:", err)
	}
	w.sight.set(0, nil)
	w.must(chat.ServerKey(home), ban)
	if err := w.speak(); !chat.Is(err, chat.NotFound) {
		t.Fatal("the banned still sends:", err)
	}
	w.dense(1)
}

func TestACopyWithAGapReadsItBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	name := "House"
	v := w.must(chat.ServerKey(home), &chat.UpdateServer{By: ada, Name: &name})
	w.sight.set(v.(*actors.Committed).Number-1, nil)
	if err := w.speak(); err != nil {
		t.Fatal(err)
	}
	w.sight.set(0, nil)
	var wg sync.WaitGroup
	for range 20 { // what queues meanwhile is answered too
		wg.Go(func() { w.must(chat.ServerKey(home), &chat.BanMember{By: ada, User: bob}) })
	}
	wg.Wait()
	if err := w.speak(); !chat.Is(err, chat.NotFound) {
		t.Fatal("the banned still sends:", err)
	}
}
