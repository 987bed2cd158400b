package verify

import (
	"context"
	"sync"
	"testing"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// cutLog is a log of which one entity's end is missing.
type cutLog struct {
	Log
	key chat.Key
	to  uint64
}

func (l cutLog) Keys(ctx context.Context, fn func(chat.Key, uint64) error) error {
	return l.Log.Keys(ctx, func(key chat.Key, head uint64) error {
		if key == l.key {
			if head = l.to; head == 0 {
				return nil
			}
		}
		return fn(key, head)
	})
}

func (l cutLog) Head(ctx context.Context, key chat.Key) (jetstream.Head, error) {
	head, err := l.Log.Head(ctx, key)
	if key == l.key {
		head.Last = l.to
	}
	return head, err
}

func (l cutLog) Replay(ctx context.Context, key chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	return l.Log.Replay(ctx, key, after, func(seq uint64, c wire.Commit) error {
		if key == l.key && c.Last() > l.to {
			return nil
		}
		return fn(seq, c)
	})
}

// deafLog knows where its logs end, but does not hand the end of one out.
type deafLog struct {
	Log
	cut cutLog
}

func (l deafLog) Replay(ctx context.Context, key chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	return l.cut.Replay(ctx, key, after, fn)
}

// late adds one commit more to every kind of log, each of which folds into no row.
func (w *world) late() (user, server, live, gone chat.Key) {
	w.t.Helper()
	user, server = chat.UserKey(ann), chat.ServerKey(srv)
	live, gone = chat.ChannelKey(srv, room+1), chat.ChannelKey(srv, room)
	w.commit(user, &chat.NotificationsSnoozed{Until: 5})
	w.commit(server, &chat.ChannelDeleted{ID: room})
	w.commit(server, &chat.RoleCreated{ID: 77, Position: 1})
	w.commit(live, &chat.MessageSent{ID: 45, ChannelID: room + 1, Type: chat.PlainMessage, Content: "late"})
	w.commit(live, &chat.MessageDeleted{ID: 45, Seq: w.next[live]})
	w.commit(gone, &chat.MessageSent{ID: 44, ChannelID: room, Type: chat.PlainMessage, Content: "late"})
	return user, server, live, gone
}

func TestALostTailThatTheDatabaseHasFoldedIsFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.populate()
	user, server, live, gone := w.late()
	w.agrees()
	for _, key := range []chat.Key{user, server, live, gone} {
		cut := cutLog{w.log, key, w.next[key] - 1}
		w.finds(w.checkLog(cut), describe(key)+": the database knows")
		w.finds(w.checkLog(deafLog{w.log, cut}), describe(key)+": the log had")
	}
}

func TestALogThatIsLostWholeIsFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.populate()
	user, server, live, gone := w.late()
	for _, key := range []chat.Key{user, server, live, gone} {
		w.finds(w.checkLog(cutLog{w.log, key, 0}), describe(key)+": the database knows")
	}
	// Also where the database has forgotten it, a server's channels speak of it.
	w.finds(w.checkLog(cutLog{w.log, server, 0}), "its server's log none")
}

func TestALostTailOfWhatWasErasedIsFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	server, channel := w.erased()
	for _, key := range []chat.Key{server, channel} {
		for _, to := range []uint64{0, w.next[key] - 1} {
			w.finds(w.checkLog(cutLog{w.log, key, to}), describe(key)+": the database knows")
		}
	}
}

// erased makes a server whose key was erased, with more than one commit per log.
func (w *world) erased() (server, channel chat.Key) {
	w.t.Helper()
	if err := w.log.CreateKey(w.ctx, uint64(srv)); err != nil {
		w.t.Fatal(err)
	}
	w.populate()
	server, channel = chat.ServerKey(srv), chat.ChannelKey(srv, room)
	w.commit(channel, &chat.MessageSent{ID: 44, ChannelID: room, Type: chat.PlainMessage, Content: "late"})
	w.commit(server, &chat.ServerDeleted{Name: "Home"})
	if err := w.log.EraseKey(w.ctx, uint64(srv)); err != nil {
		w.t.Fatal(err)
	}
	return server, channel
}

// growingLog shows the end of one entity's log only from its second reading on, as
// if it had come while the first was looked at.
type growingLog struct {
	Log
	cut  cutLog
	mu   sync.Mutex
	read int
}

func (l *growingLog) Keys(ctx context.Context, fn func(chat.Key, uint64) error) error {
	return l.cut.Keys(ctx, fn)
}

func (l *growingLog) Replay(ctx context.Context, key chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	if key == l.cut.key {
		l.mu.Lock()
		l.read++
		first := l.read == 1
		l.mu.Unlock()
		if first {
			return l.cut.Replay(ctx, key, after, fn)
		}
	}
	return l.Log.Replay(ctx, key, after, fn)
}

func TestALogThatGrowsWhileItIsLookedAtAgreesAndIsCountedOnce(t *testing.T) {
	t.Parallel()
	for name, populate := range map[string]func(*world) []chat.Key{
		"erased": func(w *world) []chat.Key {
			server, channel := w.erased()
			return []chat.Key{server, channel}
		},
		"readable": func(w *world) []chat.Key {
			w.populate()
			user, server, live, gone := w.late()
			return []chat.Key{user, server, live, gone}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			keys := populate(w)
			want := w.agrees()
			for _, key := range keys {
				log := &growingLog{Log: w.log, cut: cutLog{w.log, key, w.next[key] - 1}}
				got := w.checkLog(log)
				if log.read < 2 || !got.OK() || got.Records != want.Records || got.Erased != want.Erased || got.Messages != want.Messages || got.Gone != want.Gone || got.Channels != want.Channels {
					t.Errorf("%s, read %d times: report is %+v, want %+v", describe(key), log.read, got, want)
				}
			}
		})
	}
}
