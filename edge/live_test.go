package edge

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beep/chat"
	"beep/subjects"
)

func TestOrderHasNoGapsWhenLiveMessagesAreLostAndRepeated(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test wants the same numbers each time
	w.log.mu.Lock()
	w.log.repeat = true
	w.log.mu.Unlock()
	w.log.losing(func(LiveMessage) bool { return rng.IntN(3) == 0 })
	const count = 2000
	for range count {
		w.say(home, hall, "x")
	}
	w.log.losing(nil)
	w.log.tip(chat.ChannelKey(home, hall))
	for n := uint64(1); n <= count; n++ {
		a.event("message_sent", n)
		b.event("message_sent", n)
	}
}

func TestALostTailIsFoundByTheTip(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	w.log.losing(func(LiveMessage) bool { return true })
	w.say(home, hall, "lost")
	w.log.losing(nil)
	w.log.tip(chat.ChannelKey(home, hall))
	a.event("message_sent", 1)
}

func TestAnOverflowedFeedMakesHubsLookAtTheHeads(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	w.log.losing(func(LiveMessage) bool { return true })
	w.say(home, hall, "lost")
	for _, f := range w.log.feeds {
		f.lost(1)
	}
	w.tick()
	a.event("message_sent", 1)
}

func TestALogThatDoesNotShowItsRecordsMeansResync(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	key := chat.ChannelKey(home, hall)
	w.log.losing(func(LiveMessage) bool { return true })
	w.say(home, hall, "lost for ever")
	w.log.losing(nil)
	w.log.mu.Lock()
	w.log.hidden = map[chat.Key]uint64{key: 1}
	w.log.mu.Unlock()
	w.say(home, hall, "later")
	if f := a.expect("resync"); f.C != hall || f.N != 1 {
		t.Fatalf("resync: %+v", f)
	}
	a.event("message_sent", 2)
	w.say(home, hall, "after")
	a.event("message_sent", 3)
}

func TestANewServerIsToldLiveAndItsEventsFollow(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.server(other, "Other", attic)
	w.say(other, attic, "before")
	a, _ := w.identify(ada)
	w.joins(ada, "ada", other)
	sawUser, sawServer := false, false
	for !sawUser || !sawServer {
		f, err := a.next()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case f.Op == "event" && f.E == "server_joined" && f.U == ada && f.N == 3:
			sawUser = true
		case f.Op == "server" && f.Server.ID == other && len(f.Server.Channels) == 1 && f.Server.Channels[0].N == 1:
			sawServer = true
		default:
			t.Fatalf("got %+v", f)
		}
	}
	w.say(other, attic, "hello")
	a.event("message_sent", 2)
}

func TestALeftServerIsGone(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	w.log.add(chat.ServerKey(home), ada, &chat.MemberLeft{UserID: ada})
	a.event("member_left", 5)
	if f := a.expect("server_gone"); f.S != home {
		t.Fatalf("gone: %+v", f)
	}
	b.event("member_left", 5)
	w.log.add(chat.UserKey(ada), ada, &chat.ServerLeft{ServerID: home})
	a.event("server_left", 3)
	w.say(home, hall, "not for ada")
	b.event("message_sent", 1)
	w.joins(ada, "ada", home)
	for {
		f, err := a.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == "event" && f.C != 0 {
			t.Fatalf("heard what was said while away: %+v", f)
		}
		if f.Op == "server" {
			break
		}
	}
}

func TestAMembershipTheServerDoesNotKnowYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.server(other, "Other", attic)
	w.log.add(chat.UserKey(ada), ada, &chat.ServerJoined{ServerID: other})
	a, r := w.identify(ada)
	if len(r.Servers) != 1 {
		t.Fatalf("ready: %+v", r)
	}
	w.log.add(chat.ServerKey(other), ada, &chat.MemberJoined{UserID: ada, Username: "ada"})
	if f := a.expect("server"); f.Server.ID != other || f.Server.N != 3 {
		t.Fatalf("server: %+v", f)
	}
}

