package scenarios_test

import (
	"slices"
	"strings"
	"testing"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

// message reads one message as a person sees it.
func message(p *beeptest.Person, ch chat.ChannelID, id chat.MessageID) client.Posted {
	var out struct{ Message client.Posted }
	p.Gets("message.get", args{"channel_id": ch, "message_id": id}, &out)
	return out.Message
}

// MSG-1: one's own messages are edited and deleted, others' with the permission;
// history is read before, after and around; edits are remembered.
func TestMessagesAreEditedDeletedAndRead(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	m := bob.Sends(home.General, "frist")
	for _, text := range []string{"fisrt", "first"} {
		bob.Does("message.edit", args{"channel_id": home.General, "message_id": m.ID, "content": text})
	}
	ada.HearsOf("message_edited", "content", "first")
	w.Settles(ada, home)
	var history struct{ Edits []struct{ Content string } }
	beeptest.Eventually(t, "the edits are in the read model", func() bool {
		ada.Gets("message.edits", args{"channel_id": home.General, "message_id": m.ID}, &history)
		return len(history.Edits) == 2
	})
	if history.Edits[0].Content != "frist" || history.Edits[1].Content != "fisrt" {
		t.Errorf("the edits are %+v", history.Edits)
	}
	ada.IsRefused(chat.Forbidden, "message.edit", args{"channel_id": home.General, "message_id": m.ID, "content": "x"})

	re := ada.Makes("message.send", args{"channel_id": home.General, "content": "re", "reply_to": m.ID})
	if id, _ := chat.ParseMessageID(re); true {
		got := message(bob, home.General, id)
		if got.Reply == nil || got.Reply.Content != "first" || got.Reply.SenderID != bob.ID {
			t.Errorf("the reply shows %+v", got.Reply)
		}
		ada.Does("message.delete", args{"channel_id": home.General, "message_id": m.ID})
		bob.HearsOf("message_deleted", "id", m.ID.String())
		if got := message(bob, home.General, id); got.Reply == nil || !got.Reply.Deleted || got.Reply.Content != "" {
			t.Errorf("the reply to what was deleted shows %+v", got.Reply)
		}
		around := bob.History(home.General, client.HistoryQuery{Around: id, Limit: 3})
		if len(around) == 0 || !slices.ContainsFunc(around, func(p client.Posted) bool { return p.ID == id }) {
			t.Errorf("around the permalink: %+v", around)
		}
	}
	w.Verifies()
}

// MSG-2 and MSG-6: pins are listed, and reported by the system in the name of
// who pinned; so is who joined.
func TestPinsAndSystemMessages(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	ada.Awaits("that bob has joined", func(e client.Event) bool {
		m, ok := e.(client.Message)
		return ok && m.Message.Type == chat.JoinMessage && m.Message.SenderID == bob.ID
	})
	m := bob.Sends(home.General, "rules of the house")
	bob.IsRefused(chat.Forbidden, "message.pin", args{"channel_id": home.General, "message_id": m.ID})
	ada.Does("message.pin", args{"channel_id": home.General, "message_id": m.ID})
	bob.Awaits("the pin", func(e client.Event) bool {
		got, ok := e.(client.Message)
		return ok && got.Message.Type == chat.PinningMessage && got.Message.Reference == m.ID && got.Message.SenderID == ada.ID
	})
	pins := func() []client.Posted {
		var out struct{ Messages []client.Posted }
		bob.Gets("message.pins", args{"channel_id": home.General}, &out)
		return out.Messages
	}
	beeptest.Eventually(t, "the pin is listed", func() bool { p := pins(); return len(p) == 1 && p[0].ID == m.ID && p[0].Pinned })
	ada.Does("message.unpin", args{"channel_id": home.General, "message_id": m.ID})
	beeptest.Eventually(t, "the pin is out", func() bool { return len(pins()) == 0 })
	w.Verifies()
}

// MSG-5: mentions of users, roles and everyone are read by the server.
func TestMentionsAreReadByTheServer(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	role := ada.MakesRole(home, "bakers", []string{}, bob)
	everybody := ada.Sends(home.General, "@everyone: <@"+bob.ID.String()+"> of <@&"+role.String()+">, see <#"+home.General.String()+">")
	got := bob.Sees(everybody).Message
	if !got.Everyone || !slices.Equal(got.Users, []chat.UserID{bob.ID}) || !slices.Equal(got.Roles, []chat.RoleID{role}) {
		t.Errorf("it mentions %+v", got.Mentions)
	}
	quiet := bob.Sends(home.General, "@everyone and <@&"+role.String()+">")
	if got := ada.Sees(quiet).Message; !got.Mentions.Empty() {
		t.Errorf("without the right it mentions %+v", got.Mentions)
	}
}

// MSG-9: reactions, forwarding and polls.
func TestReactionsForwardingAndPolls(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	other := ada.MakesChannel(home, "archive", args{"private": true})
	m := ada.Sends(home.General, "cake?")
	react := func(p *beeptest.Person, method, emoji string) {
		p.Does(method, args{"channel_id": home.General, "message_id": m.ID, "emoji": emoji})
	}
	react(ada, "reaction.add", "🎂")
	react(bob, "reaction.add", "🎂")
	react(bob, "reaction.add", "🎂") // once is enough
	react(bob, "reaction.add", "👍🏽")
	react(bob, "reaction.remove", "👍🏽")
	want := []client.ReactionCount{{Emoji: "🎂", Count: 2, Me: true}}
	if got := message(bob, home.General, m.ID).Reactions; !slices.Equal(got, want) {
		t.Errorf("the reactions are %+v", got)
	}
	for _, bad := range []string{"", "a", "12", "<b>", "🎂🎂🎂", strings.Repeat("👍", 50), "\u202e"} {
		bob.IsRefused(chat.Invalid, "reaction.add", args{"channel_id": home.General, "message_id": m.ID, "emoji": bad})
	}
	bob.IsRefused(chat.Forbidden, "reaction.remove", args{"channel_id": home.General, "message_id": m.ID, "emoji": "🎂", "user_id": ada.ID})
	ada.Does("reaction.remove", args{"channel_id": home.General, "message_id": m.ID, "emoji": "🎂", "user_id": bob.ID})

	secret := ada.Sends(other, "the recipe")
	bob.IsRefused(chat.NotFound, "message.forward", args{"channel_id": other, "message_id": secret.ID, "to_channel_id": home.General})
	var sent chat.Sent
	ada.Gets("message.forward", args{"channel_id": other, "message_id": secret.ID, "to_channel_id": home.General}, &sent)
	got := bob.Sees(sent).Message
	if got.Forwarded == nil || got.Forwarded.Content != "the recipe" || got.Forwarded.SenderID != ada.ID {
		t.Errorf("forwarded as %+v", got)
	}
	bob.NeverHeardOf("where it came from", other.String())

	poll := ada.Makes("message.send", args{"channel_id": home.General, "poll": args{"question": "which?", "options": []string{"apple", "plum"}}})
	id, err := chat.ParseMessageID(poll)
	if err != nil {
		t.Fatal(err)
	}
	vote := args{"channel_id": home.General, "message_id": id, "options": []int{1}}
	bob.Does("poll.vote", vote)
	ada.Does("poll.vote", vote)
	bob.IsRefused(chat.Invalid, "poll.vote", args{"channel_id": home.General, "message_id": id, "options": []int{0, 1}})
	bob.IsRefused(chat.Invalid, "poll.vote", args{"channel_id": home.General, "message_id": id, "options": []int{7}})
	bob.IsRefused(chat.Forbidden, "poll.close", args{"channel_id": home.General, "message_id": id})
	ada.Does("poll.close", args{"channel_id": home.General, "message_id": id})
	bob.IsRefused(chat.Conflict, "poll.vote", vote)
	if p := message(bob, home.General, id).Poll; p == nil || !p.Closed || p.Options[1].Votes != 2 || !p.Options[1].Me || p.Options[0].Votes != 0 {
		t.Errorf("the poll is %+v", p)
	}
	w.Verifies()
	w.Stops() // what memory knew, the read model and the log know as well
	w.Starts()
	if p := message(bob, home.General, id).Poll; p == nil || p.Options[1].Votes != 2 {
		t.Errorf("after a restart the poll is %+v", p)
	}
}
