package actors_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/actors"
	"beep/beeptest/fakelog"
	"beep/chat"
	"beep/cluster"
	"beep/jetstream"
	"beep/tenant"
	"beep/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ada  chat.UserID    = 101
	bob  chat.UserID    = 102
	home chat.ServerID  = 201
	room chat.ChannelID = 301
)

// log is the fake as actors see it.
type log struct {
	*fakelog.Log
	keys *keyFaults
}

func (log) Fenced(err error) bool { return errors.Is(err, jetstream.ErrFenced) }

// archive is a read model that has, or has not, what it is asked for.
type archive struct {
	mu      sync.Mutex
	applied uint64
	found   map[chat.MessageID]chat.Message
	err     error
	asked   int           // how often
	gate    chan struct{} // answers wait for it, once
}

func (a *archive) Message(_ context.Context, _ chat.ChannelID, id chat.MessageID) (chat.Message, uint64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	if a.err != nil {
		return chat.Message{}, 0, a.err
	}
	m, ok := a.found[id]
	applied := a.applied
	if gate := a.gate; gate != nil {
		a.gate = nil
		a.mu.Unlock()
		<-gate
		a.mu.Lock()
	}
	if !ok {
		return m, applied, chat.Errorf(chat.NotFound, "read message", "there is no such message")
	}
	return m, applied, nil
}

// world is one node's actors on a log that outlives it.
type world struct {
	t       *testing.T
	log     log
	archive *archive
	node    *cluster.Node
	net     *net // between actors
	tenants *tenant.Book
	sight   *sight // of the log, as copies of servers have it
	mu      sync.Mutex
	now     time.Time
	nextID  chat.MessageID
	system  bool // the system sends messages of its own
	recent  map[chat.UserID][]int64
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, log: log{fakelog.New(), &keyFaults{}}, net: &net{}, archive: &archive{found: map[chat.MessageID]chat.Message{}},
		now: time.UnixMilli(1_750_000_000_000), nextID: 1000,
	}
	t.Cleanup(w.log.Close)
	w.start()
	t.Cleanup(func() { w.stop() })
	w.must(chat.UserKey(ada), &chat.RegisterUser{ID: ada, Username: "ada"})
	w.must(chat.UserKey(bob), &chat.RegisterUser{ID: bob, Username: "bob"})
	w.must(chat.UserKey(ada), &chat.StartJoin{Server: home, Create: &chat.ServerPlan{
		Name: "Home", Visibility: chat.Public, ChannelID: room, ChannelName: "general",
	}})
	w.must(chat.UserKey(bob), &chat.StartJoin{Server: home})
	return w
}

// start makes a node on the log, as after a restart.
func (w *world) start() {
	logger := slog.New(slog.DiscardHandler)
	w.node = cluster.New(logger)
	if w.net == nil {
		w.net = &net{}
	}
	w.net.to(w.node)
	w.sight = &sight{log: w.log}
	w.tenants = tenant.New(w.sight, logger)
	actors.Register(w.node, &actors.Config{
		Log: w.log, Place: w.net, Tenants: w.tenants, Archive: w.archive, Logger: logger, Now: w.clock,
		NewID:        w.newID,
		RetryAfter:   20 * time.Millisecond,
		RecentSends:  func(u chat.UserID) []int64 { return w.recent[u] },
		WindowExempt: func(name string) bool { return name == "bob" },
	}, actors.NewTips(w.log, w.clock))
}

func (w *world) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.node.Drain(ctx); err != nil {
		w.t.Error("drain:", err)
	}
	w.tenants.Close()
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) ask(key chat.Key, cmd chat.Command) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return w.node.Ask(ctx, key, cmd)
}

func (w *world) must(key chat.Key, cmd chat.Command) any {
	w.t.Helper()
	v, err := w.ask(key, cmd)
	if err != nil {
		w.t.Fatalf("%s: %v", cmd.CommandName(), err)
	}
	return v
}

// newID gives system messages no identifier, so that joins are not reported:
// tests count records, and nobody can wait for that one. See system.
func (w *world) newID() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.system {
		return 0
	}
	w.nextID++
	return uint64(w.nextID)
}

func (w *world) message(by chat.UserID, nonce string) *chat.SendMessage {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nextID++
	return &chat.SendMessage{By: by, Server: home, Channel: room, ID: w.nextID, Content: fmt.Sprint("text ", w.nextID), Nonce: nonce}
}

func (w *world) send(by chat.UserID, nonce string) (*chat.Sent, error) {
	v, err := w.ask(chat.UserKey(by), w.message(by, nonce))
	sent, _ := v.(*chat.Sent)
	return sent, err
}

