package logsuite

import (
	"slices"
	"testing"

	"beep/chat"
)

// unreadableEnd: the last messages of a log cannot be read. Whoever replays it,
// from its beginning or after a snapshot, learns the fence and a number that is
// free, and goes on writing with just that.
func unreadableEnd(t *testing.T, l Log) {
	const most = chat.MaxRecordsPerCommit
	for _, c := range []struct {
		name  string
		first []uint64 // by the message ids of the damaged commits; 0: no id
		last  uint64   // number the replay must end at
	}{
		{"something foreign", []uint64{0}, 6},
		{"two foreign", []uint64{0, 0}, 6},
		{"a damaged commit", []uint64{7}, 6 + most},
		{"damaged, then foreign", []uint64{7, 0}, 6 + most},
		{"foreign, then damaged", []uint64{0, 7}, 6 + most},
		{"two damaged", []uint64{7, 9}, 8 + most},
		{"numbers skipped", []uint64{6000}, 5999 + most},
	} {
		for snapshot := range 3 { // the commit after which the replay begins
			key := newChannel()
			seqs := append([]uint64{0}, fill(t, l, key, 4, 2)...)
			for _, first := range c.first {
				damage(t, l, key, first)
			}
			before := []uint64{0, 4, 6}[snapshot]
			n := &numbers{t: t, key: key}
			if err := l.Replay(deadline(t), key, seqs[snapshot], n.add); err != nil {
				t.Fatal(c.name, err)
			}
			head, err := l.Head(deadline(t), key)
			if err != nil || head.Last != c.last {
				t.Fatalf("%s: head is %+v, %v; want number %d", c.name, head, err, c.last)
			}
			if len(n.seqs) == 0 || n.seqs[len(n.seqs)-1] != head.Seq {
				t.Fatalf("%s: replay after %d saw %v, the head is at %d", c.name, seqs[snapshot], n.seqs, head.Seq)
			}
			if last := slices.Max(append(n.got, before)); last != c.last {
				t.Fatalf("%s: replay after %d ends at number %d, want %d", c.name, seqs[snapshot], last, c.last)
			}
			if c.last <= 8+most {
				n.dense(before+1, c.last)
				checkRange(t, l, key, 1, c.last, c.last)
			}
			must(t, l, commit(key, 2, c.last+1, 1), head.Seq)
			again := &numbers{t: t, key: key}
			if err := l.Replay(deadline(t), key, 0, again.add); err != nil {
				t.Fatal(c.name, err)
			}
			if c.last <= 8+most {
				again.dense(1, c.last+1)
			}
			checkRange(t, l, key, c.last+1, c.last+1, c.last+1)
		}
	}
}

// damage appends what cannot be read; first 0: without a message id.
func damage(t *testing.T, l Log, key chat.Key, first uint64) {
	t.Helper()
	data := []byte("damaged")
	var err error
	if first == 0 {
		_, err = l.(Injector).Inject(key, data)
	} else {
		_, err = l.(Injector).InjectDamaged(key, 1, first, data)
	}
	if err != nil {
		t.Fatal(err)
	}
}
