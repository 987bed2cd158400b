package verify

import (
	"context"
	"testing"

	"beep/chat"
	"beep/wire"
)

const (
	zoe    chat.UserID    = 2<<30 + 7
	direct chat.ServerID  = 5 << 30
	talk   chat.ChannelID = 6 << 30
)

// befriend makes ann, who keeps the pair, and zoe friends with a conversation.
func (w *world) befriend() {
	w.t.Helper()
	if err := w.log.CreateKey(w.ctx, uint64(direct)); err != nil {
		w.t.Fatal(err)
	}
	pair := chat.Pair{Username: "zoe", Friends: true, DirectID: direct, ChannelID: talk}
	w.commit(chat.UserKey(ann), &chat.UserRegistered{ID: ann, Username: "ann"}, &chat.PairDecided{UserID: zoe, Pair: pair},
		&chat.RelationChanged{UserID: zoe, Username: "zoe", State: chat.Friends}, &chat.DirectJoined{ServerID: direct, ChannelID: talk, UserID: zoe})
	w.commit(chat.UserKey(zoe), &chat.UserRegistered{ID: zoe, Username: "zoe"},
		&chat.RelationChanged{UserID: ann, Username: "ann", State: chat.Friends}, &chat.DirectJoined{ServerID: direct, ChannelID: talk, UserID: ann})
	w.commit(chat.ServerKey(direct), &chat.ServerCreated{ID: direct, Kind: chat.DirectOfTwo, OwnerID: ann},
		&chat.ChannelCreated{ID: talk, ServerID: direct, Type: chat.DirectChannel},
		&chat.MemberJoined{UserID: ann, Username: "ann"}, &chat.MemberJoined{UserID: zoe, Username: "zoe"})
	w.commit(chat.ChannelKey(direct, talk), &chat.MessageSent{ID: 1, ChannelID: talk, Type: chat.PlainMessage, Content: "dear"})
}

// part decides, in the keeper's log, that the friendship ends, and ends the
// conversation.
func (w *world) part() {
	w.t.Helper()
	w.commit(chat.UserKey(ann), &chat.PairDecided{UserID: zoe, Pair: chat.Pair{Username: "zoe", DirectID: direct, ChannelID: talk, Step: chat.StepEnding}})
	w.commit(chat.ServerKey(direct), &chat.ServerDeleted{})
}

func (w *world) erase() {
	w.t.Helper()
	if err := w.log.EraseKey(w.ctx, uint64(direct)); err != nil {
		w.t.Fatal(err)
	}
}

func TestAConversationErasedThoughItsTwoAreFriendsIsFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.befriend()
	w.agrees()
	w.erase()
	w.differs("was erased")
	w.rebuild()
	w.differs("was erased")
}

func TestFriendsWithoutAConversationAreFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.befriend()
	w.commit(chat.ServerKey(direct), &chat.ServerDeleted{})
	w.differs("does not exist")
	w.finds(w.checkLog(cutLog{w.log, chat.ServerKey(direct), 0}), "does not exist")
}

func TestAConversationErasedAtTheEndOfAFriendshipIsNoDamage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.befriend()
	w.part()
	w.agrees()
	w.erase()
	w.agrees()
	w.rebuild()
	w.agrees()
}

// partingLog ends the friendship when the keeper's log has been read.
type partingLog struct {
	Log
	w    *world
	done bool
}

func (l *partingLog) Replay(ctx context.Context, key chat.Key, after uint64, fn func(uint64, wire.Commit) error) error {
	err := l.Log.Replay(ctx, key, after, fn)
	if key == chat.UserKey(ann) && !l.done {
		l.done = true
		l.w.part()
		l.w.erase()
	}
	return err
}

func TestAFriendshipThatEndsMeanwhileIsNoDamage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.befriend()
	log := &partingLog{Log: w.log, w: w}
	r := newRun(Config{Log: log, Store: w.store, Lag: func() uint64 { return 0 }})
	for _, key := range []chat.Key{chat.UserKey(ann), chat.ServerKey(direct)} {
		if _, err := r.state(w.ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	if p := r.users[ann].Pairs[zoe]; !p.Friends || r.servers[direct].Exists() {
		t.Fatal("the friendship did not end between the two")
	}
	if err := r.friendships(w.ctx); err != nil || !r.report.OK() {
		t.Errorf("differences are %q: %v", r.report.Differences, err)
	}
}