func TestReadPositionsGoToTheUsersOwnSessionsOnly(t *testing.T) {
	t.Parallel()
	w := small(t)
	a1, _ := w.identify(ada)
	a2, _ := w.identify(ada)
	b, _ := w.identify(bob)
	w.say(home, hall, "one")
	for _, c := range []*client{a1, a2, b} {
		c.event("message_sent", 1)
	}
	w.log.add(chat.UserKey(ada), ada, &chat.ChannelRead{ServerID: home, ChannelID: hall, Seq: 1})
	a1.event("channel_read", 3)
	a2.event("channel_read", 3)
	w.say(home, hall, "two")
	b.event("message_sent", 2)
	_, r := w.identify(ada)
	if r.Servers[0].Channels[0].Read != 1 {
		t.Fatalf("ready: %+v", r)
	}
}

func TestTypingGoesToEverybodyButTheTypist(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	if err := w.log.PublishLive(subjects.Typing(home, hall), []byte(`{"user_id":"1001"}`)); err != nil {
		t.Fatal(err)
	}
	if f := b.expect("typing"); f.S != home || f.C != hall || f.By != ada {
		t.Fatalf("typing: %+v", f)
	}
	w.say(home, hall, "done")
	a.event("message_sent", 1)
}

func TestPresenceIsCollectedAcrossEdges(t *testing.T) {
	t.Parallel()
	w := small(t)
	v := join(t, w.log, 2)
	a, _ := w.identify(ada)
	b, _ := v.identify(bob)
	// The first tick asks, the second answers.
	for range 2 {
		w.tick()
		v.tick()
	}
	w.until("both edges know both", func() bool {
		return w.g.Online(home, bob) && v.g.Online(home, ada) && w.g.Online(home, ada)
	})
	w.tick()
	heard := map[string]bool{}
	for !heard[`[{"user_id":"1002","status":"online"}]`] {
		f := a.expect("presence")
		heard[string(f.D)] = true
		if len(f.D) > 60 {
			break // both in one
		}
	}
	_ = b.ws.CloseNow()
	v.until("session is over", func() bool { return v.g.Stats().Sessions == 0 })
	v.tick()
	if !v.g.Online(home, bob) {
		t.Fatal("offline at once: a resume would be news")
	}
	v.clock.advance(11 * time.Second)
	v.tick()
	w.until("bob is offline", func() bool { return !w.g.Online(home, bob) })
	w.tick()
	if f := a.expect("presence"); string(f.D) != `[{"user_id":"1002","status":"offline"}]` {
		t.Fatalf("presence: %s", f.D)
	}
}

func TestAnIdleHubIsKeptForAMinute(t *testing.T) {
	t.Parallel()
	w := small(t)
	c, _ := w.identify(ada)
	_ = c.ws.CloseNow()
	w.until("session is over", func() bool { return w.g.Stats().Sessions == 0 })
	w.tick()
	if w.g.Stats().Hubs != 2 {
		t.Fatalf("%d hubs", w.g.Stats().Hubs)
	}
	w.clock.advance(lingerTime)
	w.tick()
	if w.g.Stats().Hubs != 0 {
		t.Fatalf("%d hubs", w.g.Stats().Hubs)
	}
}

func TestASlowClientIsClosedAndOthersAreNot(t *testing.T) {
	t.Parallel()
	w := small(t)
	slow, _ := w.identify(ada)
	quick, _ := w.identify(bob)
	text := make([]byte, 16000)
	for i := range text {
		text[i] = 'x'
	}
	n := uint64(0)
	for w.g.Stats().Slow == 0 {
		if n++; n > 5000 {
			t.Fatal("never too slow")
		}
		w.say(home, hall, string(text))
		quick.event("message_sent", n)
	}
	for got := uint64(0); ; {
		f, err := slow.next()
		if err != nil {
			if code := websocket.CloseStatus(err); code != 4001 {
				t.Fatalf("closed with %d: %v", code, err)
			}
			break
		}
		if f.Op != "event" {
			continue
		}
		if got++; f.N != got {
			t.Fatalf("got %d, want %d: a gap before the close", f.N, got)
		}
	}
	n = w.say(home, hall, "on")
	quick.event("message_sent", n)
}
