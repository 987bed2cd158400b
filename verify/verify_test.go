package verify

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/beeptest/fakelog"
	"beep/chat"
	"beep/projector"
	"beep/store"
	"beep/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	srv  chat.ServerID  = 2 << 30
	room chat.ChannelID = 3 << 30
	ann  chat.UserID    = 1 << 30
)

// world is a log that a projector has folded into a database.
type world struct {
	t     *testing.T
	ctx   context.Context
	log   *fakelog.Log
	store *store.Store
	proj  *projector.Projector
	next  map[chat.Key]uint64
}

func setup(t *testing.T) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	w := &world{t: t, ctx: ctx, log: fakelog.New(), next: map[chat.Key]uint64{}}
	t.Cleanup(w.log.Close)
	w.rebuild()
	return w
}

// rebuild folds the log into a new database, until the test ends.
func (w *world) rebuild() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.ctx)
	var err error
	w.store, err = store.Open(ctx, store.Options{DSN: filepath.Join(w.t.TempDir(), "beep.db")})
	if err != nil {
		cancel()
		w.t.Fatal(err)
	}
	w.proj = projector.New(projector.Config{Log: w.log, Store: w.store})
	proj, s, ended := w.proj, w.store, make(chan error, 1)
	go func() { ended <- proj.Run(ctx) }()
	w.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("projector: %v", err)
		}
		if err := s.Close(); err != nil {
			w.t.Errorf("close store: %v", err)
		}
	})
}

func (w *world) commit(k chat.Key, events ...chat.Event) {
	w.t.Helper()
	head, err := w.log.Head(w.ctx, k)
	if err != nil {
		w.t.Fatal(err)
	}
	c := wire.Commit{Key: k, Epoch: 1, First: w.next[k] + 1}
	for _, e := range events {
		w.next[k]++
		r, err := wire.EncodeEvent(e, w.next[k], int64(1000+w.next[k]), ann, "")
		if err != nil {
			w.t.Fatal(err)
		}
		c.Records = append(c.Records, r)
	}
	done := make(chan error, 1)
	w.log.Append(&c, head.Seq, func(_ uint64, err error) { done <- err })
	if err := <-done; err != nil {
		w.t.Fatal(err)
	}
}

// check does what Run does, but for what needs a gateway.
func (w *world) check() Report { return w.checkLog(w.log) }

// checkLog checks what log shows of the world's log.
func (w *world) checkLog(log Log) Report {
	w.t.Helper()
	return w.compare(log, w.store)
}

func (w *world) compare(log Log, db Store) Report {
	w.t.Helper()
	for k, n := range w.next {
		if err := w.proj.WaitFor(w.ctx, k, n); err != nil {
			w.t.Fatal(err)
		}
	}
	r := newRun(Config{Log: log, Store: db, Lag: func() uint64 { return 0 }})
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	must(log.Keys(w.ctx, func(k chat.Key, head uint64) error {
		r.keys[k] = head
		return nil
	}))
	for k := range r.keys {
		if k.Kind != chat.KindChannel {
			must(r.settings(w.ctx, k))
		}
	}
	r.memberships()
	must(r.friendships(w.ctx))
	for k := range r.keys {
		if k.Kind != chat.KindChannel {
			continue
		}
		if st := r.servers[chat.ServerID(k.Tenant)]; st == nil {
			must(r.orphan(w.ctx, k))
		} else if _, alive := st.Channel(chat.ChannelID(k.ID)); alive {
			must(r.channel(w.ctx, nil, k))
		} else {
			must(r.gone(w.ctx, k))
		}
	}
	must(r.strays(w.ctx))
	return r.report
}

func (w *world) agrees() Report {
	w.t.Helper()
	report := w.check()
	if !report.OK() {
		w.t.Errorf("differences are %q, error %q", report.Differences, report.Error)
	}
	return report
}

func (w *world) differs(word string) {
	w.t.Helper()
	w.finds(w.check(), word)
}

func (w *world) finds(report Report, word string) {
	w.t.Helper()
	if len(report.Differences) == 0 || !strings.Contains(strings.Join(report.Differences, "\n"), word) {
		w.t.Errorf("differences are %q, want one with %q", report.Differences, word)
	}
}

