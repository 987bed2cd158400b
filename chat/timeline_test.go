package chat_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"beep/chat"
)

const (
	ada   chat.UserID    = 11
	bob   chat.UserID    = 12
	room  chat.ChannelID = 7
	house chat.ServerID  = 5
)

var member = chat.Environment{Grant: chat.Grant{Member: true, Permissions: chat.DefaultEveryone}}

// timeline is a channel under test: it numbers and applies what is decided.
type timeline struct {
	t    *testing.T
	st   *chat.Timeline
	recs []chat.Record
}

func newTimeline(t *testing.T) *timeline { return &timeline{t: t, st: chat.NewTimeline(room)} }

// at is env at another time.
func at(env chat.Environment, now int64) chat.Environment {
	env.Now = now
	return env
}

// with is env with rights more.
func with(env chat.Environment, p chat.Permission) chat.Environment {
	env.Grant.Permissions |= p
	return env
}

// lacking is env with rights less.
func lacking(env chat.Environment, p chat.Permission) chat.Environment {
	env.Grant.Permissions &^= p
	return env
}

func (w *timeline) do(cmd chat.Command, env chat.Environment) (chat.Decision, error) {
	d, err := w.st.Decide(cmd, env)
	for _, e := range d.Events {
		rec := chat.Record{
			Number: w.st.Number + 1, Time: int64(1000 + w.st.Number), Author: d.Author, Nonce: d.Nonce,
			ServerNumber: d.ServerNumber, Event: e,
		}
		if env.Now != 0 {
			rec.Time = env.Now
		}
		w.recs = append(w.recs, rec)
		w.st.Apply(rec)
	}
	return d, err
}

// must decides what is permitted.
func (w *timeline) must(cmd chat.Command, env chat.Environment) chat.Decision {
	w.t.Helper()
	d, err := w.do(cmd, env)
	if err != nil {
		w.t.Fatalf("%s: %v", cmd.CommandName(), err)
	}
	return d
}

// idle decides what finds its work done.
func (w *timeline) idle(cmd chat.Command, env chat.Environment) {
	w.t.Helper()
	if d := w.must(cmd, env); len(d.Events) != 0 {
		w.t.Fatalf("%s was not done: %+v", cmd.CommandName(), d.Events)
	}
}

// message is a message as anybody sees it.
func (w *timeline) message(id chat.MessageID) chat.Message {
	w.t.Helper()
	return *w.must(&chat.GetMessage{By: ada, Message: id}, member).Reply.(*chat.Message)
}

// fill sends so many messages that none of before is in memory.
func (w *timeline) fill() {
	for i := range 2 * chat.RecentMessages {
		w.send(bob, 100_000+int(w.st.Number)+i, "")
	}
}

// restored is the state by way of a snapshot.
func (w *timeline) restored() *chat.Timeline {
	w.t.Helper()
	b, err := json.Marshal(w.st)
	if err != nil {
		w.t.Fatal(err)
	}
	st := chat.NewTimeline(room)
	if err := json.Unmarshal(b, st); err != nil {
		w.t.Fatal(err)
	}
	st.Restore(room)
	return st
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (w *timeline) send(by chat.UserID, id int, nonce string) chat.Decision {
	w.t.Helper()
	d, err := w.do(&chat.SendMessage{By: by, Channel: room, ID: chat.MessageID(id), Content: fmt.Sprint("text ", id), Nonce: nonce}, member)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *timeline) refused(cmd chat.Command, env chat.Environment, kind chat.ErrorKind) {
	w.t.Helper()
	before, state := w.st.Number, encoded(w.t, w.st)
	if _, err := w.do(cmd, env); !chat.Is(err, kind) {
		w.t.Fatalf("%s: got %v, want %s", cmd.CommandName(), err, kind)
	}
	if w.st.Number != before || encoded(w.t, w.st) != state {
		w.t.Fatal("a refusal changed the state")
	}
}

func (w *timeline) page(q *chat.ReadHistory) *chat.HistoryPage {
	w.t.Helper()
	q.By, q.Channel = ada, room
	d, err := w.do(q, member)
	if err != nil {
		w.t.Fatal(err)
	}
	return d.Reply.(*chat.HistoryPage)
}

func seqs(msgs []chat.Message) []uint64 {
	out := make([]uint64, len(msgs))
	for i := range msgs {
		out[i] = msgs[i].Seq
	}
	return out
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Fatalf("got %s, want %s", g, w)
	}
}

func TestARepeatedNonceGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 100, "n1")
	d := w.send(ada, 101, "n1")
	sent, ok := d.Reply.(*chat.Sent)
	if !ok || len(d.Events) != 0 || sent.ID != 100 || sent.Seq != 1 || !sent.Repeat {
		t.Fatalf("repeat was decided as %+v", d)
	}
	if d := w.send(bob, 102, "n1"); len(d.Events) != 1 {
		t.Fatal("another author's nonce is another nonce")
	}
}

func TestTheNewestNoncesOfAnAuthorAreRememberedWhateverOthersDo(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	id := 1
	for i := range chat.NoncesPerAuthor {
		w.send(ada, id, fmt.Sprint("a", i))
		id++
	}
	for i := range 1000 {
		w.send(bob, id, fmt.Sprint("b", i))
		id++
	}
	for i := range chat.NoncesPerAuthor {
		if d := w.send(ada, id, fmt.Sprint("a", i)); len(d.Events) != 0 {
			t.Fatalf("nonce a%d was forgotten", i)
		}
	}
}

func TestNoncesAreBoundedAndSurviveASnapshot(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	for i := range 5 * chat.NoncesPerAuthor {
		w.send(ada, i+1, fmt.Sprint(i))
	}
	if n := len(w.st.Sent); n > 3*chat.NoncesPerAuthor+1 {
		t.Fatalf("%d nonces of one author", n)
	}
	w.st = w.restored()
	if d := w.send(ada, 999, fmt.Sprint(5*chat.NoncesPerAuthor-1)); len(d.Events) != 0 {
		t.Fatal("the snapshot lost a nonce")
	}
}

func TestOnlyTheSenderEditsAndModeratorsDelete(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 100, "")
	w.refused(&chat.EditMessage{By: bob, Message: 100, Content: "x"}, member, chat.Forbidden)
	w.refused(&chat.DeleteMessage{By: bob, Message: 100}, member, chat.Forbidden)
	if _, err := w.do(&chat.EditMessage{By: ada, Message: 100, Content: "new"}, member); err != nil {
		t.Fatal(err)
	}
	same(t, w.page(&chat.ReadHistory{Limit: 1}).Messages[0].Content, "new")
	moderator := chat.Environment{Grant: chat.Grant{Member: true, Permissions: chat.DefaultEveryone | chat.ManageMessages}}
	w.refused(&chat.EditMessage{By: bob, Message: 100, Content: "x"}, moderator, chat.Forbidden)
	if _, err := w.do(&chat.DeleteMessage{By: bob, Message: 100}, moderator); err != nil {
		t.Fatal(err)
	}
	w.refused(&chat.DeleteMessage{By: ada, Message: 100}, member, chat.NotFound)
	w.refused(&chat.EditMessage{By: ada, Message: 100, Content: "x"}, member, chat.NotFound)
	same(t, len(w.page(&chat.ReadHistory{Limit: 1}).Messages), 0)
}

func TestWhoMayNotSeeAChannelIsToldItIsNotThere(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	w.send(ada, 100, "")
	for _, env := range []chat.Environment{{}, {Grant: chat.Grant{Member: true, Permissions: chat.SendMessages}}} {
		w.refused(&chat.SendMessage{By: bob, ID: 1, Content: "x"}, env, chat.NotFound)
		w.refused(&chat.DeleteMessage{By: bob, Message: 100}, env, chat.NotFound)
		w.refused(&chat.ReadHistory{By: bob, Limit: 1}, env, chat.NotFound)
	}
	reader := chat.Environment{Grant: chat.Grant{Member: true, Permissions: chat.ViewChannels}}
	w.refused(&chat.SendMessage{By: bob, ID: 1, Content: "x"}, reader, chat.Forbidden)
}

func TestBadContentIsRefused(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	long := make([]byte, chat.MaxContentRunes+1)
	for i := range long {
		long[i] = 'x'
	}
	for _, content := range []string{"", " \n\t", "a\x00b", "\xff"} {
		w.refused(&chat.SendMessage{By: ada, ID: 1, Content: content}, member, chat.Invalid)
	}
	w.refused(&chat.SendMessage{By: ada, ID: 1, Content: string(long)}, member, chat.TooLarge)
	w.refused(&chat.SendMessage{By: ada, ID: 1, Content: "x", Nonce: "with space"}, member, chat.Invalid)
	w.refused(&chat.SendMessage{By: ada, ID: 1, Content: "x", Nonce: string(long[:chat.MaxNonceBytes+1])}, member, chat.Invalid)
	w.refused(&chat.SendMessage{By: ada, ID: 1, Content: "x", ReplyTo: 99}, member, chat.NotFound)
}

