package scenarios_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"beep/beeptest"
	"beep/chat"
)

// What is wrong is refused with a clear kind, by every door, and changes nothing.
func TestBadInputIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	home, other := ada.CreatesServer("Home", chat.Public), ada.CreatesServer("Other", chat.Public)
	bob.Joins(home)
	cy.Joins(other)
	role, foreign := ada.MakesRole(home, "role", []string{}, bob), ada.MakesRole(other, "foreign", []string{})
	cat := ada.MakesChannel(home, "cat", args{"type": "category"})
	inner := ada.MakesChannel(home, "inner", args{"type": "category"})
	gone := ada.MakesChannel(home, "gone", nil)
	ada.Does("channel.delete", args{"channel_id": gone})
	goneRole := ada.MakesRole(home, "gone", []string{})
	ada.Does("role.delete", args{"server_id": home.ID, "role_id": goneRole})
	msg := ada.Sends(home.General, "hello")
	deleted := ada.Sends(home.General, "bye")
	ada.Does("message.delete", args{"channel_id": home.General, "message_id": deleted.ID})
	before := len(w.Records(chat.ServerKey(home.ID)))

	none := []string{}
	for _, c := range []struct {
		what   string
		kind   chat.ErrorKind
		method string
		a      args
	}{
		{"a category in a category", chat.Invalid, "channel.update", args{"channel_id": inner, "parent_id": cat}},
		{"a channel in itself", chat.Invalid, "channel.update", args{"channel_id": cat, "parent_id": cat}},
		{"a parent in another server", chat.NotFound, "channel.create", args{"server_id": home.ID, "name": "x", "parent_id": other.General}},
		{"a text channel as category", chat.Invalid, "channel.create", args{"server_id": home.ID, "name": "x", "parent_id": home.General}},
		{"a deleted parent", chat.NotFound, "channel.create", args{"server_id": home.ID, "name": "x", "parent_id": gone}},
		{"an unknown type", chat.Invalid, "channel.create", args{"server_id": home.ID, "name": "x", "type": "disco"}},
		{"a direct channel in a server", chat.Invalid, "channel.create", args{"server_id": home.ID, "name": "x", "type": "direct"}},
		{"an override of both", chat.Invalid, "override.set", args{"channel_id": home.General, "role_id": role, "member_id": bob.ID, "allow": none, "deny": none}},
		{"an override of neither", chat.Invalid, "override.set", args{"channel_id": home.General, "allow": none, "deny": none}},
		{"an override that allows and denies", chat.Invalid, "override.set", args{"channel_id": home.General, "role_id": role, "allow": []string{"view_channels"}, "deny": []string{"view_channels"}}},
		{"a server's right in a channel", chat.Invalid, "override.set", args{"channel_id": home.General, "role_id": role, "allow": []string{"manage_server"}, "deny": none}},
		{"an unknown permission", chat.Invalid, "role.update", args{"server_id": home.ID, "role_id": role, "permissions": []string{"fly"}}},
		{"a foreign role", chat.NotFound, "override.set", args{"channel_id": home.General, "role_id": foreign, "allow": []string{"view_channels"}, "deny": none}},
		{"a foreign member", chat.NotFound, "override.set", args{"channel_id": home.General, "member_id": cy.ID, "allow": []string{"view_channels"}, "deny": none}},
		{"a foreign role given", chat.NotFound, "member.roles", args{"server_id": home.ID, "user_id": bob.ID, "add": []chat.RoleID{foreign}}},
		{"a deleted role", chat.NotFound, "role.update", args{"server_id": home.ID, "role_id": goneRole, "name": "x"}},
		{"everyone renamed", chat.Invalid, "role.update", args{"server_id": home.ID, "role_id": home.ID, "name": "nobody"}},
		{"everyone deleted", chat.Invalid, "role.delete", args{"server_id": home.ID, "role_id": home.ID}},
		{"an order that lacks one", chat.Invalid, "role.order", args{"server_id": home.ID, "order": []chat.RoleID{}}},
		{"an order with a foreign one", chat.Invalid, "role.order", args{"server_id": home.ID, "order": []chat.RoleID{foreign}}},
		{"a mute in the past", chat.Invalid, "member.mute", args{"server_id": home.ID, "user_id": bob.ID, "until": 1}},
		{"a mute for a century", chat.Invalid, "member.mute", args{"server_id": home.ID, "user_id": bob.ID, "until": time.Now().AddDate(100, 0, 0).UnixMilli()}},
		{"an invitation for a century", chat.Invalid, "invitation.create", args{"server_id": home.ID, "expires_in": 100 * 365 * 24 * 3600}},
		{"an invitation of no time", chat.Invalid, "invitation.create", args{"server_id": home.ID, "expires_in": -1}},
		{"an invitation for minus one", chat.Invalid, "invitation.create", args{"server_id": home.ID, "max_uses": -1}},
		{"a purge of a century", chat.Invalid, "member.ban", args{"server_id": home.ID, "user_id": bob.ID, "purge_seconds": 100 * 365 * 24 * 3600}},
		{"a control character", chat.Invalid, "channel.create", args{"server_id": home.ID, "name": "a\u0007b"}},
		{"a bidirectional character", chat.Invalid, "role.create", args{"server_id": home.ID, "name": "a\u202eb", "permissions": none}},
		{"a bidirectional nickname", chat.Invalid, "member.rename", args{"server_id": home.ID, "user_id": bob.ID, "nickname": "\u2066x"}},
		{"a blank name", chat.Invalid, "server.update", args{"server_id": home.ID, "name": " \u00a0 "}},
		{"a long topic", chat.TooLarge, "channel.update", args{"channel_id": home.General, "topic": strings.Repeat("x", 20_000)}},
		{"oneself kicked", chat.Conflict, "member.kick", args{"server_id": home.ID, "user_id": ada.ID}},
		{"oneself banned", chat.Conflict, "member.ban", args{"server_id": home.ID, "user_id": ada.ID}},
		{"oneself muted", chat.Conflict, "member.mute", args{"server_id": home.ID, "user_id": ada.ID, "until": soon()}},
		{"a stranger kicked", chat.NotFound, "member.kick", args{"server_id": home.ID, "user_id": cy.ID}},
		{"a deleted channel", chat.NotFound, "channel.update", args{"channel_id": gone, "name": "x"}},
		{"a deleted message", chat.NotFound, "message.pin", args{"channel_id": home.General, "message_id": deleted.ID}},
		{"a reply to a deleted message", chat.NotFound, "message.send", args{"channel_id": home.General, "content": "x", "reply_to": deleted.ID}},
		{"another channel's message", chat.NotFound, "message.edit", args{"channel_id": other.General, "message_id": msg.ID, "content": "x"}},
		{"a poll with one answer", chat.Invalid, "message.send", args{"channel_id": home.General, "poll": args{"question": "?", "options": []string{"a"}}}},
		{"a poll with equal answers", chat.Invalid, "message.send", args{"channel_id": home.General, "poll": args{"question": "?", "options": []string{"a", "a"}}}},
		{"a field nobody knows", chat.Invalid, "role.create", args{"server_id": home.ID, "name": "x", "permissions": none, "power": 9}},
	} {
		if err := ada.Asks(c.method, c.a, nil); !chat.Is(err, c.kind) {
			t.Errorf("%s: %v, want %s", c.what, err, c.kind)
		}
	}
	for _, c := range []struct {
		what   string
		method string
		a      args
	}{
		{"the owner kicked", "member.kick", args{"server_id": home.ID, "user_id": ada.ID}},
		{"the owner muted", "member.mute", args{"server_id": home.ID, "user_id": ada.ID, "until": soon()}},
		{"the owner banned", "member.ban", args{"server_id": home.ID, "user_id": ada.ID}},
		{"the owner renamed", "member.rename", args{"server_id": home.ID, "user_id": ada.ID, "nickname": "x"}},
	} {
		bob.IsRefused(chat.Forbidden, c.method, c.a)
	}
	huge := ada.Rest(http.MethodPatch, "/api/v1/channels/"+home.General.String(), args{"topic": strings.Repeat("x", 1<<20)})
	if huge.Status != http.StatusRequestEntityTooLarge || huge.Kind() != "too_large" {
		t.Errorf("a topic of 1 MB: %d %s", huge.Status, huge.Body)
	}
	if after := len(w.Records(chat.ServerKey(home.ID))); after != before {
		t.Errorf("refusals left %d records", after-before)
	}
	w.Verifies()
}
