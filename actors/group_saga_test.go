package actors_test

import (
	"testing"
	"time"

	"beep/chat"
)

// lost is more often than anybody asks again in a test.
const lost = 1 << 30

// wakes starts a node on which a command is lost no more, wakes the actor of a user and waits
// until the next one is answered: nobody but that actor asks for it.
func (w *world) wakes(u chat.UserID, cmd chat.Command) {
	w.t.Helper()
	name := cmd.CommandName()
	w.stop()
	w.net.drop(name, 0, false)
	done := make(chan struct{})
	w.net.heard(name, func() { close(done) })
	w.start()
	w.must(chat.UserKey(u), &chat.GetUser{})
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		w.t.Fatal("what was begun is forgotten")
	}
}

func TestWhomOneAddsToAGroupLearnsOfItThoughTheNodeDies(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]bool{"before he is told": false, "before it is known that he was told": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			p := w.people(3)
			w.must(chat.UserKey(ada), groupOf(p[0], p[1]))
			w.net.drop("join conversation", lost, answer)
			if _, err := w.ask(chat.UserKey(ada), &chat.StartAddRecipient{Server: den, Friend: p[2]}); !chat.Is(err, chat.Unavailable) {
				t.Fatal("it was said to be done:", err)
			}
			if got := w.user(p[2]).InDirect(den); got != answer {
				t.Fatal("he knows:", got)
			}
			w.wakes(ada, &chat.JoinDirect{})
			w.inGroup(ada, p[0], p[1], p[2])
			w.must(chat.UserKey(ada), &chat.StartAddRecipient{Server: den, Friend: p[2]})
			if a := w.user(ada); len(a.Adding) != 0 || len(a.Pending) != 0 {
				t.Fatalf("under way: %v, %v", a.Adding, a.Pending)
			}
		})
	}
}

func TestWhomOneAddsToAGroupLearnsOfItThoughWhoAddedHimHasLeft(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.people(3)
	w.must(chat.UserKey(ada), groupOf(p[0], p[1]))
	w.net.drop("join conversation", lost, false)
	if _, err := w.ask(chat.UserKey(ada), &chat.StartAddRecipient{Server: den, Friend: p[2]}); !chat.Is(err, chat.Unavailable) {
		t.Fatal("it was said to be done:", err)
	}
	w.must(chat.UserKey(ada), &chat.StartLeave{Server: den})
	w.wakes(ada, &chat.JoinDirect{})
	w.inGroup(p[0], p[1], p[2])
}

func TestWhoDeclinesAGroupLeavesItThoughTheNodeDies(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.people(3)
	for i := range chat.MaxGroups {
		w.must(chat.UserKey(p[2]), &chat.JoinDirect{Server: chat.ServerID(3000 + i), Channel: 1})
	}
	w.must(chat.UserKey(ada), groupOf(p[0], p[1]))
	leave := &chat.RemoveMember{}
	w.net.drop(leave.CommandName(), lost, false)
	if _, err := w.ask(chat.UserKey(ada), &chat.StartAddRecipient{Server: den, Friend: p[2]}); !chat.Is(err, chat.Conflict) {
		t.Fatal(err)
	}
	w.wakes(p[2], leave)
	w.inGroup(ada, p[0], p[1])
	if _, err := w.ask(chat.UserKey(ada), &chat.StartAddRecipient{Server: den, Friend: p[2]}); !chat.Is(err, chat.Conflict) {
		t.Fatal(err)
	}
}

func TestTheOthersOfANewGroupLearnOfItThoughTheNodeDies(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.people(3)
	w.net.drop("join conversation", lost, false)
	if _, err := w.ask(chat.UserKey(ada), groupOf(p[0], p[1])); !chat.Is(err, chat.Unavailable) {
		t.Fatal("it was said to be done:", err)
	}
	w.wakes(ada, &chat.JoinDirect{})
	w.must(chat.UserKey(ada), groupOf(p[0], p[1])) // waits for what is under way
	w.inGroup(ada, p[0], p[1])
}