func TestHistoryFromMemoryIsExact(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	for i := 1; i <= 10; i++ {
		w.send(ada, 100+i, "")
	}
	if _, err := w.do(&chat.DeleteMessage{By: ada, Message: 105}, member); err != nil {
		t.Fatal(err)
	}
	same(t, seqs(w.page(&chat.ReadHistory{Limit: 3}).Messages), []uint64{8, 9, 10})
	same(t, seqs(w.page(&chat.ReadHistory{Before: 7, Limit: 3}).Messages), []uint64{3, 4, 6})
	same(t, seqs(w.page(&chat.ReadHistory{After: 3, Limit: 3}).Messages), []uint64{4, 6, 7})
	same(t, seqs(w.page(&chat.ReadHistory{Around: 106, Limit: 4}).Messages), []uint64{4, 6, 7, 8})
	same(t, seqs(w.page(&chat.ReadHistory{After: 10, Limit: 3}).Messages), []uint64{})
	same(t, seqs(w.page(&chat.ReadHistory{FromStart: true, Limit: 2}).Messages), []uint64{1, 2})
	w.refused(&chat.ReadHistory{By: ada, Around: 105, Limit: 1}, member, chat.NotFound)
	w.refused(&chat.ReadHistory{By: ada, Around: 999, Limit: 1}, member, chat.NotFound)
	w.refused(&chat.ReadHistory{By: ada, Limit: 0}, member, chat.Invalid)
	w.refused(&chat.ReadHistory{By: ada, Limit: 101}, member, chat.Invalid)
	w.refused(&chat.ReadHistory{By: ada, Limit: 1, Before: 1, After: 2}, member, chat.Invalid)
}

func TestWhatLeftMemoryIsAskedOfTheReadModel(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	for i := 1; i <= 2*chat.RecentMessages; i++ {
		w.send(ada, i, "")
	}
	evicted := uint64(chat.RecentMessages)
	same(t, w.st.EvictedSeq, evicted)
	p := w.page(&chat.ReadHistory{Before: evicted + 3, Limit: 5})
	same(t, seqs(p.Messages), []uint64{evicted + 1, evicted + 2})
	same(t, []any{p.OlderThan, p.Missing, p.Evicted, p.Complete()}, []any{evicted + 1, 3, evicted, false})
	p = w.page(&chat.ReadHistory{Before: 10, Limit: 5})
	same(t, []any{len(p.Messages), p.OlderThan, p.Missing}, []any{0, 10, 5})
	p = w.page(&chat.ReadHistory{After: evicted - 2, Limit: 5})
	same(t, []any{p.Newer, p.NewerThan, p.Missing}, []any{true, evicted - 2, 5})
	p = w.page(&chat.ReadHistory{FromStart: true, Limit: 5})
	same(t, []any{p.Newer, p.NewerThan, p.Missing}, []any{true, 0, 5})
	p = w.page(&chat.ReadHistory{Around: 3, Limit: 5})
	same(t, p.Around, 3)
	if !w.page(&chat.ReadHistory{Limit: 50}).Complete() {
		t.Fatal("the newest page must come from memory")
	}
}

func TestAnOldMessageIsEditedWithTheReadModelsHelp(t *testing.T) {
	t.Parallel()
	w := newTimeline(t)
	for i := 1; i <= 2*chat.RecentMessages; i++ {
		w.send(ada, i, "")
	}
	edit := &chat.EditMessage{By: ada, Message: 3, Content: "late"}
	if id, need := w.st.NeedsArchived(edit); !need || id != 3 {
		t.Fatal("the read model must be asked")
	}
	w.refused(edit, member, chat.NotFound) // it has nothing
	env := member
	env.Archived = &chat.Message{ID: 3, ChannelID: room, SenderID: bob, Seq: 3, Type: chat.PlainMessage}
	w.refused(edit, env, chat.Forbidden)
	env.Archived = &chat.Message{ID: 3, ChannelID: room + 1, SenderID: ada, Seq: 3, Type: chat.PlainMessage}
	w.refused(edit, env, chat.NotFound)
	env.Archived = &chat.Message{ID: 3, ChannelID: room, SenderID: ada, Seq: 3, Type: chat.PlainMessage}
	if _, err := w.do(edit, env); err != nil {
		t.Fatal(err)
	}
	same(t, []uint64{w.st.OldTouched, w.st.Evicted}, []uint64{w.st.Number, w.st.Number})
}
