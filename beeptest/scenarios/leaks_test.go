package scenarios_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

// PERM-7: a hidden channel leaks by no way in: not in what comes live, in ready,
// resume, lists, history, unread counts, notifications, reply previews, threads,
// the audit log, or the explanation of a refusal.
func TestAHiddenChannelLeaksNowhere(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob, eve := w.Person("ada"), w.Person("bob"), w.Person("eve")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	eve.Joins(home)
	role := ada.MakesRole(home, "everybody", []string{}, bob, eve)
	const name, word = "vaultname", "treasureword"
	vault := ada.MakesChannel(home, name, args{"private": true})
	ada.Does("channel.add", args{"channel_id": vault, "user_id": bob.ID})
	bob.SeesChannel(vault)
	eve.Does("notification.set", args{"server_id": home.ID, "level": "all"})

	m := ada.Sends(vault, word+" <@"+eve.ID.String()+"> <@&"+role.String()+"> @everyone")
	bob.Sees(m)
	bob.IsNotified("mention", vault)
	ada.Does("message.edit", args{"channel_id": vault, "message_id": m.ID, "content": word + " edited @everyone"})
	ada.Does("reaction.add", args{"channel_id": vault, "message_id": m.ID, "emoji": "👍"})
	ada.Does("message.pin", args{"channel_id": vault, "message_id": m.ID})
	var thread struct{ ID chat.ChannelID }
	ada.Gets("thread.create", args{"channel_id": vault, "message_id": m.ID, "name": name + " thread"}, &thread)
	ada.Does("channel.update", args{"channel_id": vault, "topic": word})
	bob.Does("typing.start", args{"channel_id": vault})
	bob.Does("message.send", args{"channel_id": vault, "content": "re " + word, "reply_to": m.ID})
	w.Settles(ada, home)

	// By no request.
	for method, a := range map[string]args{
		"channel.get": {}, "channel.members": {}, "channel.join": {}, "channel.leave": {}, "conference.members": {},
		"message.list": {}, "message.pins": {}, "typing.start": {}, "channel.delete": {},
		"message.get": {"message_id": m.ID}, "message.edits": {"message_id": m.ID}, "message.delete": {"message_id": m.ID},
		"message.edit": {"message_id": m.ID, "content": "x"}, "message.pin": {"message_id": m.ID},
		"reaction.add": {"message_id": m.ID, "emoji": "👍"}, "reaction.list": {"message_id": m.ID, "emoji": "👍"},
		"poll.vote": {"message_id": m.ID, "options": []int{0}}, "poll.close": {"message_id": m.ID},
		"message.send": {"content": "x"}, "read.set": {"seq": 1}, "channel.update": {"name": "x"},
		"message.forward": {"message_id": m.ID, "to_channel_id": home.General},
		"thread.create":   {"message_id": m.ID, "name": "x"}, "channel.add": {"user_id": eve.ID},
		"override.set":     {"member_id": eve.ID, "allow": []string{"view_channels"}, "deny": []string{}},
		"override.remove":  {"member_id": bob.ID},
		"notification.set": {"level": "all"},
		"permissions.why":  {"user_id": bob.ID, "permission": "view_channels"},
	} {
		a["channel_id"] = vault
		eve.IsRefused(chat.NotFound, method, a)
	}
	// A reply in another channel cannot pull a preview out of it.
	eve.IsRefused(chat.NotFound, "message.send", args{"channel_id": home.General, "content": "x", "reply_to": m.ID})
	for method, a := range map[string]args{
		"unread.list": {"server_id": home.ID}, "server.get": {"server_id": home.ID}, "member.list": {"server_id": home.ID},
		"message.list": {"channel_id": home.General}, "role.list": {"server_id": home.ID}, "member.get": {"server_id": home.ID, "user_id": bob.ID},
	} {
		var out json.RawMessage
		eve.Gets(method, a, &out)
		for _, secret := range []string{name, word, vault.String(), thread.ID.String(), m.ID.String()} {
			if bytes.Contains(out, []byte(secret)) {
				t.Errorf("%s shows %s: %s", method, secret, out)
			}
		}
	}

	// By nothing that comes by itself: live, by resuming after a while, or afresh.
	eve.Sees(ada.Sends(home.General, "a barrier"))
	w.Restarts() // eve's client resumes, and reads the gap from the log
	ada.Does("message.edit", args{"channel_id": vault, "message_id": m.ID, "content": word + " edited again"})
	eve.Sees(ada.Sends(home.General, "another barrier"))
	fresh := w.Another(eve)
	fresh.Sees(ada.Sends(home.General, "the last barrier"))
	for _, p := range []*beeptest.Person{eve, fresh} {
		for _, secret := range []string{name, word, vault.String(), thread.ID.String(), m.ID.String()} {
			p.NeverHeardOf("the hidden channel", secret)
		}
	}
	eve.SawEverythingOnce(home.General)
	for _, e := range eve.Events() {
		if n, ok := e.(client.Notification); ok && n.Channel != home.General {
			t.Errorf("notified of %+v", n)
		}
	}
}

