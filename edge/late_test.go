package edge

import (
	"slices"
	"testing"
	"time"

	"beep/chat"
)

// holdCopy has this node hold its copy of home, as a channel's actor does: from now on
// the copy knows what it is told.
func (w *world) holdCopy() {
	w.t.Helper()
	s, err := w.g.cfg.Tenants.Acquire(w.t.Context(), home)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Release)
}

func TestAChannelThatTheCopyDoesNotKnowYetIsToldFromItsFirstRecord(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.holdCopy()
	w.channel(home, attic, 1)
	w.say(home, attic, "one")
	w.say(home, attic, "two")
	c, r := w.identify(ada)
	if s := r.Servers[0]; s.N != 4 || len(s.Channels) != 1 {
		t.Fatalf("ready: %+v", s)
	}
	c.event("channel_created", 5)
	w.say(home, attic, "three")
	for n := range uint64(3) {
		if f := c.event("message_sent", n+1); f.C != attic {
			t.Fatalf("got %s", f.raw)
		}
	}
}

func TestTheLogOfADeletedChannelIsNotRead(t *testing.T) {
	t.Parallel()
	for name, held := range map[string]bool{"the copy knows": false, "the copy is behind": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w *world
			read := make(chan chat.Key, 100)
			w = joinWith(t, newFakeLog(), func(c *Config) {
				c.Log = hookedLog{c.Log.(*fakeLog), func(k chat.Key) { read <- k }}
			})
			w.furnish()
			if held {
				w.holdCopy()
			}
			const desk chat.ChannelID = 3003
			w.channel(home, desk, 2)
			w.say(home, desk, "in vain")
			last := w.log.add(chat.ServerKey(home), boss, &chat.ChannelDeleted{ID: desk, Name: "desk"})
			c, r := w.identify(ada)
			for n := r.Servers[0].N; n < last; {
				n = c.expect("event").N
			}
			w.worker(func(wk *worker, h *hub) { wk.clock = time.Now(); h.recheck() })
			w.until("the heads were looked at", func() (done bool) {
				w.worker(func(_ *worker, h *hub) { done = h.checks.begun == 1 && !h.checks.running })
				return done
			})
			w.say(home, hall, "on")
			c.event("message_sent", 1)
			w.worker(func(_ *worker, h *hub) {
				if h.channels[uint64(desk)] != nil || len(h.behind) > 0 {
					t.Errorf("the log of a deleted channel is followed")
				}
			})
			close(read)
			for k := range read {
				if k != chat.ServerKey(home) {
					t.Errorf("%s was read", k)
				}
			}
		})
	}
}

// worker has the worker of the server home look at its hub, and waits for it.
func (w *world) worker(look func(*worker, *hub)) {
	done := make(chan struct{})
	w.g.worker(uint64(home)).do(func(wk *worker) {
		defer close(done)
		look(wk, wk.hubs[uint64(home)])
	})
	<-done
}

func TestAResyncNeverOvertakesWhatWasToldBefore(t *testing.T) {
	t.Parallel()
	w := small(t)
	c, _ := w.identify(ada)
	w.say(home, hall, "one")
	c.event("message_sent", 1)
	w.worker(func(_ *worker, h *hub) {
		recs, err := w.g.readRecords(hallKey, 1, 1)
		if err != nil {
			t.Error(err)
			return
		}
		e := h.entity(hallKey)
		recs[0].Number = e.next
		h.take(e, recs)
		h.own.next += 5 // as if the copy were behind
		h.giveUp(e, e.next+3)
	})
	c.closed(4000)
	if n := w.g.Stats().Panics; n != 0 {
		t.Fatalf("%d panics", n)
	}
	c = w.resume(ada, positions(2, 4, 1))
	c.expect("resumed")
}

func TestAMemberWhomTheServerStillDoesNotKnowIsLookedIntoOnceMore(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.server(other, "Other", attic)
	w.log.add(chat.UserKey(ada), ada, &chat.ServerJoined{ServerID: other})
	w.identify(ada)
	doubts := func() []chat.ReadPosition {
		w.log.mu.Lock()
		defer w.log.mu.Unlock()
		return slices.Clone(w.log.doubts)
	}
	w.tick()
	w.clock.advance(doubtAfter)
	w.tick()
	w.until("he is looked into", func() bool { return len(doubts()) == 2 })
	w.clock.advance(2 * doubtAfter)
	w.tick()
	w.identify(bob)
	want := chat.ReadPosition{ServerID: other, Seq: uint64(ada)}
	if d := doubts(); !slices.Equal(d, []chat.ReadPosition{want, want}) {
		t.Fatalf("doubts: %+v", d)
	}
}
