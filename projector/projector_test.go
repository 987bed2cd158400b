package projector_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"beep/beeptest/postgres"
	"beep/chat"
	"beep/jetstream"
	"beep/projector"
	"beep/store"
	"beep/wire"
)

func TestEveryEventLeavesItsTrace(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p, _ := w.run(w.store)
	channel, server, user := chat.ChannelKey(srv, room), chat.ServerKey(srv), chat.UserKey(ann)
	w.commit(user,
		&chat.UserRegistered{ID: ann, Username: "ann", FirstName: "Ann", LastName: "Lee"},
		&chat.ServerJoinStarted{ServerID: srv}, &chat.ServerJoined{ServerID: srv},
		&chat.ServerJoinStarted{ServerID: srv + 1}, &chat.ServerJoinFailed{ServerID: srv + 1},
		&chat.ChannelRead{ServerID: srv, ChannelID: room, Seq: 2},
		&chat.ChannelRead{ServerID: srv + 2, ChannelID: room + 1, Seq: 1}, &chat.ServerLeft{ServerID: srv + 2})
	w.commit(server,
		&chat.ServerCreated{ID: srv, Name: "Gophers", Description: "Go", Visibility: chat.Public, OwnerID: ann},
		&chat.ChannelCreated{ID: room, ServerID: srv, Name: "general", Type: chat.TextChannel},
		&chat.MemberJoined{UserID: ann, Username: "ann"}, &chat.MemberJoined{UserID: 5, Username: "bob"},
		&chat.MemberLeft{UserID: 5})
	w.send(room, 3)
	w.commit(channel, w.message(channel), &chat.MessageEdited{ID: 9, Seq: 4, Content: "edited"},
		&chat.MessageDeleted{ID: 9, Seq: 2}, w.message(channel))
	w.wait(p)

	if got, want := w.seqs(room), []uint64{1, 3, 4, 7}; !slices.Equal(got, want) {
		t.Errorf("messages are %v, want %v", got, want)
	}
	page, applied, err := w.store.Messages(w.ctx, store.MessageQuery{Channel: room, After: 3, UpTo: 4, Limit: 1})
	if err != nil || applied != 7 || len(page) != 1 || page[0].Content != "edited" || page[0].EditedAt != 1005 {
		t.Errorf("edited message is %+v, applied %d, error %v", page, applied, err)
	}
	servers, err := w.store.PublicServers(w.ctx, "gophers", 0, 5)
	if err != nil || len(servers) != 1 || servers[0].Members != 1 || servers[0].CreatedAt != 1001 {
		t.Errorf("servers are %+v, error %v", servers, err)
	}
	if id, err := w.store.ServerOf(w.ctx, room); err != nil || id != srv {
		t.Errorf("server of the channel is %v, error %v", id, err)
	}
	profile, err := w.store.UserByName(w.ctx, "ann")
	if err != nil || profile != (store.Profile{ID: ann, Username: "ann", FirstName: "Ann", LastName: "Lee"}) {
		t.Errorf("profile is %+v, error %v", profile, err)
	}
	read, err := w.store.ReadPositions(w.ctx, ann)
	if err != nil || len(read) != 1 || read[room].Seq != 2 {
		t.Errorf("read positions are %v, error %v", read, err)
	}
	if s := p.Status(); s.DeadLetters != 0 || s.Alarms != 0 {
		t.Errorf("status is %+v", s)
	}
	w.cursorsAtEnd()
}

func TestAProjectorThatStartsAgainGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const rooms, rounds = 40, 4
	for range rounds {
		_, interrupt := w.run(w.store)
		for i := range chat.ChannelID(rooms) {
			w.send(room+i, 25)
		}
		interrupt() // in the middle, wherever it is
		p, stop := w.run(w.store)
		w.wait(p)
		stop()
	}
	for i := range chat.ChannelID(rooms) {
		w.dense(room+i, 25*rounds)
	}
	if n := len(w.deadLetters()); n != 0 {
		t.Errorf("there are %d dead letters", n)
	}
	w.cursorsAtEnd()
}

func TestTwoProjectorsFoldEachRecordOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a, _ := w.run(w.store)
	b, _ := w.run(w.store)
	for range 20 {
		for i := range chat.ChannelID(20) {
			w.send(room+i, 5)
		}
	}
	w.wait(a)
	w.wait(b)
	for i := range chat.ChannelID(20) {
		w.dense(room+i, 100)
	}
	if n := len(w.deadLetters()); n != 0 {
		t.Errorf("there are %d dead letters", n)
	}
}

func TestNumbersThatDoNotContinueRaiseAnAlarmAndNothingStops(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p, _ := w.run(w.store)
	k := chat.ChannelKey(srv, room)
	w.send(room, 2)
	again := w.encode(k, w.message(k))
	w.inject(k, again)
	w.inject(k, again) // a commit that is in the log twice
	w.next[k] = 9
	w.send(room, 2) // 10 and 11: 4 to 9 are lost
	w.send(room+1, 1)
	w.wait(p)
	if got, want := w.seqs(room), []uint64{1, 2, 3, 10, 11}; !slices.Equal(got, want) {
		t.Errorf("messages are %v, want %v", got, want)
	}
	dead := w.deadLetters()
	if len(dead) != 1 || dead[0].Key != k || dead[0].Number != 10 || dead[0].Reason != "gap: after record 3 comes 10" {
		t.Errorf("dead letters are %+v", dead)
	}
	if s := p.Status(); s.Alarms != 1 || s.DeadLetters != 0 {
		t.Errorf("status is %+v", s)
	}
}