// PERM-7: a right that is taken away is gone on the open socket within a second,
// and for whoever was away and resumes.
func TestARevokedRightIsGoneWithinASecond(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	key := ada.MakesRole(home, "key", []string{}, bob)
	room := ada.MakesChannel(home, "room", args{"private": true})
	ada.Does("override.set", args{"channel_id": room, "role_id": key, "allow": []string{"view_channels"}, "deny": []string{}})
	bob.SeesChannel(room)

	for i, revoke := range []func(){
		func() {
			ada.Does("member.roles", args{"server_id": home.ID, "user_id": bob.ID, "remove": []chat.RoleID{key}})
		},
		func() { ada.Does("override.remove", args{"channel_id": room, "role_id": key}) },
		func() { ada.Does("role.delete", args{"server_id": home.ID, "role_id": key}) },
	} {
		grant := func() {
			ada.Does("member.roles", args{"server_id": home.ID, "user_id": bob.ID, "add": []chat.RoleID{key}})
			ada.Does("override.set", args{"channel_id": room, "role_id": key, "allow": []string{"view_channels"}, "deny": []string{}})
		}
		if i > 0 {
			grant()
			bob.SeesChannel(room)
		}
		bob.Sees(ada.Sends(room, fmt.Sprintf("seen %d", i)))
		revoke() // acknowledged: from here on nothing of the room may come
		ada.Sends(room, fmt.Sprintf("unseen %d", i))
		bob.IsRefused(chat.NotFound, "message.list", args{"channel_id": room})
		bob.Sees(ada.Sends(home.General, fmt.Sprintf("barrier %d", i)))
		bob.LosesChannel(room)
		bob.NeverHeardOf("what was said after the revocation", fmt.Sprintf("unseen %d", i))
	}
}

// The same for a socket that was disconnected meanwhile and resumes.
func TestARevocationMeetsWhoeverResumes(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	cy.Joins(home)
	room := ada.MakesChannel(home, "room", args{"private": true})
	ada.Does("channel.add", args{"channel_id": room, "user_id": bob.ID})
	bob.SeesChannel(room)
	bob.Sees(ada.Sends(room, "seen"))

	bob.IsCutOff()
	cy.IsCutOff()
	ada.Sends(room, "unseen by bob")
	ada.Does("override.remove", args{"channel_id": room, "member_id": bob.ID})
	ada.Does("channel.add", args{"channel_id": room, "user_id": cy.ID})
	ada.Sends(room, "unseen by bob as well")
	bob.ComesBack()
	cy.ComesBack()
	bob.LosesChannel(room)
	cy.SeesChannel(room)
	cy.Sees(ada.Sends(room, "seen by cy"))
	bob.Sees(ada.Sends(home.General, "barrier"))
	bob.NeverHeardOf("the room", "unseen by bob")
	bob.SawEverythingOnce(home.General)
	cy.SawEverythingOnce(home.General)
}

// Whoever was let into a private channel and left the server comes back with
// nothing, also on the socket.
func TestWhoComesBackComesWithNothing(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, eve := w.Person("ada"), w.Person("eve")
	home := ada.CreatesServer("Home", chat.Public)
	eve.Joins(home)
	vault := ada.MakesChannel(home, "vault", args{"private": true})
	ada.Does("channel.add", args{"channel_id": vault, "user_id": eve.ID})
	eve.SeesChannel(vault)
	ada.Does("member.kick", args{"server_id": home.ID, "user_id": eve.ID})
	eve.LosesServer(home)
	eve.Does("server.join", args{"server_id": home.ID})
	eve.SeesChannel(home.General)
	ada.Sees(ada.Sends(vault, "not for eve any more"))
	eve.Sees(ada.Sends(home.General, "barrier"))
	eve.LosesChannel(vault)
	eve.NeverHeardOf("the vault", "not for eve any more")
}

// The last override of a channel goes with the member it was of: then its
// category's hold, for everybody.
func TestTheCategoryHoldsWhenTheLastOverrideGoes(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, eve := w.Person("ada"), w.Person("bob"), w.Person("eve")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	eve.Joins(home)
	staff := ada.MakesChannel(home, "staff", args{"type": "category"})
	ada.Hides(home, staff)
	room := ada.MakesChannel(home, "room", args{"parent_id": staff, "permissions": []args{
		{"member_id": bob.ID, "allow": []string{"send_messages"}, "deny": []string{}},
	}})
	eve.SeesChannel(room)
	bob.Does("server.leave", args{"server_id": home.ID})
	ada.Sees(ada.Sends(room, "for staff alone"))
	eve.LosesChannel(room)
	eve.Sees(ada.Sends(home.General, "barrier"))
	eve.NeverHeardOf("the room", "for staff alone")
}
