package edge

import (
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
	c := w.resume(ada, positions(2, home, 4, hall, 1))
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
	c := w.resume(ada, positions(0, home, 0, hall, 0))
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
		c := w.resume(ada, positions(2, home, 4, hall, pos))
		for stop := pos + 300; pos < min(stop, count); {
			f, err := c.next()
			if err != nil {
				t.Fatal(err)
			}
			switch f.Op {
			case "resumed", "presence":
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
	c := w.resume(ada, positions(2, home, 4, hall, 99))
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
	c := w.resume(ada, positions(2, home, 4, hall, 1))
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

func TestANewChannelIsReplayedAndAnUnnamedOldOneIsResync(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.say(home, hall, "old")
	w.channel(home, attic, 1)
	w.say(home, attic, "new")
	c := w.resume(ada, `{"user":2,"servers":{"2001":4}}`)
	c.event("channel_created", 5)
	sawNew, sawResync := false, false
	for !sawNew || !sawResync {
		f, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case f.Op == "event" && f.C == attic && f.N == 1:
			sawNew = true
		case f.Op == "resync" && f.C == hall && f.N == 1:
			sawResync = true
		default:
			t.Fatalf("got %+v", f)
		}
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
	c := w.resume(ada, positions(2, home, 4, hall, 0))
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
	c := w.resume(ada, positions(2, home, 4, hall, 0))
	if f := c.expect("resync"); f.N != n {
		t.Fatalf("resync: %+v", f)
	}
	c.expect("resumed")
}

func TestAFullAdmissionQueueRefuses(t *testing.T) {
	t.Parallel()
	a := &admission{queue: make(chan *start, 1), running: make(chan struct{}, 1)}
	if !a.offer(&start{}) || a.offer(&start{}) {
		t.Fatal("the queue is not bounded")
	}
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
