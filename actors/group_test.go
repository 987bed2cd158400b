package actors_test

import (
	"fmt"
	"slices"
	"testing"

	"beep/chat"
	"beep/jetstream"
)

const (
	den     chat.ServerID  = 900 // a group conversation
	denRoom chat.ChannelID = 901
)

// befriend makes two users friends, whoever they are.
func (w *world) befriend(a, b chat.UserID) {
	w.t.Helper()
	keeper := chat.UserKey(min(a, b))
	w.must(keeper, w.relate(a, b, chat.ActRequest))
	w.must(keeper, w.relate(b, a, chat.ActAccept))
}

// people registers users and makes them friends of ada.
func (w *world) people(n int) []chat.UserID {
	w.t.Helper()
	ids := make([]chat.UserID, n)
	for i := range ids {
		ids[i] = chat.UserID(500 + i)
		w.must(chat.UserKey(ids[i]), &chat.RegisterUser{ID: ids[i], Username: fmt.Sprint("user", i)})
		w.befriend(ada, ids[i])
	}
	return ids
}

func groupOf(ids ...chat.UserID) *chat.StartJoin {
	plan := &chat.ServerPlan{Name: "den", ChannelID: denRoom}
	for _, id := range ids {
		plan.Group = append(plan.Group, chat.Recipient{UserID: id})
	}
	return &chat.StartJoin{Server: den, Create: plan}
}

func (w *world) inGroup(want ...chat.UserID) {
	w.t.Helper()
	for _, u := range append([]chat.UserID{ada, bob}, chat.UserID(500), 501, 502) {
		if v, err := w.ask(chat.UserKey(u), &chat.GetUser{}); err == nil {
			if got := v.(*chat.User).InDirect(den); got != slices.Contains(want, u) {
				w.t.Fatalf("user %d is in it: %v", u, got)
			}
		}
		v, err := w.ask(chat.ServerKey(den), &chat.GetMembership{User: u})
		m, _ := v.(*chat.Membership)
		if got := err == nil && m.Member; got != slices.Contains(want, u) {
			w.t.Fatalf("user %d is a member: %v (%v)", u, got, err)
		}
	}
}

func TestAGroupBeginsGrowsAndIsErasedWithItsLastMember(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.people(3)
	w.must(chat.UserKey(ada), groupOf(p[0], p[1]))
	w.inGroup(ada, p[0], p[1])
	d := chat.DirectJoined{ServerID: den, ChannelID: denRoom}
	if err := w.writeIn(p[0], d); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ask(chat.UserKey(p[0]), &chat.StartAddRecipient{Server: den, Friend: p[2]}); !chat.Is(err, chat.NotFound) {
		t.Fatal("somebody was added who is no friend:", err)
	}
	w.must(chat.UserKey(ada), &chat.StartAddRecipient{Server: den, Friend: p[2]})
	w.inGroup(ada, p[0], p[1], p[2])
	w.must(chat.ServerKey(den), &chat.KickMember{By: ada, User: p[0]})
	w.must(chat.UserKey(p[0]), &chat.CheckMembership{Server: den})
	w.must(chat.UserKey(ada), &chat.StartLeave{Server: den}) // the owner hands it on
	w.inGroup(p[1], p[2])
	if err := w.writeIn(ada, d); !chat.Is(err, chat.NotFound) {
		t.Fatal("who has left writes:", err)
	}
	w.must(chat.UserKey(p[1]), &chat.StartLeave{Server: den})
	w.log.keys.fail(0, 1)
	if _, err := w.ask(chat.UserKey(p[2]), &chat.StartLeave{Server: den}); !chat.Is(err, chat.Unavailable) {
		t.Fatal("answered before it was erased:", err)
	}
	w.must(chat.UserKey(p[2]), &chat.StartLeave{Server: den})
	w.inGroup()
	w.erased(den)
	w.stop()
	w.start()
	w.inGroup()
	w.erased(den)
	if err := w.writeIn(p[2], d); !chat.Is(err, chat.NotFound) {
		t.Fatal("who has left writes:", err)
	}
}

func TestAnErasureInterruptedIsFinishedByTheNextActivation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.people(1)
	w.must(chat.UserKey(ada), groupOf(p[0]))
	w.must(chat.UserKey(ada), &chat.StartLeave{Server: den})
	w.log.keys.fail(0, 1000)
	if _, err := w.ask(chat.UserKey(p[0]), &chat.StartLeave{Server: den}); !chat.Is(err, chat.Unavailable) {
		t.Fatal(err)
	}
	w.stop()
	w.log.keys.fail(0, 0)
	w.start()
	w.must(chat.UserKey(p[0]), &chat.StartLeave{Server: den})
	w.inGroup()
	w.erased(den)
}

func TestAGroupIsMadeWhateverFails(t *testing.T) {
	t.Parallel()
	faults := map[string]func(w *world){
		"making the key":                    func(w *world) { w.log.keys.fail(1, 0) },
		"making the conversation is lost":   func(w *world) { w.net.drop("create conversation", 1, false) },
		"the conversation's answer":         func(w *world) { w.net.drop("create conversation", 1, true) },
		"telling one of the others is lost": func(w *world) { w.net.drop("join conversation", 1, false) },
		"an answer of the others is lost":   func(w *world) { w.net.drop("join conversation", 2, true) },
	}
	for k := range 5 {
		faults[fmt.Sprintf("commit %d fails", k)] = func(w *world) {
			for range k {
				w.log.FailNext(nil)
			}
			w.log.FailNextStored(jetstream.ErrUnavailable)
		}
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			p := w.people(2)
			fault(w)
			var err error
			for range 20 {
				if _, err = w.ask(chat.UserKey(ada), groupOf(p[0], p[1])); !chat.Is(err, chat.Unavailable) {
					break
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			w.inGroup(ada, p[0], p[1])
		})
	}
}

func TestWhoIsInTooManyGroupsIsNotInAnother(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.people(3)
	for i := range chat.MaxGroups {
		w.must(chat.UserKey(p[1]), &chat.JoinDirect{Server: chat.ServerID(3000 + i), Channel: 1})
	}
	w.must(chat.UserKey(ada), groupOf(p[0], p[1]))
	w.inGroup(ada, p[0])
	if _, err := w.ask(chat.UserKey(ada), &chat.StartAddRecipient{Server: den, Friend: p[1]}); !chat.Is(err, chat.Conflict) {
		t.Fatal(err)
	}
	w.inGroup(ada, p[0])
}
