package actors_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// channelKey is where the commands of this file go.
func channelKey() chat.Key { return chat.ChannelKey(home, room) }

// old sends a message, with a poll, and so many more that it leaves memory; the
// read model knows them all.
func (w *world) old() chat.MessageID {
	w.t.Helper()
	first := w.message(ada, "")
	first.Poll = &chat.Poll{Question: "Where?", Options: []chat.PollOption{{Text: "here"}, {Text: "there"}}}
	w.must(channelKey(), first)
	var wg sync.WaitGroup
	for range 2 * chat.RecentMessages {
		wg.Add(1)
		w.node.Tell(channelKey(), w.message(bob, ""), func(any, error) { wg.Done() })
	}
	wg.Wait()
	w.archive.mu.Lock()
	defer w.archive.mu.Unlock()
	w.archive.applied = 1 << 40
	w.archive.found[first.ID] = chat.Message{
		ID: first.ID, ChannelID: room, SenderID: ada, Seq: 1, Type: chat.PlainMessage, Content: first.Content, Poll: first.Poll,
	}
	return first.ID
}

func (w *world) get(id chat.MessageID) *chat.Message {
	w.t.Helper()
	return w.must(channelKey(), &chat.GetMessage{By: ada, Channel: room, Message: id}).(*chat.Message)
}

func (w *world) asked() int {
	w.archive.mu.Lock()
	defer w.archive.mu.Unlock()
	return w.archive.asked
}

// each hands every record of the channel's log to fn.
func (w *world) each(fn func(rec wire.Record, e chat.Event)) {
	w.t.Helper()
	err := w.log.Replay(context.Background(), channelKey(), 0, func(_ uint64, c wire.Commit) error {
		for i := range c.Records {
			rec, err := wire.DecodeEvent(&c.Records[i])
			if err != nil {
				return err
			}
			fn(c.Records[i], rec.Event)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestEveryCommandFindsAnOldMessage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.old()
	for _, cmd := range []chat.Command{
		&chat.React{By: bob, Message: id, Emoji: "👍"},
		&chat.VotePoll{By: bob, Message: id, Options: []int{1}},
		&chat.PinMessage{By: ada, Message: id, Pinned: true, SystemID: 50},
		&chat.AttachThread{By: bob, Message: id, ThreadID: 60, SystemID: 51},
		&chat.ClosePoll{By: ada, Message: id},
		&chat.EditMessage{By: ada, Message: id, Content: "late"},
	} {
		before := len(w.recordsOf())
		w.must(channelKey(), cmd)
		if len(w.recordsOf()) == before {
			t.Fatalf("%s did nothing", cmd.CommandName())
		}
	}
	m := w.get(id)
	got := fmt.Sprint(m.Reactions, m.Poll.Options[1].Voters, m.Poll.Closed, m.Pinned, m.ThreadID, m.Content)
	if want := "[{👍 [102]}] [102] true true 60late"; got != want {
		t.Fatalf("the message is %s, want %s", got, want)
	}
	if n := w.asked(); n != 1 {
		t.Fatalf("the read model was asked %d times", n)
	}
	if _, err := w.ask(channelKey(), &chat.VotePoll{By: bob, Message: id, Options: []int{0}}); !chat.Is(err, chat.Conflict) {
		t.Fatal(err)
	}
	w.must(channelKey(), &chat.DeleteMessage{By: ada, Message: id})
	w.archive.mu.Lock()
	delete(w.archive.found, id)
	w.archive.mu.Unlock()
	if _, err := w.ask(channelKey(), &chat.React{By: bob, Message: id, Emoji: "👍"}); !chat.Is(err, chat.NotFound) {
		t.Fatal(err)
	}
}

func (w *world) recordsOf() []uint64 {
	numbers, _ := w.records()
	return numbers
}

func TestManyVotesOnAnOldPollAskTheReadModelOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.old()
	const n = 100
	gate := make(chan struct{})
	w.archive.mu.Lock()
	w.archive.gate = gate
	w.archive.mu.Unlock()
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		react := &chat.React{By: bob, Message: id, Emoji: string(rune(0x1F600 + i%chat.MaxReactions))}
		w.node.Tell(channelKey(), react, func(_ any, err error) {
			defer wg.Done()
			if err != nil {
				t.Error(err)
			}
		})
	}
	w.must(channelKey(), &chat.ReadHistory{By: ada, Limit: 1}) // all are in, and the channel goes on
	close(gate)
	wg.Wait()
	if got := w.asked(); got != 1 {
		t.Fatalf("the read model was asked %d times", got)
	}
	if got := len(w.get(id).Reactions); got != chat.MaxReactions {
		t.Fatalf("%d reactions", got)
	}
}

func TestWhatIsPurgedWhileItIsFetchedIsGone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.old()
	gate := make(chan struct{})
	w.archive.mu.Lock()
	w.archive.gate = gate
	w.archive.mu.Unlock()
	answer := make(chan error, 1)
	w.node.Tell(channelKey(), &chat.React{By: bob, Message: id, Emoji: "👍"}, func(_ any, err error) { answer <- err })
	w.must(channelKey(), &chat.PurgeMessages{By: bob, User: ada, Since: 1 << 60, Seqs: []uint64{1}})
	w.archive.mu.Lock()
	delete(w.archive.found, id)
	w.archive.mu.Unlock()
	close(gate) // the answer is of before
	if err := <-answer; !chat.Is(err, chat.NotFound) {
		t.Fatal(err)
	}
}

