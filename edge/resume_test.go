package edge

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"beep/chat"
	"beep/wire"
)

func TestResumeFromMemoryReplaysWhatWasMissed(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	w.say(home, hall, "one")
	a.event("message_sent", 1)
	_ = a.ws.CloseNow()
	for n := uint64(2); n <= 20; n++ {
		w.say(home, hall, "missed")
	}
	for n := uint64(1); n <= 20; n++ {
		b.event("message_sent", n)
	}
	reads := w.log.readCount()
	c := w.resume(ada, positions(2, 4, 1))
	for n := uint64(2); n <= 20; n++ {
		c.event("message_sent", n)
	}
	if f := c.expect("resumed"); f.Replayed != 19 {
		t.Fatalf("resumed: %+v", f)
	}
	if w.log.readCount() != reads {
		t.Fatal("the log was read")
	}
	w.say(home, hall, "live")
	c.event("message_sent", 21)
}

func TestResumeFromTheLogReplaysEveryLog(t *testing.T) {
	t.Parallel()
	w := small(t)
	for range 500 {
		w.say(home, hall, "missed")
	}
	c := w.resume(ada, positions(0, 0, 0))
	next := map[string]uint64{}
	count := 0
	for {
		f, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == "resumed" {
			if f.Replayed != count || count != 506 {
				t.Fatalf("replayed %d, counted %d", f.Replayed, count)
			}
			break
		}
		if f.Op == "view" {
			continue
		}
		log := f.S.String() + "/" + f.C.String() + "/" + f.U.String()
		if next[log]++; f.Op != "event" || f.N != next[log] {
			t.Fatalf("got %+v", f)
		}
		count++
	}
	w.say(home, hall, "live")
	c.event("message_sent", 501)
}

func TestNothingIsLostOrDoubledBetweenReplayAndLive(t *testing.T) {
	t.Parallel()
	w := small(t)
	const count = 3000
	said := make(chan struct{})
	go func() {
		defer close(said)
		for range count {
			w.say(home, hall, "x")
		}
	}()
	pos := uint64(0)
	for pos < count {
		c := w.resume(ada, positions(2, 4, pos))
		for stop := pos + 300; pos < min(stop, count); {
			f, err := c.next()
			if err != nil {
				t.Fatal(err)
			}
			switch f.Op {
			case "resumed", "presence", "view":
			case "event":
				if f.N != pos+1 {
					t.Fatalf("got %d after %d", f.N, pos)
				}
				pos++
			default:
				t.Fatalf("got %+v", f)
			}
		}
		_ = c.ws.CloseNow()
	}
	<-said
}

func TestAPositionThatNeverWasMeansResync(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.say(home, hall, "one")
	c := w.resume(ada, positions(2, 4, 99))
	if f := c.expect("resync"); f.C != hall || f.S != home || f.N != 1 {
		t.Fatalf("resync: %+v", f)
	}
	c.expect("resumed")
	w.say(home, hall, "two")
	c.event("message_sent", 2)
}

func TestAClientAheadOfThisEdgeMissesNothing(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.identify(bob) // keeps the hub
	w.log.losing(func(LiveMessage) bool { return true })
	w.say(home, hall, "seen elsewhere")
	w.log.losing(nil)
	c := w.resume(ada, positions(2, 4, 1))
	if f := c.expect("resumed"); f.Replayed != 0 {
		t.Fatalf("resumed: %+v", f)
	}
	w.say(home, hall, "two")
	c.event("message_sent", 2)
}

func TestResumeTellsOfServersThatCameAndWent(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.server(other, "Other", attic)
	c := w.resume(ada, `{"user":2,"servers":{"`+other.String()+`":3,"77":1},"channels":{"3002":0,"66":5}}`)
	gone, servers := map[chat.ServerID]bool{}, 0
	for {
		f, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == "resumed" {
			break
		}
		switch f.Op {
		case "server_gone":
			gone[f.S] = true
		case "server":
			servers++
			if f.Server.ID != home {
				t.Fatalf("server: %+v", f)
			}
		default:
			t.Fatalf("got %+v", f)
		}
	}
	if !gone[other] || !gone[77] || len(gone) != 2 || servers != 1 {
		t.Fatalf("gone %v, %d servers", gone, servers)
	}
}

