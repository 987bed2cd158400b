package verify

import (
	"context"
	"strings"
	"testing"

	"beep/chat"
	"beep/store"
	"beep/wire"
)

// busyLog gets a new record of one entity whenever that has been read, and the
// database has it at once.
type busyLog struct {
	Log
	w    *world
	key  chat.Key
	next func() chat.Event
	left int // how often
}

func (l *busyLog) Replay(ctx context.Context, key chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	err := l.Log.Replay(ctx, key, after, fn)
	if err == nil && key == l.key && l.left > 0 {
		l.left--
		l.w.commit(key, l.next())
		err = l.w.proj.WaitFor(ctx, key, l.w.next[key])
	}
	return err
}

// busy are the entities of populate with what may happen to them all the time.
func (w *world) busy() map[chat.Key]func() chat.Event {
	id := chat.MessageID(100)
	send := func(ch chat.ChannelID) func() chat.Event {
		return func() chat.Event {
			id++
			return &chat.MessageSent{ID: id, ChannelID: ch, Type: chat.PlainMessage, Content: "more"}
		}
	}
	return map[chat.Key]func() chat.Event{
		chat.ChannelKey(srv, room): send(room), chat.ChannelKey(srv, room+1): send(room + 1),
		chat.ServerKey(srv): func() chat.Event { return &chat.MemberRenamed{UserID: ann, Nickname: "Anna"} },
		chat.UserKey(ann):   func() chat.Event { return &chat.NotificationsSnoozed{Until: 5} },
	}
}

// records is how many there are in all logs.
func (w *world) records() (n uint64) {
	for _, last := range w.next {
		n += last
	}
	return n
}

func TestWhatChangesTooFastToBeComparedIsNotCalledAgreed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.populate()
	w.commit(chat.ServerKey(srv), &chat.ChannelDeleted{ID: room + 1})
	w.agrees()
	for key, next := range w.busy() {
		report := w.checkLog(&busyLog{Log: w.log, w: w, key: key, next: next, left: 1000})
		if report.OK() || len(report.Differences) > 0 || !strings.Contains(report.Error, "1 entities changed too fast") || !strings.Contains(report.Error, describe(key)) {
			t.Errorf("%s: differences are %q, error %q", describe(key), report.Differences, report.Error)
		}
		if others := w.records() - w.next[key]; report.Records != others {
			t.Errorf("%s: %d records are called compared, the others have %d", describe(key), report.Records, others)
		}
	}
	w.agrees() // when it is quieter
}

func TestWhatABusyLogSaysAgainstItselfStands(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.populate()
	key := chat.ChannelKey(srv, room)
	w.commit(key, &chat.MessageSent{ID: 1, ChannelID: room, Type: chat.PlainMessage, Content: "one"})
	report := w.checkLog(&busyLog{Log: w.log, w: w, key: key, next: w.busy()[key], left: 1000})
	if report.Error == "" || len(report.Differences) != 1 || !strings.Contains(report.Differences[0], "message 1 was sent twice") {
		t.Errorf("differences are %q, error %q", report.Differences, report.Error)
	}
}

func TestWhatChangesForAWhileIsComparedAfterwards(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.populate()
	for key, next := range w.busy() {
		log := &busyLog{Log: w.log, w: w, key: key, next: next, left: attempts - 1}
		if report := w.checkLog(log); !report.OK() || log.left != 0 {
			t.Errorf("%s: differences are %q, error %q, %d changes left", describe(key), report.Differences, report.Error, log.left)
		}
		if report := w.agrees(); report.Records != w.records() {
			t.Errorf("%d records, want %d", report.Records, w.records())
		}
	}
}

// lateStore gets a new record of one entity when its rows are about to be read,
// later than anybody asked how far it has come.
type lateStore struct {
	Store
	w    *world
	key  chat.Key
	next func() chat.Event
	left int // how often
}

func (s *lateStore) change(ctx context.Context, key chat.Key) error {
	if key != s.key || s.left == 0 {
		return nil
	}
	s.left--
	s.w.commit(key, s.next())
	return s.w.proj.WaitFor(ctx, key, s.w.next[key])
}

func (s *lateStore) AllMessages(ctx context.Context, ch chat.ChannelID, fn func(chat.Message) error) error {
	if err := s.change(ctx, chat.ChannelKey(srv, ch)); err != nil {
		return err
	}
	return s.Store.AllMessages(ctx, ch, fn)
}

func (s *lateStore) Members(ctx context.Context, id chat.ServerID, after chat.UserID, limit int) ([]store.Member, error) {
	if err := s.change(ctx, chat.ServerKey(id)); err != nil {
		return nil, err
	}
	return s.Store.Members(ctx, id, after, limit)
}

func TestRowsNewerThanWhatWasReadAreNoDifference(t *testing.T) {
	t.Parallel()
	for _, left := range []int{1, attempts - 1, 1000} {
		w := setup(t)
		w.populate()
		name := "Anna"
		rename := func() chat.Event {
			name += "a"
			return &chat.MemberRenamed{UserID: ann, Nickname: name}
		}
		for key, next := range map[chat.Key]func() chat.Event{
			chat.ChannelKey(srv, room): w.busy()[chat.ChannelKey(srv, room)], chat.ServerKey(srv): rename,
		} {
			report := w.compare(w.log, &lateStore{Store: w.store, w: w, key: key, next: next, left: left})
			if report.OK() != (left < attempts) || len(report.Differences) > 0 {
				t.Errorf("%s changes %d times: differences are %q, error %q", describe(key), left, report.Differences, report.Error)
			}
		}
	}
}
