package actors_test

import (
	"testing"

	"beep/chat"
)

func TestAChannelWhoseLastCommitIsUnreadableGoesOn(t *testing.T) {
	t.Parallel()
	const most = chat.MaxRecordsPerCommit
	for name, c := range map[string]struct {
		inject func(w *world, key chat.Key) (uint64, error)
		next   uint64
	}{
		"foreign bytes use no number": {func(w *world, key chat.Key) (uint64, error) {
			return w.log.Inject(key, []byte("garbage"))
		}, 2},
		"a damaged commit used the most it can": {func(w *world, key chat.Key) (uint64, error) {
			return w.log.InjectDamaged(key, 1, 2, []byte("garbage"))
		}, 2 + most},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			if _, err := w.send(bob, ""); err != nil {
				t.Fatal(err)
			}
			w.stop()
			if _, err := c.inject(w, chat.ChannelKey(home, room)); err != nil {
				t.Fatal(err)
			}
			w.start()
			for i := range uint64(3) {
				if sent, err := w.send(bob, ""); err != nil || sent.Seq != c.next+i {
					t.Fatal(sent, err)
				}
			}
			w.dense(int(c.next) + 2)
		})
	}
}

func TestAServerWhoseLastCommitIsUnreadableTakesMembersAndShowsThem(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := chat.ServerKey(home)
	head, err := w.log.Head(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	// The node does not stop: its actor is fenced once, and its copy has a gap.
	if _, err := w.log.InjectDamaged(key, 1, head.Last+1, []byte("garbage")); err != nil {
		t.Fatal(err)
	}
	const eve chat.UserID = 103
	w.must(chat.UserKey(eve), &chat.RegisterUser{ID: eve, Username: "eve"})
	if _, err := w.ask(chat.UserKey(eve), &chat.StartJoin{Server: home}); err != nil {
		w.must(chat.UserKey(eve), &chat.StartJoin{Server: home})
	}
	w.stop()
	w.start()
	if _, err := w.send(eve, ""); err != nil {
		t.Fatal(err)
	}
}
