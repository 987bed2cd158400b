package actors_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

var names = map[chat.UserID]string{ada: "ada", bob: "bob"}

// relate is an act of one of the two, with fresh identifiers.
func (w *world) relate(by, other chat.UserID, act chat.RelationAct) *chat.Relate {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nextID += 2
	return &chat.Relate{
		By: chat.Recipient{UserID: by, Username: names[by]}, Other: chat.Recipient{UserID: other, Username: names[other]},
		Act: act, DirectID: chat.ServerID(w.nextID), ChannelID: chat.ChannelID(w.nextID + 1),
	}
}

func (w *world) act(by chat.UserID, act chat.RelationAct) error {
	other := ada + bob - by
	_, err := w.ask(chat.UserKey(min(by, other)), w.relate(by, other, act))
	return err
}

func (w *world) acts(by chat.UserID, act chat.RelationAct) {
	w.t.Helper()
	if err := w.act(by, act); err != nil {
		w.t.Fatalf("%s: %v", act, err)
	}
}

func (w *world) user(id chat.UserID) *chat.User {
	w.t.Helper()
	return w.must(chat.UserKey(id), &chat.GetUser{}).(*chat.User)
}

// settled waits until nothing is under way between the two: to unblock somebody
// who is not blocked does nothing, but only when its turn has come.
func (w *world) settled() {
	w.t.Helper()
	var err error
	for range 40 {
		if err = w.act(ada, chat.ActUnblock); err == nil {
			return
		}
		if !chat.Is(err, chat.Unavailable) {
			break
		}
	}
	w.t.Fatal("it never comes to rest:", err)
}

// conversation is the one conversation that both are in, 0 if neither is.
func (w *world) conversation() chat.ServerID {
	w.t.Helper()
	a, b := w.user(ada), w.user(bob)
	if len(a.Directs) != len(b.Directs) || len(a.Directs) > 1 {
		w.t.Fatalf("conversations: %v and %v", a.Directs, b.Directs)
	}
	friends := a.Relations[bob].State == chat.Friends
	if friends != (b.Relations[ada].State == chat.Friends) || friends != (len(a.Directs) == 1) {
		w.t.Fatalf("%q and %q, conversations %v", a.Relations[bob].State, b.Relations[ada].State, a.Directs)
	}
	if !friends {
		return 0
	}
	d, e := a.Directs[0], b.Directs[0]
	if d.ServerID != e.ServerID || d.ChannelID != e.ChannelID || d.UserID != bob || e.UserID != ada {
		w.t.Fatalf("different conversations: %v and %v", d, e)
	}
	return d.ServerID
}

func (w *world) write(by chat.UserID) error {
	d := w.user(by).Directs
	if len(d) == 0 {
		return chat.Errorf(chat.NotFound, "write", "there is no conversation")
	}
	return w.writeIn(by, d[0])
}

func (w *world) writeIn(by chat.UserID, d chat.DirectJoined) error {
	m := w.message(by, "")
	m.Server, m.Channel = d.ServerID, d.ChannelID
	_, err := w.ask(chat.UserKey(by), m)
	return err
}

// erased fails the test if anything of the tenant can be read.
func (w *world) erased(id chat.ServerID) {
	w.t.Helper()
	records := 0
	err := w.log.Keys(context.Background(), func(key chat.Key, _ uint64) error {
		if key.Tenant != uint64(id) {
			return nil
		}
		return w.log.Replay(context.Background(), key, 0, func(_ uint64, c wire.Commit) error {
			for i := range c.Records {
				if records++; !errors.Is(c.Records[i].Err, wire.ErrErased) {
					return fmt.Errorf("record %d of %s is there", c.Records[i].Number, key)
				}
			}
			return nil
		})
	})
	if err != nil || records == 0 {
		w.t.Fatalf("conversation %d: %v (%d records)", id, err, records)
	}
	for _, u := range []chat.UserID{ada, bob} {
		v, err := w.ask(chat.ServerKey(id), &chat.GetMembership{User: u})
		if m, ok := v.(*chat.Membership); ok && m.Member || err != nil && !chat.Is(err, chat.NotFound) {
			w.t.Fatal("the conversation has a member:", err)
		}
	}
}

