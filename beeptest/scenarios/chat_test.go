// Package scenarios_test holds Beep's behaviour as a user meets it: each test is
// a story told in beeptest's language, over real sockets.
package scenarios_test

import (
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type args = map[string]any

func TestTwoPeopleTalk(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)

	hello := ada.Sends(home.General, "hello <b>&\u2028 \"bob\"")
	got := bob.Sees(hello)
	if got.Message.Content != "hello <b>&\u2028 \"bob\"" || got.Message.SenderID != ada.ID || got.Message.Seq != hello.Seq {
		t.Fatalf("bob saw %+v", got.Message)
	}
	answer := bob.Sends(home.General, "hello ada")
	ada.Sees(answer)
	ada.SawEverythingOnce(home.General)
	w.Verifies()
}

func TestEditsDeletionsAndRepliesReachEverybody(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	first := ada.Sends(home.General, "frist")

	if err := ada.Asks("message.edit", args{"channel_id": home.General, "message_id": first.ID, "content": "first"}, nil); err != nil {
		t.Fatal(err)
	}
	bob.Awaits("the edit", func(e client.Event) bool {
		m, ok := e.(client.Edited)
		return ok && m.ID == first.ID && m.Content == "first"
	})
	if err := bob.Asks("message.send", args{"channel_id": home.General, "content": "re", "reply_to": first.ID}, nil); err != nil {
		t.Fatal(err)
	}
	ada.Awaits("the reply", func(e client.Event) bool {
		m, ok := e.(client.Message)
		return ok && m.Message.ReplyTo == first.ID
	})
	bob.IsRefused(chat.Forbidden, "message.edit", args{"channel_id": home.General, "message_id": first.ID, "content": "x"})
	bob.IsRefused(chat.Forbidden, "message.delete", args{"channel_id": home.General, "message_id": first.ID})
	if err := ada.Asks("message.delete", args{"channel_id": home.General, "message_id": first.ID}, nil); err != nil {
		t.Fatal(err)
	}
	bob.Awaits("the deletion", func(e client.Event) bool { m, ok := e.(client.Deleted); return ok && m.ID == first.ID })
	if page := bob.History(home.General, client.HistoryQuery{}); len(page) != 2 || page[1].ReplyTo != first.ID {
		t.Fatalf("history is %+v", page)
	}
	w.Verifies()
}

func TestWhatOneMayNotSeeIsAbsent(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, eve := w.Person("ada"), w.Person("eve")
	den := ada.CreatesServer("Den", chat.Private)
	secret := ada.Sends(den.General, "secret")

	eve.IsRefused(chat.NotFound, "server.join", args{"server_id": den.ID})
	eve.IsRefused(chat.NotFound, "message.send", args{"channel_id": den.General, "content": "x"})
	eve.IsRefused(chat.NotFound, "message.list", args{"channel_id": den.General})
	eve.IsRefused(chat.NotFound, "message.edit", args{"channel_id": den.General, "message_id": secret.ID, "content": "x"})
	eve.IsRefused(chat.NotFound, "message.delete", args{"channel_id": den.General, "message_id": secret.ID})
	eve.IsRefused(chat.NotFound, "typing.start", args{"channel_id": den.General})
	eve.IsRefused(chat.NotFound, "read.set", args{"channel_id": den.General, "seq": 1})
	eve.IsRefused(chat.NotFound, "member.list", args{"server_id": den.ID})
	eve.IsRefused(chat.NotFound, "channel.create", args{"server_id": den.ID, "name": "x"})
	eve.IsRefused(chat.NotFound, "message.send", args{"channel_id": "12345", "content": "x"})
	var found struct{ Servers []struct{ Name string } }
	if err := eve.Asks("server.browse", args{}, &found); err != nil || len(found.Servers) != 0 {
		t.Fatalf("browsing shows %+v, %v", found, err)
	}
	for _, e := range eve.Events() {
		if m, ok := e.(client.Message); ok {
			t.Fatalf("eve was told %+v", m)
		}
	}
}

func TestBadArgumentsAreRefusedAndNamed(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada := w.Person("ada")
	home := ada.CreatesServer("Home", chat.Public)
	for method, bad := range map[string]args{
		"message.send":   {"channel_id": home.General, "content": " "},
		"message.edit":   {"channel_id": "-1", "message_id": "1", "content": "x"},
		"message.delete": {"channel_id": home.General, "message_id": "x"},
		"message.list":   {"channel_id": home.General, "limit": 101},
		"server.create":  {"name": "x", "visibility": "secret"},
		"server.browse":  {"limit": -1},
		"server.join":    {},
		"server.leave":   {"server_id": "1", "surprise": true},
		"channel.create": {"server_id": home.ID, "name": "a\u202eb"},
		"member.list":    {"server_id": home.ID, "limit": 0},
		"user.get":       {"user_ids": make([]string, 101)},
		"read.set":       {"channel_id": home.General, "seq": -1},
		"no.such":        {},
	} {
		ada.IsRefused(chat.Invalid, method, bad)
	}
	ada.IsRefused(chat.TooLarge, "message.send", args{"channel_id": home.General, "content": strings.Repeat("x", 4001)})
	ada.IsRefused(chat.NotFound, "message.send", args{"channel_id": home.General, "content": "x", "reply_to": "99"})
	if page := ada.History(home.General, client.HistoryQuery{}); len(page) != 0 {
		t.Fatalf("something was stored: %+v", page)
	}
}