// populate makes a server with everything that messages can have.
func (w *world) populate() {
	w.t.Helper()
	w.commit(chat.UserKey(ann), &chat.UserRegistered{ID: ann, Username: "ann"}, &chat.ServerJoined{ServerID: srv},
		&chat.RelationChanged{UserID: 9, Username: "zoe", State: chat.Friends})
	w.commit(chat.ServerKey(srv), &chat.ServerCreated{ID: srv, Name: "Home", Visibility: chat.Public, OwnerID: ann},
		&chat.MemberJoined{UserID: ann, Username: "ann"}, &chat.MemberRenamed{UserID: ann, Nickname: "Annie"},
		&chat.ChannelCreated{ID: room, ServerID: srv, Type: chat.TextChannel}, &chat.ChannelCreated{ID: room + 1, ServerID: srv, Type: chat.TextChannel})
	k := chat.ChannelKey(srv, room)
	w.commit(k, &chat.MessageSent{ID: 1, ChannelID: room, Type: chat.PlainMessage, Content: "one"},
		&chat.MessageSent{ID: 2, ChannelID: room, Type: chat.PlainMessage, Poll: &chat.Poll{Question: "?", Options: []chat.PollOption{{Text: "a"}, {Text: "b"}}}},
		&chat.MessageSent{ID: 3, ChannelID: room, Type: chat.PlainMessage, Content: "gone"},
		&chat.ReactionAdded{ID: 1, Seq: 1, Emoji: "x", UserID: 5}, &chat.ReactionAdded{ID: 1, Seq: 1, Emoji: "y", UserID: 6},
		&chat.ReactionAdded{ID: 1, Seq: 1, Emoji: "x", UserID: 7}, &chat.ReactionRemoved{ID: 1, Seq: 1, Emoji: "x", UserID: 5},
		&chat.PollVoted{ID: 2, Seq: 2, UserID: 5, Options: []int{0}}, &chat.PollVoted{ID: 2, Seq: 2, UserID: 6, Options: []int{0}},
		&chat.PollVoted{ID: 2, Seq: 2, UserID: 5, Options: []int{0, 1}}, &chat.MessagePinned{ID: 1, Seq: 1, Pinned: true},
		&chat.MessageEdited{ID: 1, Seq: 1, Content: "uno", Mentions: chat.Mentions{Users: []chat.UserID{ann}}},
		&chat.MessagesPurged{UserID: ann, Seqs: []uint64{3}})
	w.commit(chat.ChannelKey(srv, room+1), &chat.MessageSent{ID: 4, ChannelID: room + 1, Type: chat.PlainMessage, Content: "four"})
}

func (w *world) tamper(do func(*store.Tx) error) {
	w.t.Helper()
	if err := w.store.Project(w.ctx, nil, do); err != nil {
		w.t.Fatal(err)
	}
}

func TestLogAndDatabaseAgreeOnTheWholeDomain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.populate()
	w.agrees()
}

func TestAnyDifferenceIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(*store.Tx) error
		word string
	}{
		"a reaction": {func(tx *store.Tx) error { return tx.RemoveReaction(room, 1, "y", 6) }, "message 1"},
		"a vote":     {func(tx *store.Tx) error { return tx.Vote(room, 2, 99, 6, nil) }, "message 2"},
		"a pin":      {func(tx *store.Tx) error { return tx.PinMessage(room, 1, 99, false) }, "message 1"},
		"a message":  {func(tx *store.Tx) error { return tx.DeleteMessages(room, []uint64{2}) }, "in the database"},
		"a nickname": {func(tx *store.Tx) error { return tx.RenameMember(srv, ann, "Anna") }, "is called"},
		"a relation": {func(tx *store.Tx) error { return tx.PutRelation(ann, store.Relation{OtherID: 9}) }, "relations"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.populate()
			w.agrees()
			w.tamper(c.do)
			w.differs(c.word)
		})
	}
}

func TestWhatWasDeletedMustBeGoneFromTheDatabase(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.populate()
	w.commit(chat.ServerKey(srv), &chat.ChannelDeleted{ID: room})
	if report := w.agrees(); report.Gone != 1 {
		t.Errorf("report is %+v", report)
	}
	w.tamper(func(tx *store.Tx) error {
		return tx.InsertMessages([]chat.Message{{ID: 1, ChannelID: room, Seq: 1, Type: chat.PlainMessage}})
	})
	w.differs("it was deleted")
}

func TestWhatWasErasedIsNoDamage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if err := w.log.CreateKey(w.ctx, uint64(srv)); err != nil {
		t.Fatal(err)
	}
	w.populate()
	w.commit(chat.ServerKey(srv), &chat.ServerDeleted{Name: "Home"})
	w.agrees()
	if err := w.log.EraseKey(w.ctx, uint64(srv)); err != nil {
		t.Fatal(err)
	}
	if report := w.agrees(); report.Gone != 2 || report.Erased != 6+13+1 {
		t.Errorf("report is %+v", report)
	}
}
