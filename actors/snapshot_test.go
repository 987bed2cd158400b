package actors_test

import (
	"context"
	"testing"
	"time"

	"beep/chat"
	"beep/wire"
)

// An activation that had to read a long log, for its snapshot was of no use,
// saves what it made of it: the next one is spared the reading, whether or not
// a commit comes between.
func TestALongReadingIsSaved(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const n = 1200 // more than a snapshot's worth
	for range n {
		if _, err := w.send(bob, ""); err != nil {
			t.Fatal(err)
		}
	}
	w.stop()
	key := chat.ChannelKey(home, room)
	if err := w.log.SaveSnapshot(context.Background(), key, wire.Snapshot{Number: 1, Seq: 1, State: []byte("of no use")}); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.must(key, &chat.ReadHistory{By: ada, Channel: room, Limit: 1})
	deadline, look := time.NewTimer(10*time.Second), time.NewTicker(5*time.Millisecond)
	defer deadline.Stop()
	defer look.Stop()
	for {
		s, ok, err := w.log.LoadSnapshot(context.Background(), key)
		if err != nil {
			t.Fatal(err)
		}
		if ok && s.Number >= n {
			return
		}
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("the snapshot is still that of record %d", s.Number)
		}
	}
}