func TestAFriendshipIsAConversationAndItsEndErasesIt(t *testing.T) {
	t.Parallel()
	for _, by := range []chat.UserID{ada, bob} {
		other := ada + bob - by
		w := setup(t)
		w.acts(by, chat.ActRequest)
		w.acts(other, chat.ActAccept)
		id := w.conversation()
		if id == 0 {
			t.Fatal("friends without a conversation")
		}
		for _, u := range []chat.UserID{ada, bob} {
			if err := w.write(u); err != nil {
				t.Fatal(err)
			}
			d := w.user(u).Directs[0]
			w.must(chat.UserKey(u), &chat.SetRead{Server: d.ServerID, Channel: d.ChannelID, Seq: 1})
		}
		d := w.user(ada).Directs[0]
		if err := w.writeIn(103, d); !chat.Is(err, chat.NotFound) {
			t.Fatal("somebody else writes:", err)
		}
		w.acts(by, chat.ActRemove)
		if w.conversation() != 0 {
			t.Fatal("the conversation is there")
		}
		w.erased(id)
		if err := w.writeIn(ada, d); !chat.Is(err, chat.NotFound) {
			t.Fatal("she writes in what was erased:", err)
		}
		w.stop()
		w.start()
		w.erased(id)
		if err := w.writeIn(ada, d); !chat.Is(err, chat.NotFound) {
			t.Fatal("she writes in what was erased:", err)
		}
		w.acts(other, chat.ActRequest)
		w.acts(by, chat.ActAccept)
		if again := w.conversation(); again == 0 || again == id {
			t.Fatal("a new friendship has the conversation", again)
		}
	}
}

func TestRequestsThatCrossAtOnceAreOneFriendship(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for round := range 30 {
		acts := []*chat.Relate{w.relate(ada, bob, chat.ActRequest), w.relate(bob, ada, chat.ActRequest)}
		if round%2 == 1 {
			acts[0], acts[1] = acts[1], acts[0]
		}
		var wg sync.WaitGroup
		for _, act := range acts {
			wg.Go(func() {
				if _, err := w.ask(chat.UserKey(ada), act); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if id := w.conversation(); id == 0 {
			t.Fatal("crossing requests are no friendship")
		}
		w.acts(bob, chat.ActRemove)
	}
	if n := len(w.log.keys.created); n != 30 {
		t.Fatalf("%d conversations for 30 friendships", n)
	}
}

// What fails between the logs, wherever it is: what was decided happens, once.
func TestAFriendshipSurvivesWhateverFails(t *testing.T) {
	t.Parallel()
	faults := map[string]func(w *world){
		"making the key":                        func(w *world) { w.log.keys.fail(1, 0) },
		"erasing the key":                       func(w *world) { w.log.keys.fail(0, 2) },
		"making the conversation is lost":       func(w *world) { w.net.drop("create conversation", 1, false) },
		"the conversation's answer is lost":     func(w *world) { w.net.drop("create conversation", 1, true) },
		"the conversation's end is lost":        func(w *world) { w.net.drop("end conversation", 1, false) },
		"the answer to the end is lost":         func(w *world) { w.net.drop("end conversation", 1, true) },
		"telling the other is lost":             func(w *world) { w.net.drop("mirror relation", 1, false) },
		"the other's answer is lost":            func(w *world) { w.net.drop("mirror relation", 1, true) },
		"the other is out of reach for a while": func(w *world) { w.net.drop("mirror relation", 3, false) },
		"much at once": func(w *world) {
			w.log.keys.fail(1, 1)
			w.net.drop("mirror relation", 1, true)
		},
		"an acknowledgement of the log is lost": func(w *world) { w.log.DropAcks(3) },
		"the other has to be told three times":  func(w *world) { w.net.drop("mirror relation", 2, true) },
	}
	for k := range 4 { // each commit of the course: lost, and stored without an answer
		for _, stored := range []bool{false, true} {
			faults[fmt.Sprintf("commit %d fails, stored: %v", k, stored)] = func(w *world) {
				for range k {
					w.log.FailNext(nil)
				}
				if stored {
					w.log.FailNextStored(jetstream.ErrUnavailable)
				} else {
					w.log.FailNext(jetstream.ErrUnavailable)
				}
			}
		}
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.acts(bob, chat.ActRequest)
			fault(w)
			w.insist(ada, chat.ActAccept)
			id := w.conversation()
			if id == 0 || len(w.log.keys.created) != 1 {
				t.Fatalf("conversation %d of %v", id, w.log.keys.created)
			}
			if err := w.write(bob); err != nil {
				t.Fatal(err)
			}
			fault(w)
			w.insist(bob, chat.ActRemove)
			if w.conversation() != 0 {
				t.Fatal("the conversation is there")
			}
			w.erased(id)
		})
	}
}

// insist repeats an act until it is known to be done, as a person would.
func (w *world) insist(by chat.UserID, act chat.RelationAct) {
	w.t.Helper()
	for range 20 {
		switch err := w.act(by, act); {
		case err == nil:
			w.settled()
			return
		case chat.Is(err, chat.NotFound) && act == chat.ActRemove:
			w.settled()
			return // it had been done
		case !chat.Is(err, chat.Unavailable):
			w.t.Fatal(err)
		}
		w.settled()
	}
	w.t.Fatal("it is never done")
}

func TestTheNextActivationCarriesOn(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"create conversation", "mirror relation"} {
		w := setup(t)
		w.acts(bob, chat.ActRequest)
		w.net.drop(at, 1000, at == "create conversation")
		if err := w.act(ada, chat.ActAccept); !chat.Is(err, chat.Unavailable) {
			t.Fatal(err)
		}
		w.stop()
		w.net.drop(at, 0, false)
		w.start()
		w.settled() // the first word to ada's actor
		id := w.conversation()
		if id == 0 {
			t.Fatal(at, "is forgotten")
		}
		w.log.keys.fail(0, 1000)
		if err := w.act(bob, chat.ActRemove); !chat.Is(err, chat.Unavailable) {
			t.Fatal(err)
		}
		w.stop()
		w.log.keys.fail(0, 0)
		w.start()
		w.settled()
		if w.conversation() != 0 {
			t.Fatal("the conversation is there")
		}
		w.erased(id)
	}
}