func TestANewChannelIsReplayedAndAnUnnamedOldOneIsShown(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.say(home, hall, "old")
	w.channel(home, attic, 1)
	w.say(home, attic, "new")
	c := w.resume(ada, `{"user":2,"servers":{"2001":4}}`)
	c.event("channel_created", 5)
	if f := c.expect("view"); f.S != home || len(f.Show) != 1 || f.Show[0].ID != hall || f.Show[0].N != 1 {
		t.Fatalf("view: %+v", f)
	}
	if f := c.event("message_sent", 1); f.C != attic {
		t.Fatalf("event: %+v", f)
	}
	c.expect("resumed")
}

func TestAnUnreadableRecordKeepsItsNumber(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.say(home, hall, "one")
	w.say(home, hall, "two")
	w.say(home, hall, "three")
	key := chat.ChannelKey(home, hall)
	w.log.mu.Lock()
	w.log.commits[key][1].Records = []wire.Record{{Number: 2, Err: wire.ErrCorrupt}}
	w.log.mu.Unlock()
	c := w.resume(ada, positions(2, 4, 0))
	c.event("message_sent", 1)
	c.event("unreadable", 2)
	c.event("message_sent", 3)
	c.expect("resumed")
}

func TestTooManyRecordsMeanResync(t *testing.T) {
	t.Parallel()
	w := small(t)
	events := make([]chat.Event, chat.MaxRecordsPerCommit)
	for i := range events {
		events[i] = &chat.MessageDeleted{}
	}
	var n uint64
	for n <= MaxResumeRecords {
		n = w.log.add(chat.ChannelKey(home, hall), 9, events...)
	}
	c := w.resume(ada, positions(2, 4, 0))
	if f := c.expect("resync"); f.N != n {
		t.Fatalf("resync: %+v", f)
	}
	c.expect("resumed")
}

func TestAFullAdmissionQueueRefuses(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	w := joinWith(t, newFakeLog(), func(c *Config) {
		c.Auth = gatedAuth{gate}
		c.starts, c.waiting = 1, 1
	})
	w.server(home, "Home", hall)
	w.user(ada, "ada", home)
	first, second, third := w.dial(), w.dial(), w.dial()
	const identify = `{"op":"identify","token":"u1001"}`
	first.send(identify)
	<-gate // it runs
	second.send(identify)
	w.until("the second waits", func() bool { return w.g.Stats().Starting == 2 })
	third.send(identify)
	third.closed(4100)
	gate <- struct{}{}
	<-gate // a start asks twice
	gate <- struct{}{}
	first.expect("hello")
	first.expect("ready")
	for range 2 {
		<-gate
		gate <- struct{}{}
	}
	second.expect("hello")
	second.expect("ready")
}

// gatedAuth says when it is asked and answers when it is told to.
type gatedAuth struct{ gate chan struct{} }

func (a gatedAuth) Authenticate(ctx context.Context, token string) (chat.UserID, error) {
	a.gate <- struct{}{}
	<-a.gate
	return fakeAuth{}.Authenticate(ctx, token)
}

func TestAHerdResumesWithoutLoss(t *testing.T) {
	t.Parallel()
	const people = 300
	w := setup(t)
	w.server(home, "Home", hall)
	clients := make([]*client, people)
	for i := range clients {
		id := chat.UserID(10_000 + i)
		w.user(id, "u", home)
	}
	for i := range clients {
		clients[i], _ = w.identify(chat.UserID(10_000 + i))
	}
	for i := range clients {
		_ = clients[i].ws.CloseNow()
	}
	for range 20 {
		w.say(home, hall, "missed")
	}
	for i := range clients {
		clients[i] = w.resume(chat.UserID(10_000+i), positions(2, people+2, 0))
	}
	w.say(home, hall, "live")
	for i := range clients {
		n := uint64(0)
		for n < 21 {
			f, err := clients[i].next()
			if err != nil {
				t.Fatal(err)
			}
			if f.Op != "event" {
				continue
			}
			if n++; f.N != n {
				t.Fatalf("client %d got %d, want %d", i, f.N, n)
			}
		}
	}
}

