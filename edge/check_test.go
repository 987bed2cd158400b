package edge

import (
	"testing"

	"beep/chat"
	"beep/wire"
)

func TestAUsersHubAsksTheUserInsteadOfTheHeads(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	w.server(other, "Other", attic)
	w.log.losing(func(LiveMessage) bool { return true })
	w.log.add(chat.UserKey(ada), ada, &chat.ChannelRead{ServerID: home, ChannelID: hall, Seq: 1})
	for _, f := range w.log.feeds {
		f.lost(1)
	}
	w.tick()
	a.event("channel_read", 3)
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	if n := w.log.asked[uint64(ada)]; n != 0 {
		t.Fatalf("heads of a user were asked for %d times", n)
	}
}

func TestAHubIsLookedAtOnceASecond(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.identify(ada)
	wk := w.g.worker(uint64(home))
	done := make(chan struct{})
	wk.do(func(wk *worker) {
		defer close(done)
		h := wk.hubs[uint64(home)]
		h.recheck()
		h.checks.running = false // as if it had come back
		h.recheck()
		h.recheck()
		if h.checks.begun != 1 || !h.checks.wanted || len(wk.later) != 1 {
			t.Errorf("looks begun %d, wanted %v, later %d", h.checks.begun, h.checks.wanted, len(wk.later))
		}
		wk.clock = wk.clock.Add(checkInterval)
		wk.checkLater()
		if h.checks.begun != 2 || h.checks.wanted || len(wk.later) != 0 {
			t.Errorf("looks begun %d, wanted %v, later %d", h.checks.begun, h.checks.wanted, len(wk.later))
		}
	})
	<-done
}

func TestALookVouchesOnlyForThoseWhoCameBeforeIt(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.identify(ada)
	done := make(chan struct{})
	w.g.worker(uint64(home)).do(func(wk *worker) {
		defer close(done)
		h := wk.hubs[uint64(home)]
		ahead := &wire.Positions{Servers: map[chat.ServerID]uint64{home: 99}}
		early := &attach{s: &session{g: w.g}, key: h.key, positions: ahead, reply: make(chan attached, 1)}
		late := &attach{s: &session{g: w.g}, key: h.key, positions: ahead, reply: make(chan attached, 1)}
		early.s.dead.Store(true)
		late.s.dead.Store(true)
		h.parked = []*attach{early}
		h.checks.begun, h.checks.running, h.checks.wanted = 1, true, true
		late.parkedAt = 1
		h.parked = append(h.parked, late)
		h.onHeads(nil, nil)
		if !early.checked || late.checked {
			t.Errorf("checked: early %v, late %v", early.checked, late.checked)
		}
	})
	<-done
}

func TestALostLeavingIsFoundWhenTheServerIsShownAnew(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	key := chat.ServerKey(home)
	w.log.losing(func(LiveMessage) bool { return true })
	w.log.add(key, ada, &chat.MemberLeft{UserID: ada})
	w.log.losing(nil)
	w.log.mu.Lock()
	lost := w.log.commits[key][4]
	w.log.hidden = map[chat.Key]uint64{key: 5}
	w.log.mu.Unlock()
	rec, err := wire.DecodeEvent(&lost.Records[0])
	if err != nil {
		t.Fatal(err)
	}
	w.g.cfg.Tenants.Advance(home, []chat.Record{rec})
	w.log.tip(key)
	a.expect("server_gone")
	b.expect("resync")
	if f := b.expect("server"); f.Server.N != 5 || f.Server.Members != 1 {
		t.Fatalf("server: %+v", f)
	}
}

func TestAServerToldLiveShowsWhatWasRead(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.server(other, "Other", attic)
	w.say(other, attic, "one")
	a, _ := w.identify(ada)
	w.log.add(chat.UserKey(ada), ada, &chat.ChannelRead{ServerID: other, ChannelID: attic, Seq: 1})
	a.event("channel_read", 3)
	w.joins(ada, "ada", other)
	for {
		f, err := a.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op != "server" {
			continue
		}
		if f.Server.Channels[0].Read != 1 {
			t.Fatalf("server: %+v", f)
		}
		return
	}
}