func TestTwoActivationsOfAKeeperMakeOneFriendship(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.acts(bob, chat.ActRequest)
	other := &world{t: t, log: w.log, archive: w.archive, now: w.now, nextID: 9000}
	other.start()
	var wg sync.WaitGroup
	for i, on := range []*world{w, other, w, other} {
		act := w.relate(ada, bob, chat.ActAccept)
		wg.Go(func() {
			_, err := on.ask(chat.UserKey(ada), act)
			if err != nil && !chat.Is(err, chat.Unavailable) && !chat.Is(err, chat.Fenced) {
				t.Error(i, err)
			}
		})
	}
	wg.Wait()
	other.stop()
	w.stop()
	w.start() // nobody holds what the log does not say
	w.settled()
	if w.conversation() == 0 {
		t.Fatal("no friendship")
	}
}

// fill gives a user as many friends as possible.
func (w *world) fill(u chat.UserID) {
	w.t.Helper()
	w.stop()
	key := chat.UserKey(u)
	for at := 0; at < chat.MaxFriends; {
		head, err := w.log.Head(context.Background(), key)
		if err != nil {
			w.t.Fatal(err)
		}
		c := wire.Commit{Key: key, Epoch: 1, First: head.Last + 1}
		for ; at < chat.MaxFriends && len(c.Records) < chat.MaxRecordsPerCommit; at++ {
			e := &chat.RelationChanged{UserID: chat.UserID(5000 + at), Username: "x", State: chat.Friends, Version: 1}
			rec, err := wire.EncodeEvent(e, c.First+uint64(len(c.Records)), 1, u, "")
			if err != nil {
				w.t.Fatal(err)
			}
			c.Records = append(c.Records, rec)
		}
		if _, err := w.log.Inject(key, wire.AppendCommit(nil, &c)); err != nil {
			w.t.Fatal(err)
		}
	}
	w.start()
}

func TestAFriendshipBeyondTheOthersLimitLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, full := range []chat.UserID{ada, bob} {
		w := setup(t)
		w.acts(bob, chat.ActRequest)
		w.fill(full)
		if err := w.act(ada, chat.ActAccept); !chat.Is(err, chat.Conflict) {
			t.Fatal(err)
		}
		a, b := w.user(ada), w.user(bob)
		if a.Relations[bob].State != chat.RequestReceived || b.Relations[ada].State != chat.RequestSent || len(a.Directs)+len(b.Directs) != 0 {
			t.Fatalf("%v %v", a.Relations[bob], b.Relations[ada])
		}
		for id := range w.log.keys.created {
			w.erased(chat.ServerID(id))
		}
		if full == bob && len(w.log.keys.created) != 1 {
			t.Fatal("the limit of the other was not his own actor's to check")
		}
		w.acts(ada, chat.ActDecline)
	}
}

func TestAFriendshipNeverTakesHoldOfAConversationThatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.acts(bob, chat.ActRequest)
	act := w.relate(ada, bob, chat.ActAccept)
	act.DirectID = home // which has records already
	if _, err := w.ask(chat.UserKey(ada), act); !chat.Is(err, chat.Conflict) {
		t.Fatal(err)
	}
	if _, err := w.send(bob, ""); err != nil {
		t.Fatal("the server is gone:", err)
	}
	w.acts(ada, chat.ActAccept) // the request stands
	if w.conversation() == 0 {
		t.Fatal("no friendship")
	}
}

func TestMoreThanAFewActsAtOnceAreRefusedNotKept(t *testing.T) {
	t.Parallel()
	w := setup(t)
	release := w.log.Hold()
	var wg sync.WaitGroup
	var mu sync.Mutex
	kinds := map[chat.ErrorKind]int{}
	for i := range 100 {
		act := w.relate(bob, ada, []chat.RelationAct{chat.ActRequest, chat.ActCancel}[i%2])
		wg.Add(1)
		w.node.Tell(chat.UserKey(ada), act, func(_ any, err error) {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				kinds[chat.KindOf(err)]++
			}
		})
	}
	release()
	wg.Wait()
	w.settled()
	if kinds[chat.Unavailable] == 0 || kinds[chat.Internal] != 0 {
		t.Fatal(kinds)
	}
}
