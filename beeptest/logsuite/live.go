package logsuite

import (
	"errors"
	"fmt"
	"testing"

	"beep/chat"
	"beep/jetstream"
	"beep/subjects"
	"beep/wire"
)

func liveFeed(t *testing.T, l Log) {
	a, b, other := newChannel(), newChannel(), newChannel()
	f := l.OpenFeed(1024)
	defer f.Close()
	for _, k := range []chat.Key{a, b, a} { // the same twice is once
		if err := f.Subscribe(k.Tenant); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, l, other, 1)
	want := map[chat.Key][]uint64{a: fill(t, l, a, 1, 2, 3), b: fill(t, l, b, 4, 5)}
	got := map[chat.Key]*numbers{a: {t: t, key: a}, b: {t: t, key: b}}
	for range 5 {
		m := next(t, f)
		n := got[m.Key]
		if n == nil || m.Kind != subjects.LiveCommit || m.Seq == 0 {
			t.Fatalf("heard %c of %s at %d", m.Kind, m.Key, m.Seq)
		}
		c, err := wire.DecodeCommit(m.Key, m.Data)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.add(m.Seq, c); err != nil {
			t.Fatal(err)
		}
	}
	got[a].dense(1, 6)
	got[b].dense(1, 9)
	for k, n := range got {
		if fmt.Sprint(n.seqs) != fmt.Sprint(want[k]) {
			t.Fatalf("heard %v, acknowledged %v", n.seqs, want[k])
		}
	}
	if err := f.Unsubscribe(a.Tenant); err != nil {
		t.Fatal(err)
	}
	if err := f.Unsubscribe(a.Tenant); err != nil {
		t.Fatal(err)
	}
	head, err := l.Head(deadline(t), a)
	if err != nil {
		t.Fatal(err)
	}
	must(t, l, commit(a, 1, 7, 1), head.Seq)
	must(t, l, commit(b, 1, 10, 1), want[b][1])
	if m := next(t, f); m.Key != b {
		t.Fatalf("heard %s after it was unsubscribed", m.Key)
	}
	if n := f.Dropped(); n != 0 {
		t.Fatalf("%d dropped", n)
	}
}

func next(t *testing.T, f *jetstream.Feed) jetstream.LiveMessage {
	t.Helper()
	m, err := f.Next(deadline(t))
	if err != nil {
		t.Fatalf("nothing was heard: %v", err)
	}
	return m
}

func liveOthers(t *testing.T, l Log) {
	key := newChannel()
	server := chat.ServerID(key.Tenant)
	f := l.OpenFeed(16)
	defer f.Close()
	if err := f.Subscribe(key.Tenant); err != nil {
		t.Fatal(err)
	}
	if err := l.Tip(key, 17); err != nil {
		t.Fatal(err)
	}
	m := next(t, f)
	if n, err := wire.DecodeTip(m.Data); err != nil || n != 17 || m.Key != key || m.Kind != subjects.LiveCommit || m.Seq != 0 {
		t.Fatalf("tip heard as %+v, %v", m, err)
	}
	if err := l.PublishLive(subjects.Typing(server, chat.ChannelID(key.ID)), []byte("typing")); err != nil {
		t.Fatal(err)
	}
	if m := next(t, f); m.Kind != subjects.LiveTyping || m.Key != key || string(m.Data) != "typing" {
		t.Fatalf("typing heard as %+v", m)
	}
	if err := l.PublishLive(subjects.Presence(server), []byte("presence")); err != nil {
		t.Fatal(err)
	}
	if m := next(t, f); m.Kind != subjects.LivePresence || m.Key != chat.ServerKey(server) || string(m.Data) != "presence" {
		t.Fatalf("presence heard as %+v", m)
	}
}

func fullFeed(t *testing.T, l Log) {
	key, marker := newChannel(), newChannel()
	f, watch := l.OpenFeed(4), l.OpenFeed(64)
	defer f.Close()
	defer watch.Close()
	for _, s := range []struct {
		f *jetstream.Feed
		k chat.Key
	}{{f, key}, {watch, key}, {watch, marker}} {
		if err := s.f.Subscribe(s.k.Tenant); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, l, key, 1, 1, 1, 1, 1, 1, 1)
	for range 7 {
		next(t, watch)
	}
	eventually(t, func() error {
		if n := f.Dropped(); n != 3 {
			return fmt.Errorf("%d dropped, want 3", n)
		}
		return nil
	})
	for range 4 {
		next(t, f)
	}
	if m, ok := f.TryNext(); ok {
		t.Fatalf("more than the feed may hold: %+v", m)
	}
}

func closedFeed(t *testing.T, l Log) {
	f := l.OpenFeed(4)
	ended := make(chan error, 1)
	go func() {
		_, err := f.Next(deadline(t))
		ended <- err
	}()
	f.Close()
	if err := <-ended; !errors.Is(err, jetstream.ErrFeedClosed) {
		t.Fatalf("the reader ended with %v", err)
	}
	if err := f.Subscribe(1); !errors.Is(err, jetstream.ErrFeedClosed) {
		t.Fatalf("subscribing to a closed feed: %v", err)
	}
}