func TestAClientThatStallsAmidALongMessageIsCutOff(t *testing.T) {
	t.Parallel()
	w := small(t)
	nc, br := rawDial(t, w.url)
	rawRead(t, br)
	// A message of 8 MiB is announced, 600,000 bytes of it come, then nothing.
	head := append([]byte{finText, 0x80 | 127}, 0, 0, 0, 0, 0, 0x80, 0, 0)
	if _, err := nc.Write(append(append(head, 0, 0, 0, 0), make([]byte, 600_000)...)); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	w.until("session is forgotten", func() bool { return w.g.Stats().Sessions == 0 })
}

func TestAHoleInAServersOwnLogShowsTheServerAnew(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	key := chat.ServerKey(home)
	w.log.losing(func(LiveMessage) bool { return true })
	w.channel(home, attic, 1)
	w.log.losing(nil)
	w.log.mu.Lock()
	lost := w.log.commits[key][4]
	w.log.hidden = map[chat.Key]uint64{key: 5}
	w.log.mu.Unlock()
	// The server's actor on this node knows what the log does not show.
	rec, err := wire.DecodeEvent(&lost.Records[0])
	if err != nil {
		t.Fatal(err)
	}
	w.g.cfg.Tenants.Advance(home, []chat.Record{rec})
	w.log.tip(key)
	if f := a.expect("resync"); f.S != home || f.N != 5 {
		t.Fatalf("resync: %+v", f)
	}
	if f := a.expect("server"); f.Server.N != 5 || len(f.Server.Channels) != 2 {
		t.Fatalf("server: %+v", f)
	}
	w.say(home, attic, "on")
	a.event("message_sent", 1)
}

func TestAHubThatCannotBeLoadedSendsTheClientBack(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.log.mu.Lock()
	w.log.down = true
	w.log.mu.Unlock()
	c := w.dial()
	c.expect("hello")
	c.send(`{"op":"identify","token":"u1001"}`)
	c.closed(4000)
	w.log.mu.Lock()
	w.log.down = false
	w.log.mu.Unlock()
	w.identify(ada)
}

func TestAClientThatTakesItsReplaySlowlyHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	w := joinWith(t, newFakeLog(), func(c *Config) { c.starts, c.waiting = 1, 10 })
	w.server(home, "Home", hall)
	w.user(ada, "ada", home)
	w.user(bob, "bob", home)
	long := strings.Repeat("x", 16000)
	const count = 2000
	for range count {
		w.say(home, hall, long)
	}
	slow := w.resume(ada, positions(2, 4, 0))
	w.until("the replay waits for its client", func() bool { return w.g.starts.trickling.Load() == 1 })
	w.identify(bob)
	w.say(home, hall, "live")
	n := uint64(0)
	for n < count+1 {
		f, err := slow.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == "event" {
			if n++; f.N != n {
				t.Fatalf("got %d, want %d", f.N, n)
			}
		}
	}
}

func TestAPingFloodIsBounded(t *testing.T) {
	t.Parallel()
	w := small(t)
	nc, br := rawDial(t, w.url)
	defer func() { _ = nc.Close() }()
	rawRead(t, br)
	// Pings whose answers are never read: in the end the connection is cut.
	ping := append([]byte{0x89, 0x80 | 125, 0, 0, 0, 0}, make([]byte, 125)...)
	flood := bytes.Repeat(ping, 500)
	for w.g.Stats().Sessions != 0 {
		if _, err := nc.Write(flood); err != nil {
			break
		}
	}
	w.until("session is forgotten", func() bool { return w.g.Stats().Sessions == 0 })
}
