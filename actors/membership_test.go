package actors_test

import (
	"context"
	"sync"
	"testing"

	"beep/chat"
	"beep/wire"
)

func TestTheFiftiethAndTheFiftyFirstServerAtOnceAreOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	create := func(id chat.ServerID) *chat.StartJoin {
		return &chat.StartJoin{Server: id, Create: &chat.ServerPlan{
			Name: "Some", Visibility: chat.Private, ChannelID: chat.ChannelID(id), ChannelName: "general",
		}}
	}
	for i := range chat.MaxServersPerUser - 2 { // and home
		w.must(chat.UserKey(ada), create(chat.ServerID(2000+i)))
	}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		wg.Go(func() { _, errs[i] = w.ask(chat.UserKey(ada), create(chat.ServerID(3000+i))) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !chat.Is(errs[0], chat.Conflict) && !chat.Is(errs[1], chat.Conflict) {
		t.Fatal(errs)
	}
	if u := w.user(ada); len(u.Servers) != chat.MaxServersPerUser || len(u.Pending) != 0 {
		t.Fatalf("in %d servers, pending %v", len(u.Servers), u.Pending)
	}
}

func TestWhoWasKickedLearnsOfItLaterIfNotAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.must(chat.UserKey(bob), &chat.CheckMembership{Server: home})
	if !w.user(bob).In(home) {
		t.Fatal("a look ended the membership")
	}
	w.net.drop("end membership", 1, false)
	w.must(chat.ServerKey(home), &chat.KickMember{By: ada, User: bob})
	if !w.user(bob).In(home) {
		t.Fatal("he has heard of it")
	}
	w.net.drop("get membership", 1, false)
	if _, err := w.ask(chat.UserKey(bob), &chat.CheckMembership{Server: home}); !chat.Is(err, chat.Unavailable) || !w.user(bob).In(home) {
		t.Fatal("a server that cannot answer was believed:", err)
	}
	w.must(chat.UserKey(bob), &chat.CheckMembership{Server: home})
	if w.user(bob).In(home) {
		t.Fatal("he believes to be a member")
	}
	w.must(chat.UserKey(bob), &chat.CheckMembership{Server: home})
	w.must(chat.UserKey(bob), &chat.StartJoin{Server: home})
}

func TestAnInvitationInTheApplicationIsAcceptedOrRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	den := chat.ServerID(700)
	w.must(chat.UserKey(ada), &chat.StartJoin{Server: den, Create: &chat.ServerPlan{
		Name: "Den", Visibility: chat.Private, ChannelID: 701, ChannelName: "general",
	}})
	w.must(chat.ServerKey(den), &chat.InviteUser{By: ada, User: bob, Code: "first-code"})
	if i := w.user(bob).Invited[den]; i.Code != "first-code" || i.By != ada || i.Name != "Den" {
		t.Fatalf("%+v", i)
	}
	w.must(chat.UserKey(bob), &chat.AnswerInvitation{Server: den, Outcome: chat.OutcomeRefused})
	if len(w.user(bob).Invited) != 0 {
		t.Fatal("it is still open")
	}
	if _, err := w.ask(chat.UserKey(bob), &chat.StartJoin{Server: den, Invitation: "first-code"}); err == nil {
		t.Fatal("a refused invitation lets him in")
	}
	w.must(chat.ServerKey(den), &chat.InviteUser{By: ada, User: bob, Code: "second-code"})
	w.must(chat.UserKey(bob), &chat.StartJoin{Server: den, Invitation: "second-code"})
	if u := w.user(bob); !u.In(den) || len(u.Invited) != 0 {
		t.Fatalf("in %v, invited %v", u.Servers, u.Invited)
	}
	if _, err := w.ask(chat.ServerKey(den), &chat.InviteUser{By: ada, User: bob, Code: "third-code"}); !chat.Is(err, chat.Conflict) {
		t.Fatal("a member was invited:", err)
	}
}

func TestJoiningIsReportedInTheServersChannel(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.system = true
	const eve chat.UserID = 103
	w.must(chat.UserKey(eve), &chat.RegisterUser{ID: eve, Username: "eve"})
	feed := make(chan struct{})
	w.net.heard("post system message", func() { close(feed) })
	w.must(chat.UserKey(eve), &chat.StartJoin{Server: home})
	<-feed
	w.dense(1)
	err := w.log.Replay(context.Background(), chat.ChannelKey(home, room), 0, func(_ uint64, c wire.Commit) error {
		rec, err := wire.DecodeEvent(&c.Records[0])
		if m, ok := rec.Event.(*chat.MessageSent); !ok || m.Type != chat.JoinMessage || m.ID == 0 || rec.Author != eve {
			t.Errorf("%+v", rec)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