func TestAPurgeReachesMemoryAndTheMessagesHeld(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.old()
	if _, err := w.send(ada, ""); err != nil {
		t.Fatal(err)
	}
	w.get(id)
	w.must(channelKey(), &chat.PurgeMessages{By: bob, User: ada, Seqs: []uint64{1}})
	w.archive.mu.Lock()
	delete(w.archive.found, id)
	w.archive.mu.Unlock()
	if _, err := w.ask(channelKey(), &chat.GetMessage{By: ada, Message: id}); !chat.Is(err, chat.NotFound) {
		t.Fatal(err)
	}
	page := w.must(channelKey(), &chat.ReadHistory{By: ada, Limit: 100}).(*chat.HistoryPage)
	for _, m := range page.Messages {
		if m.SenderID == ada {
			t.Fatalf("message %d is still there", m.Seq)
		}
	}
}

func TestCallsThatWaitForTheReadModelAreAnsweredWhenTheActivationEnds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.old()
	gate := make(chan struct{})
	w.archive.mu.Lock()
	w.archive.gate = gate
	w.archive.mu.Unlock()
	answer := make(chan error, 1)
	w.node.Tell(channelKey(), &chat.React{By: bob, Message: id, Emoji: "👍"}, func(_ any, err error) { answer <- err })
	w.must(channelKey(), &chat.ReadHistory{By: ada, Limit: 1})
	w.log.FailNext(jetstream.ErrUnavailable)
	if _, err := w.ask(channelKey(), w.message(bob, "")); !chat.Is(err, chat.Unavailable) {
		t.Fatal(err)
	}
	close(gate)
	if err := <-answer; !chat.Is(err, chat.Unavailable) {
		t.Fatal(err)
	}
	w.must(channelKey(), &chat.React{By: bob, Message: id, Emoji: "👍"})
}

func TestSlowModeHoldsAcrossActivations(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.send(bob, ""); err != nil {
		t.Fatal(err)
	}
	seconds := 30
	w.must(chat.ServerKey(home), &chat.UpdateChannel{By: ada, ID: room, SlowMode: &seconds})
	w.stop()
	w.start()
	w.pass(29 * time.Second)
	_, err := w.send(bob, "")
	if e, ok := err.(*chat.Error); !ok || e.Kind != chat.RateLimited || e.RetryAfter != time.Second { //nolint:errorlint // as it came
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.send(ada, ""); err != nil {
			t.Fatal("the owner is not slowed:", err)
		}
	}
	w.pass(time.Second)
	if _, err := w.send(bob, ""); err != nil {
		t.Fatal(err)
	}
}