// records are what the log holds of the channel.
func (w *world) records() (numbers []uint64, commits int) {
	w.t.Helper()
	err := w.log.Replay(context.Background(), chat.ChannelKey(home, room), 0, func(_ uint64, c wire.Commit) error {
		commits++
		for i := range c.Records {
			numbers = append(numbers, c.Records[i].Number)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return numbers, commits
}

func (w *world) dense(n int) {
	w.t.Helper()
	numbers, _ := w.records()
	if len(numbers) != n {
		w.t.Fatalf("%d records in the log, want %d", len(numbers), n)
	}
	for i, got := range numbers {
		if got != uint64(i+1) {
			w.t.Fatalf("record %d stands at %d", got, i+1)
		}
	}
}

func TestWhatQueuesWhileACommitFliesGoesInOneCommit(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.send(bob, ""); err != nil {
		t.Fatal(err)
	}
	release := w.log.Hold()
	const n = 300
	var wg sync.WaitGroup
	seen := make([]uint64, n)
	for i := range n {
		wg.Add(1)
		w.node.Tell(chat.ChannelKey(home, room), w.message(bob, ""), func(v any, err error) {
			defer wg.Done()
			if err == nil {
				seen[i] = v.(*chat.Sent).Seq
			}
		})
	}
	release()
	wg.Wait()
	w.dense(n + 1)
	if _, commits := w.records(); commits > 1+1+2 {
		t.Fatalf("%d commits", commits)
	}
	unique := map[uint64]bool{}
	for _, s := range seen {
		unique[s] = true
	}
	if len(unique) != n || unique[0] {
		t.Fatalf("%d answers for %d sends", len(unique), n)
	}
}

func TestALostAcknowledgementChangesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.log.DropAcks(1)
	sent, err := w.send(bob, "n")
	if err != nil || sent.Seq != 1 {
		t.Fatal(sent, err)
	}
	w.dense(1)
}

func TestAnUnknownOutcomeIsSettledByTheNonce(t *testing.T) {
	t.Parallel()
	for _, stored := range []bool{true, false} {
		w := setup(t)
		if stored {
			w.log.FailNextStored(jetstream.ErrUnavailable)
		} else {
			w.log.FailNext(jetstream.ErrUnavailable)
		}
		if _, err := w.send(bob, "n"); !chat.Is(err, chat.Unavailable) {
			t.Fatal("an unknown outcome was told as known:", err)
		}
		sent, err := w.send(bob, "n")
		if err != nil || sent.Seq != 1 || sent.Repeat != stored {
			t.Fatal(stored, sent, err)
		}
		w.dense(1)
	}
}

func TestTwoActivationsOfOneChannelNeverBothCommit(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.send(bob, ""); err != nil {
		t.Fatal(err)
	}
	// A second node that believes the channel to be its own.
	other := &world{t: t, log: w.log, archive: w.archive, now: w.now}
	other.start()
	defer other.stop()
	var wg sync.WaitGroup
	var mu sync.Mutex
	seqs := map[uint64]int{}
	for i := range 200 {
		node := w.node
		if i%2 == 0 {
			node = other.node
		}
		wg.Add(1)
		node.Tell(chat.ChannelKey(home, room), w.message(bob, fmt.Sprint(i)), func(v any, err error) {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				seqs[v.(*chat.Sent).Seq]++
			} else if !chat.Is(err, chat.Fenced) && !chat.Is(err, chat.Unavailable) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	numbers, _ := w.records()
	for i, n := range numbers {
		if n != uint64(i+1) {
			t.Fatalf("record %d stands at %d", n, i+1)
		}
	}
	for seq, times := range seqs {
		if times != 1 || seq > uint64(len(numbers)) {
			t.Fatalf("sequence %d was given to %d sends", seq, times)
		}
	}
}

func TestStateIsTheSameAfterARestart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const n = 1500 // more than a snapshot's worth, more than memory holds
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		w.node.Tell(chat.ChannelKey(home, room), w.message(bob, ""), func(_ any, err error) {
			defer wg.Done()
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	page := func() string {
		v := w.must(chat.ChannelKey(home, room), &chat.ReadHistory{By: ada, Channel: room, Limit: 100})
		return fmt.Sprint(v.(*chat.HistoryPage).Messages)
	}
	before := page()
	w.stop()
	if _, ok, err := w.log.LoadSnapshot(context.Background(), chat.ChannelKey(home, room)); !ok || err != nil {
		t.Fatal("an orderly stop saves a snapshot", err)
	}
	w.start()
	if page() != before {
		t.Fatal("the newest page has changed")
	}
	if sent, err := w.send(bob, ""); err != nil || sent.Seq != n+1 {
		t.Fatal(sent, err)
	}
}

func TestAJoinInterruptedBetweenItsTwoLogsIsFinished(t *testing.T) {
	t.Parallel()
	w := setup(t)
	carl := chat.UserID(103)
	w.must(chat.UserKey(carl), &chat.RegisterUser{ID: carl, Username: "carl"})
	w.stop()
	// As if the node had died after the intention was stored.
	head, err := w.log.Head(context.Background(), chat.UserKey(carl))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := wire.EncodeEvent(&chat.ServerJoinStarted{ServerID: home}, head.Last+1, 1, carl, "")
	if err != nil {
		t.Fatal(err)
	}
	c := wire.Commit{Key: chat.UserKey(carl), Epoch: 1, First: head.Last + 1, Records: []wire.Record{rec}}
	if _, err := w.log.Inject(c.Key, wire.AppendCommit(nil, &c)); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.must(chat.UserKey(carl), &chat.StartJoin{Server: home}) // waits for what is under way
	u := w.must(chat.UserKey(carl), &chat.GetUser{}).(*chat.User)
	if !u.In(home) || len(u.Pending) != 0 {
		t.Fatalf("in %v, pending %v", u.Servers, u.Pending)
	}
}

func TestJoiningAPrivateServerIsRefusedAsIfItWereAbsent(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, id := range []chat.ServerID{777, 202} {
		if id == 202 {
			w.must(chat.UserKey(ada), &chat.StartJoin{Server: id, Create: &chat.ServerPlan{
				Name: "Den", Visibility: chat.Private, ChannelID: 302, ChannelName: "general",
			}})
		}
		if _, err := w.ask(chat.UserKey(bob), &chat.StartJoin{Server: id}); !chat.Is(err, chat.NotFound) {
			t.Fatal(err)
		}
	}
	if u := w.must(chat.UserKey(bob), &chat.GetUser{}).(*chat.User); len(u.Servers) != 1 || len(u.Pending) != 0 {
		t.Fatalf("in %v, pending %v", u.Servers, u.Pending)
	}
}

func TestOlderMessagesAreUnavailableWhileTheReadModelIs(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first := w.message(bob, "")
	var wg sync.WaitGroup
	for i := range 2 * chat.RecentMessages {
		m := first
		if i > 0 {
			m = w.message(bob, "")
		}
		wg.Add(1)
		w.node.Tell(chat.ChannelKey(home, room), m, func(any, error) { wg.Done() })
	}
	wg.Wait()
	edit := &chat.EditMessage{By: bob, Channel: room, Message: first.ID, Content: "late"}
	w.archive.err = chat.Errorf(chat.Unavailable, "read message", "temporarily unavailable")
	if _, err := w.ask(chat.ChannelKey(home, room), edit); !chat.Is(err, chat.Unavailable) {
		t.Fatal(err)
	}
	if _, err := w.send(bob, ""); err != nil {
		t.Fatal("sending goes on:", err)
	}
	w.archive.mu.Lock()
	w.archive.err, w.archive.applied = nil, 2*chat.RecentMessages+1
	w.archive.found[first.ID] = chat.Message{ID: first.ID, ChannelID: room, SenderID: bob, Seq: 1, Type: chat.PlainMessage, Content: first.Content}
	w.archive.mu.Unlock()
	w.must(chat.ChannelKey(home, room), edit)
	w.dense(2*chat.RecentMessages + 2)
}

func TestSomebodyWhoLeftCannotSendAnyMore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.must(chat.UserKey(bob), &chat.StartLeave{Server: home})
	if _, err := w.send(bob, ""); !chat.Is(err, chat.NotFound) {
		t.Fatal(err)
	}
	if _, err := w.ask(chat.UserKey(ada), &chat.StartLeave{Server: home}); !chat.Is(err, chat.Conflict) {
		t.Fatal("the owner left:", err)
	}
}

func TestADamagedRecordCostsItselfAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.send(bob, ""); err != nil {
		t.Fatal(err)
	}
	w.stop()
	rec, err := wire.EncodeEvent(&chat.MessageSent{ID: 5, ChannelID: room, Type: chat.PlainMessage, Content: "x"}, 2, 1, bob, "")
	if err != nil {
		t.Fatal(err)
	}
	c := wire.Commit{Key: chat.ChannelKey(home, room), Epoch: 1, First: 2, Records: []wire.Record{rec}}
	data := wire.AppendCommit(nil, &c)
	data[len(data)-6] ^= 1
	if _, err := w.log.Inject(c.Key, data); err != nil {
		t.Fatal(err)
	}
	w.start()
	sent, err := w.send(bob, "")
	if err != nil || sent.Seq != 3 {
		t.Fatal(sent, err)
	}
}