func TestPublicServersAreFoundAndLeft(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Réunion of friends", chat.Public)
	ada.CreatesServer("Den", chat.Private)
	w.Verifies() // the read model has caught up
	var found struct {
		Servers []struct {
			ID      chat.ServerID
			Members int
		}
	}
	if err := bob.Asks("server.browse", args{"query": "FRIENDS"}, &found); err != nil || len(found.Servers) != 1 || found.Servers[0].ID != home.ID {
		t.Fatalf("found %+v, %v", found, err)
	}
	bob.Joins(home)
	ada.Awaits("bob", func(e client.Event) bool { m, ok := e.(client.MemberJoined); return ok && m.Username == "bob" })
	if err := bob.Asks("server.leave", args{"server_id": home.ID}, nil); err != nil {
		t.Fatal(err)
	}
	bob.Awaits("that it is gone", func(e client.Event) bool { s, ok := e.(client.ServerGone); return ok && s.Server == home.ID })
	ada.Awaits("his leaving", func(e client.Event) bool { m, ok := e.(client.MemberLeft); return ok && m.UserID == bob.ID })
	bob.IsRefused(chat.NotFound, "message.send", args{"channel_id": home.General, "content": "x"})
	ada.IsRefused(chat.Conflict, "server.leave", args{"server_id": home.ID})
	w.Verifies()
}

func TestNewChannelsTypingAndPresenceAreTold(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	ada.Awaits("bob's presence", func(e client.Event) bool {
		p, ok := e.(client.Presence)
		for i := 0; ok && i < len(p.Changes); i++ {
			if p.Changes[i].UserID == bob.ID && p.Changes[i].Status == "online" {
				return true
			}
		}
		return false
	})
	var made struct{ ID chat.ChannelID }
	if err := ada.Asks("channel.create", args{"server_id": home.ID, "name": "plans"}, &made); err != nil {
		t.Fatal(err)
	}
	bob.Awaits("the channel", func(e client.Event) bool { c, ok := e.(client.ChannelCreated); return ok && c.Created.ID == made.ID })
	bob.IsRefused(chat.Forbidden, "channel.create", args{"server_id": home.ID, "name": "x"})
	bob.Sees(ada.Sends(made.ID, "in the new one"))
	if err := ada.Asks("typing.start", args{"channel_id": made.ID}, nil); err != nil {
		t.Fatal(err)
	}
	bob.Awaits("typing", func(e client.Event) bool {
		y, ok := e.(client.Typing)
		return ok && y.User == ada.ID && y.Channel == made.ID
	})
	w.Verifies()
	var members struct {
		Members []struct {
			Username, Status string
		}
	}
	if err := bob.Asks("member.list", args{"server_id": home.ID}, &members); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(members.Members); got != "[{ada online} {bob online}]" {
		t.Fatalf("members are %s", got)
	}
}

func TestTheReadPositionIsTheSameOnAllDevices(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada := w.Person("ada")
	home := ada.CreatesServer("Home", chat.Public)
	sent := ada.Sends(home.General, "note to self")
	if err := ada.Asks("read.set", args{"channel_id": home.General, "seq": sent.Seq}, nil); err != nil { // another device
		t.Fatal(err)
	}
	ada.Awaits("the position", func(e client.Event) bool { r, ok := e.(client.ReadMoved); return ok && r.Seq == sent.Seq })
}

func TestTheEleventhMessageInTenSecondsWaits(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada := w.Person("ada")
	one, two := ada.CreatesServer("One", chat.Public), ada.CreatesServer("Two", chat.Public)
	for i := range chat.SendWindowMessages {
		ch := one.General
		if i%2 == 0 {
			ch = two.General
		}
		if err := ada.Asks("message.send", args{"channel_id": ch, "content": "x"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	e := ada.IsRefused(chat.RateLimited, "message.send", args{"channel_id": one.General, "content": "x"})
	if e.RetryAfter <= 0 || e.RetryAfter.Milliseconds() > chat.SendWindowMillis {
		t.Fatalf("retry after %s", e.RetryAfter)
	}
	w.Stops()
	w.Starts() // a restart does not open it
	ada.IsRefused(chat.RateLimited, "message.send", args{"channel_id": two.General, "content": "x"})
}

func TestARestartKeepsEverythingAndClientsResumeWithoutAGap(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	for i := range 300 {
		ada.Sends(home.General, fmt.Sprint("before ", i))
	}
	w.Stops()
	w.Starts()
	last := ada.Sends(home.General, "after")
	bob.Sees(last)
	// His own joining is record 1: he is shown the server with it or is told it.
	if first, end := bob.SawEverythingOnce(home.General); first > 2 || end != last.Seq || last.Seq != 302 {
		t.Fatalf("bob saw %d to %d of %d", first, end, last.Seq)
	}
	page := bob.History(home.General, client.HistoryQuery{Before: 150, Limit: 100})
	if len(page) != 100 || page[0].Seq != 50 || page[99].Seq != 149 {
		t.Fatalf("the old page is %d messages", len(page))
	}
	w.Verifies()
}

func TestSomebodyAwayResumesWithEverythingHeMissed(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	seen := ada.Sends(home.General, "seen")
	bob.Sees(seen)
	pos := bob.Client().State().Positions()
	bob.Leaves()
	const gap = 2500 // beyond what the edge remembers
	for i := range gap {
		ada.Sends(home.General, fmt.Sprint("missed ", i))
	}
	got := resume(t, w, bob.Token, pos, seen.Seq+gap)
	if len(got) != gap || got[0] != seen.Seq+1 || got[gap-1] != seen.Seq+gap {
		t.Fatalf("resumed with %d records", len(got))
	}
	for i, n := range got {
		if n != seen.Seq+1+uint64(i) {
			t.Fatalf("record %d came in place %d", n, i)
		}
	}
}