func TestTwoSendsOfOneBatchDoNotSlipThroughSlowMode(t *testing.T) {
	t.Parallel()
	w := setup(t)
	seconds := 5
	w.must(chat.ServerKey(home), &chat.UpdateChannel{By: ada, ID: room, SlowMode: &seconds})
	release := w.log.Hold()
	var mu sync.Mutex
	var wg sync.WaitGroup
	accepted := 0
	for range 20 {
		wg.Add(1)
		w.node.Tell(channelKey(), w.message(bob, ""), func(_ any, err error) {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				accepted++
			} else if !chat.Is(err, chat.RateLimited) {
				t.Error(err)
			}
		})
	}
	release()
	wg.Wait()
	if accepted != 1 {
		t.Fatalf("%d messages were accepted at once", accepted)
	}
}

func TestRecordsSayWhatWasKnownOfTheServerAndWhoIsMentioned(t *testing.T) {
	t.Parallel()
	w := setup(t)
	m := w.message(ada, "")
	m.Content = "<@102> <@999> <@&201>"
	w.must(channelKey(), m)
	head, err := w.log.Head(t.Context(), chat.ServerKey(home))
	if err != nil {
		t.Fatal(err)
	}
	w.each(func(rec wire.Record, e chat.Event) {
		sent := e.(*chat.MessageSent)
		if rec.ServerNumber != head.Last || len(sent.Users) != 1 || sent.Users[0] != bob || !sent.Everyone {
			t.Errorf("%d of %d: %+v", rec.ServerNumber, head.Last, sent)
		}
	})
	w.dense(1)
}

func TestADeletedChannelIsNotThereAnyMore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.send(bob, ""); err != nil {
		t.Fatal(err)
	}
	w.must(chat.ServerKey(home), &chat.DeleteChannel{By: ada, ID: room})
	for _, cmd := range []chat.Command{
		w.message(ada, ""), &chat.ReadHistory{By: ada, Limit: 1}, &chat.PostSystem{By: ada, ID: 9, Type: chat.JoinMessage},
	} {
		if _, err := w.ask(channelKey(), cmd); !chat.Is(err, chat.NotFound) {
			t.Fatal(cmd.CommandName(), err)
		}
	}
	w.dense(1)
}

func TestWhoIsBannedIsOutOfTheConference(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const call chat.ChannelID = 302
	key := chat.ChannelKey(home, call)
	w.must(chat.ServerKey(home), &chat.CreateChannel{By: ada, ID: call, Name: "call", Type: chat.ConferenceChannel})
	w.must(key, &chat.JoinConference{By: bob, SystemID: 70})
	w.must(key, &chat.JoinConference{By: ada, SystemID: 71})
	w.must(chat.ServerKey(home), &chat.BanMember{By: ada, User: bob})
	if got := fmt.Sprint(w.must(key, &chat.GetConference{By: ada})); got != "[101]" {
		t.Fatal("in the conference are", got)
	}
	w.must(key, &chat.LeaveConference{By: ada})
	w.stop()
	w.start()
	if got := fmt.Sprint(w.must(key, &chat.GetConference{By: ada})); got != "[]" {
		t.Fatal("in the conference are", got)
	}
}

func TestAThreadThatWasNotAttachedIsAttachedByARepeat(t *testing.T) {
	t.Parallel()
	w := setup(t)
	sent, err := w.send(bob, "")
	if err != nil {
		t.Fatal(err)
	}
	thread := func(id chat.ChannelID) error {
		_, err := w.ask(chat.ServerKey(home), &chat.CreateChannel{
			By: ada, ID: id, Name: "deep", Type: chat.ThreadChannel, Parent: room, Message: sent.ID, SystemID: chat.MessageID(id),
		})
		return err
	}
	w.net.drop("attach thread", 1, false)
	if err := thread(600); !chat.Is(err, chat.Unavailable) {
		t.Fatal("it was said to be done:", err)
	}
	for id := range chat.ChannelID(2) { // the second finds it done
		if err := thread(601 + id); !chat.Is(err, chat.Conflict) {
			t.Fatal(err)
		}
		m := w.must(chat.ChannelKey(home, room), &chat.GetMessage{By: ada, Channel: room, Message: sent.ID}).(*chat.Message)
		if m.ThreadID != 600 {
			t.Fatal("the message's thread is", m.ThreadID)
		}
		w.dense(3)
	}
}
