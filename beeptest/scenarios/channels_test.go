package scenarios_test

import (
	"slices"
	"testing"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

func historyOf(limit int) client.HistoryQuery { return client.HistoryQuery{Limit: limit} }

// CHN-1: channels of every type are created, edited and deleted; a category
// takes its channels with it.
func TestChannelsAreCreatedEditedAndDeleted(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	cat := ada.MakesChannel(home, "Rooms", args{"type": "category"})
	text := ada.MakesChannel(home, "kitchen", args{"parent_id": cat, "topic": "what is cooking"})
	call := ada.MakesChannel(home, "Call", args{"type": "conference", "parent_id": cat})
	for _, ch := range []chat.ChannelID{cat, text, call} {
		bob.SeesChannel(ch)
	}
	ada.Does("channel.update", args{"channel_id": text, "name": "cooking", "topic": "", "position": 7})
	bob.HearsOf("channel_updated", "name", "cooking")
	bob.IsRefused(chat.Forbidden, "channel.update", args{"channel_id": text, "name": "x"})
	bob.IsRefused(chat.Forbidden, "channel.delete", args{"channel_id": text})
	bob.IsRefused(chat.NotFound, "message.send", args{"channel_id": cat, "content": "x"})
	said := bob.Sends(text, "soup")

	ada.Does("channel.delete", args{"channel_id": cat})
	for _, ch := range []chat.ChannelID{cat, text, call} {
		bob.LosesChannel(ch)
	}
	bob.IsRefused(chat.NotFound, "message.list", args{"channel_id": text})
	bob.IsRefused(chat.NotFound, "message.edit", args{"channel_id": text, "message_id": said.ID, "content": "x"})
	ada.IsRefused(chat.NotFound, "channel.update", args{"channel_id": text, "name": "x"})
	w.Verifies()
}

// CHN-2: a private channel is seen by those who were let in.
func TestAPrivateChannelLetsInWhomItsPeopleAdd(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	cy.Joins(home)
	room := ada.MakesChannel(home, "gift for cy", args{"private": true})
	ada.Does("channel.add", args{"channel_id": room, "user_id": bob.ID})
	bob.SeesChannel(room)
	ada.Sees(bob.Sends(room, "a book?"))
	bob.IsRefused(chat.Forbidden, "channel.add", args{"channel_id": room, "user_id": cy.ID})
	cy.IsRefused(chat.NotFound, "channel.add", args{"channel_id": room, "user_id": cy.ID})
	cy.IsRefused(chat.NotFound, "channel.get", args{"channel_id": room})
	bob.Does("channel.leave", args{"channel_id": room})
	bob.LosesChannel(room)
	bob.IsRefused(chat.NotFound, "message.list", args{"channel_id": room})
	bob.IsRefused(chat.Conflict, "channel.leave", args{"channel_id": home.General})
	cy.Sees(ada.Sends(home.General, "hello"))
	cy.NeverHeardOf("the private channel", "gift for cy")
	cy.NeverHeardOf("the private channel", room.String())
}

// CHN-3: the members of a channel are those who see it, with who is connected.
func TestTheMembersOfAChannelAreThoseWhoSeeIt(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	cy.Joins(home)
	room := ada.MakesChannel(home, "office", args{"private": true})
	ada.Does("channel.add", args{"channel_id": room, "user_id": bob.ID})
	bob.SeesChannel(room)
	cy.Leaves()

	names := func(ch chat.ChannelID) (online, offline []string) {
		var out struct {
			Members []struct{ Username, Status string }
		}
		ada.Gets("channel.members", args{"channel_id": ch}, &out)
		for _, m := range out.Members {
			if m.Status == "online" {
				online = append(online, m.Username)
			} else {
				offline = append(offline, m.Username)
			}
		}
		slices.Sort(online)
		return online, offline
	}
	if on, off := names(room); !slices.Equal(on, []string{"ada", "bob"}) || len(off) != 0 {
		t.Errorf("in the office: %v, %v", on, off)
	}
	beeptest.Eventually(t, "cy is seen as offline", func() bool {
		on, off := names(home.General)
		return slices.Equal(on, []string{"ada", "bob"}) && slices.Equal(off, []string{"cy"})
	})
}

// CHN-4: read positions, unread and mention counts agree on all devices.
func TestUnreadAndMentionCountsAgreeOnAllDevices(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	phone := w.Another(bob)
	first := ada.Sends(home.General, "one")
	ada.Sends(home.General, "two for <@"+bob.ID.String()+">")
	last := ada.Sends(home.General, "three")

	counts := func(p *beeptest.Person) (unread, mentions int, read uint64) {
		var out struct {
			Channels []struct {
				ChannelID chat.ChannelID `json:"channel_id"`
				Unread    int
				Mentions  int
				Read      uint64
			}
		}
		p.Gets("unread.list", args{"server_id": home.ID}, &out)
		for _, c := range out.Channels {
			if c.ChannelID == home.General {
				return c.Unread, c.Mentions, c.Read
			}
		}
		return 0, 0, 0
	}
	bob.Does("read.set", args{"channel_id": home.General, "seq": first.Seq})
	phone.HearsOf("channel_read", "channel_id", home.General.String())
	for _, p := range []*beeptest.Person{bob, phone} { // the read model is a moment behind
		beeptest.Eventually(t, "two are unread, one of them a mention", func() bool {
			u, m, r := counts(p)
			return u == 2 && m == 1 && r == first.Seq
		})
	}
	phone.Does("read.set", args{"channel_id": home.General, "seq": last.Seq})
	bob.Does("read.set", args{"channel_id": home.General, "seq": first.Seq}) // never goes back
	if u, m, _ := counts(bob); u != 0 || m != 0 {
		t.Errorf("%d unread, %d mentions after reading", u, m)
	}
	if u, _, _ := counts(ada); u != 1 { // that bob has joined
		t.Errorf("%d messages are unread by who wrote all but one", u)
	}
}

// CHN-5: slow mode holds between two messages of a member, not for moderators.
func TestSlowModeHolds(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	ada.Does("channel.update", args{"channel_id": home.General, "slow_mode": 3600})
	bob.HearsOf("channel_updated", "slow_mode", "3600")
	bob.Sends(home.General, "one")
	e := bob.IsRefused(chat.RateLimited, "message.send", args{"channel_id": home.General, "content": "two"})
	if s := e.RetryAfter.Seconds(); s < 3500 || s > 3600 {
		t.Errorf("told to wait %v", e.RetryAfter)
	}
	ada.Sends(home.General, "one")
	ada.Sends(home.General, "two")
	w.Stops()
	w.Starts()
	bob.IsRefused(chat.RateLimited, "message.send", args{"channel_id": home.General, "content": "two"})
	ada.IsRefused(chat.Invalid, "channel.update", args{"channel_id": home.General, "slow_mode": -1})
	ada.IsRefused(chat.Invalid, "channel.update", args{"channel_id": home.General, "slow_mode": chat.MaxSlowMode + 1})
}

// Threads hang on a message; who is in a conference is known to those who see it.
func TestThreadsAndConferences(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	m := ada.Sends(home.General, "what about lunch?")
	var thread struct{ ID chat.ChannelID }
	bob.Gets("thread.create", args{"channel_id": home.General, "message_id": m.ID, "name": "lunch"}, &thread)
	ada.HearsOf("thread_attached", "thread_id", thread.ID.String())
	ada.Sees(bob.Sends(thread.ID, "soup"))
	ada.IsRefused(chat.Conflict, "thread.create", args{"channel_id": home.General, "message_id": m.ID, "name": "again"})
	ada.IsRefused(chat.NotFound, "thread.create", args{"channel_id": home.General, "message_id": "12345", "name": "x"})
	page := ada.History(home.General, historyOf(10))
	reported := slices.ContainsFunc(page, func(p client.Posted) bool {
		return p.Type == chat.ThreadMessage && p.ThreadID == thread.ID && p.SenderID == bob.ID
	})
	if !reported || !slices.ContainsFunc(page, func(p client.Posted) bool { return p.ID == m.ID && p.ThreadID == thread.ID }) {
		t.Errorf("the thread is not reported in %+v", page)
	}
	bob.Does("channel.update", args{"channel_id": thread.ID, "archived": true})
	ada.HearsOf("channel_updated", "id", thread.ID.String())
	ada.IsRefused(chat.Conflict, "message.send", args{"channel_id": thread.ID, "content": "late"})

	call := ada.MakesChannel(home, "Call", args{"type": "conference"})
	bob.SeesChannel(call)
	bob.Does("channel.join", args{"channel_id": call})
	ada.HearsOf("conference_joined", "user_id", bob.ID.String())
	ada.Does("channel.join", args{"channel_id": call})
	var in struct {
		UserIDs []chat.UserID `json:"user_ids"`
	}
	ada.Gets("conference.members", args{"channel_id": call}, &in)
	if !slices.Equal(in.UserIDs, []chat.UserID{bob.ID, ada.ID}) {
		t.Errorf("in the conference: %v", in.UserIDs)
	}
	if page := ada.History(call, historyOf(10)); len(page) != 1 || page[0].Type != chat.ConferenceMessage || page[0].SenderID != bob.ID {
		t.Errorf("the conference reports %+v", page)
	}
	bob.IsRefused(chat.Forbidden, "conference.remove", args{"channel_id": call, "user_id": ada.ID})
	ada.Does("conference.remove", args{"channel_id": call, "user_id": bob.ID})
	bob.HearsOf("conference_left", "user_id", bob.ID.String())
	w.Verifies()
}