func TestWhatCannotBeReadBecomesADeadLetterAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p, _ := w.run(w.store)
	k := chat.ChannelKey(srv, room)
	w.send(room, 1)
	damaged := w.encode(k, w.message(k), w.message(k), w.message(k))
	damaged[len(damaged)-10] ^= 0x20 // in the last record
	w.inject(k, damaged)
	w.commit(k, &chat.MemberLeft{UserID: 1}) // number 5, in the wrong log
	noJSON := wire.Commit{Key: k, First: 6, Records: []wire.Record{{Number: 6, Kind: chat.KindMessageSent, Payload: []byte("{")}}}
	w.inject(k, wire.AppendCommit(nil, &noJSON))
	w.next[k] = 6
	w.inject(k, []byte("no commit at all"))
	w.send(room, 1)
	w.send(room+1, 1)
	w.wait(p)

	if got, want := w.seqs(room), []uint64{1, 2, 3, 7}; !slices.Equal(got, want) {
		t.Errorf("messages are %v, want %v", got, want)
	}
	var numbers []uint64
	for _, d := range w.deadLetters() {
		numbers = append(numbers, d.Number)
		if d.Key != k || d.Reason == "" || len(d.Data) == 0 {
			t.Errorf("dead letter is %+v", d)
		}
	}
	slices.Sort(numbers)
	if want := []uint64{0, 4, 5, 6}; !slices.Equal(numbers, want) {
		t.Errorf("dead letters have numbers %v, want %v", numbers, want)
	}
	quarantined := 0
	if err := w.log.DeadLetters(w.ctx, func(jetstream.DeadLetter) error { quarantined++; return nil }); err != nil {
		t.Fatal(err)
	}
	if s := p.Status(); s.DeadLetters != 4 || s.Alarms != 0 || quarantined != 4 {
		t.Errorf("status is %+v, %d are quarantined", s, quarantined)
	}
	w.cursorsAtEnd()
}

// flaky is a store that is away now and then: before it has begun, and, worse,
// after it has stored everything.
type flaky struct {
	*store.Store
	calls atomic.Int64
}

func (f *flaky) Project(ctx context.Context, moves []store.CursorMove, fn func(*store.Tx) error) error {
	away := chat.Errorf(chat.Unavailable, "project", "temporarily unavailable")
	switch f.calls.Add(1) % 4 {
	case 1:
		return away
	case 2:
		if err := f.Store.Project(ctx, moves, fn); err != nil {
			return err
		}
		return away
	}
	return f.Store.Project(ctx, moves, fn)
}

func TestAStoreThatIsAwayNowAndThenLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p, _ := w.run(&flaky{Store: w.store})
	for range 4 {
		for i := range chat.ChannelID(10) {
			w.send(room+i, 10)
		}
		w.wait(p)
	}
	for i := range chat.ChannelID(10) {
		w.dense(room+i, 40)
	}
	if n := len(w.deadLetters()); n != 0 {
		t.Errorf("there are %d dead letters", n)
	}
	w.cursorsAtEnd()
}

// gone is a store that is away for good.
type gone struct{ asked chan struct{} }

func (g gone) away() error {
	select {
	case g.asked <- struct{}{}:
	default:
	}
	return chat.Errorf(chat.Unavailable, "project", "temporarily unavailable")
}

func (g gone) Cursors(context.Context) (seqs [chat.Shards]uint64, err error) { return seqs, g.away() }
func (g gone) Applied(context.Context, chat.Key) (uint64, error)             { return 0, g.away() }
func (g gone) Scrub(context.Context) (bool, error)                           { return false, g.away() }
func (g gone) Project(context.Context, []store.CursorMove, func(*store.Tx) error) error {
	return g.away()
}

func TestAProjectorEndsWhenToldThoughTheStoreIsAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	g := gone{make(chan struct{}, 1)}
	p, stop := w.run(g)
	<-g.asked
	if p.Status().CaughtUp {
		t.Error("it has caught up without a store")
	}
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	if err := p.WaitFor(ctx, chat.UserKey(ann), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting: error is %v", err)
	}
	stop()
}

func TestStatusTellsWhenAllIsFoldedIn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.send(room, 300)
	p, _ := w.run(w.store)
	w.wait(p)
	for p.Status().CaughtUp == false {
		if w.ctx.Err() != nil {
			t.Fatalf("status is %+v", p.Status())
		}
		w.send(room, 1) // a barrier: each takes a transaction
		w.wait(p)
	}
	if s := p.Status(); s.Lag > 1 {
		t.Errorf("status is %+v", s)
	}
}

func TestADatabaseThatRefusesARecordGetsTheOthers(t *testing.T) {
	t.Parallel()
	w := setupOn(t, postgres.New(t).Database(t))
	k := chat.ChannelKey(srv, room)
	w.send(room, 3)
	null := w.message(k)
	null.Content = "Postgres has no \x00 in text"
	w.commit(k, w.message(k), null)
	w.send(room, 2)
	w.send(room+1, 2)
	p, _ := w.run(w.store)
	w.wait(p)
	if got, want := w.seqs(room), []uint64{1, 2, 3, 4, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("messages are %v, want %v", got, want)
	}
	w.dense(room+1, 2)
	dead := w.deadLetters()
	if len(dead) != 1 || dead[0].Number != 5 || !strings.Contains(dead[0].Reason, "22021") {
		t.Errorf("dead letters are %+v", dead)
	}
	if s := p.Status(); s.DeadLetters != 1 {
		t.Errorf("status is %+v", s)
	}
}

var _ projector.Store = (*store.Store)(nil)
var _ projector.Log = (*jetstream.Log)(nil)
