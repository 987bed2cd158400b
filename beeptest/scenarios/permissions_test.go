package scenarios_test

import (
	"testing"

	"beep/beeptest"
	"beep/chat"
)

// PERM-1: roles are created, edited, ordered, given, listed and deleted.
func TestRolesLiveAndDie(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	low := ada.MakesRole(home, "low", []string{})
	high := ada.MakesRole(home, "high", []string{})
	ada.Does("role.order", args{"server_id": home.ID, "order": []chat.RoleID{low, high}})
	ada.Does("member.roles", args{"server_id": home.ID, "user_id": bob.ID, "add": []chat.RoleID{low, high}})

	var list struct{ Roles []chat.Role }
	bob.Gets("role.list", args{"server_id": home.ID}, &list)
	if len(list.Roles) != 3 || list.Roles[0].ID != high || list.Roles[1].ID != low || list.Roles[2].Name != "everyone" {
		t.Fatalf("the roles are %+v", list.Roles)
	}
	ada.Does("role.update", args{"server_id": home.ID, "role_id": low, "permissions": []string{"manage_channels"}})
	bob.HearsOf("role_updated", "name", "low")
	bob.MakesChannel(home, "bobs", nil)
	ada.Does("role.delete", args{"server_id": home.ID, "role_id": low})
	bob.HearsOf("role_deleted", "name", "low")
	bob.IsRefused(chat.Forbidden, "channel.create", args{"server_id": home.ID, "name": "more"})
	ada.IsRefused(chat.NotFound, "role.update", args{"server_id": home.ID, "role_id": low, "name": "x"})
	ada.IsRefused(chat.Invalid, "role.create", args{"server_id": home.ID, "name": "x", "permissions": []string{"fly"}})
}

// PERM-4 and PERM-5: a channel's overrides change what roles and members may do
// in it, on the open socket.
func TestOverridesHoldOnTheOpenSocket(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	cy.Joins(home)
	staff := ada.MakesRole(home, "staff", []string{}, cy)
	room := ada.MakesChannel(home, "office", nil)
	bob.SeesChannel(room)

	ada.Hides(home, room)
	bob.LosesChannel(room)
	cy.LosesChannel(room)
	ada.Does("override.set", args{"channel_id": room, "role_id": staff, "allow": []string{"view_channels"}, "deny": []string{}})
	cy.SeesChannel(room)
	secret := ada.Sends(room, "for staff")
	cy.Sees(secret)
	ada.Does("override.set", args{"channel_id": room, "member_id": bob.ID, "allow": []string{"view_channels"}, "deny": []string{"send_messages"}})
	bob.SeesChannel(room)
	if page := bob.History(room, historyOf(10)); len(page) != 1 || page[0].Content != "for staff" {
		t.Fatalf("bob reads %+v", page)
	}
	bob.IsRefused(chat.Forbidden, "message.send", args{"channel_id": room, "content": "x"})
	ada.Does("override.remove", args{"channel_id": room, "member_id": bob.ID})
	bob.LosesChannel(room)
	bob.IsRefused(chat.NotFound, "message.list", args{"channel_id": room})
	for _, p := range []*beeptest.Person{ada, bob, cy} {
		p.SawEverythingOnce(home.General)
	}
}

// PERM-5: a channel without overrides has its category's, a thread its channel's.
func TestOverridesAreInherited(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	staff := ada.MakesChannel(home, "Staff", args{"type": "category"})
	room := ada.MakesChannel(home, "office", args{"parent_id": staff})
	m := ada.Sends(room, "minutes")
	var thread struct{ ID chat.ChannelID }
	ada.Gets("thread.create", args{"channel_id": room, "message_id": m.ID, "name": "details"}, &thread)
	bob.SeesChannel(thread.ID)

	ada.Hides(home, staff)
	for _, ch := range []chat.ChannelID{staff, room, thread.ID} {
		bob.LosesChannel(ch)
	}
	bob.IsRefused(chat.NotFound, "message.send", args{"channel_id": thread.ID, "content": "x"})
	ada.Does("override.set", args{"channel_id": room, "member_id": bob.ID, "allow": []string{"view_channels"}, "deny": []string{}})
	bob.SeesChannel(room)
	bob.SeesChannel(thread.ID)
	bob.Sees(ada.Sends(thread.ID, "more"))
}

// PERM-6: nobody grants what he has not, or acts at or above his own rank.
func TestRankAndOwnRightsBoundWhatOneGrants(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, mod, bob := w.Person("ada"), w.Person("mod"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	mod.Joins(home)
	bob.Joins(home)
	rank := ada.MakesRole(home, "moderator", []string{"manage_roles", "manage_members"}, mod)
	above := ada.MakesRole(home, "above", []string{}, bob)
	ada.Does("role.order", args{"server_id": home.ID, "order": []chat.RoleID{rank, above}})

	for method, a := range map[string]args{
		"role.create":  {"name": "too much", "permissions": []string{"administrator"}},
		"role.update":  {"role_id": rank, "name": "boss"},
		"role.delete":  {"role_id": above},
		"member.roles": {"user_id": mod.ID, "add": []chat.RoleID{above}},
		"member.kick":  {"user_id": bob.ID},
		"member.mute":  {"user_id": bob.ID, "until": soon()},
		"member.ban":   {"user_id": ada.ID},
	} {
		a["server_id"] = home.ID
		mod.IsRefused(chat.Forbidden, method, a)
	}
	ada.Does("member.roles", args{"server_id": home.ID, "user_id": bob.ID, "remove": []chat.RoleID{above}})
	mod.Does("member.kick", args{"server_id": home.ID, "user_id": bob.ID})
}

// Of two moderators who act at once on the same thing, one outcome remains.
func TestTwoModeratorsAtOnceHaveOneOutcome(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, mod, bob := w.Person("ada"), w.Person("mod"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	mod.Joins(home)
	bob.Joins(home)
	ada.MakesRole(home, "moderator", []string{"manage_members", "manage_server"}, mod)

	var got struct{ Server struct{ Version uint64 } }
	ada.Gets("server.get", args{"server_id": home.ID}, &got)
	edit := func(p *beeptest.Person, name string) func() error {
		return func() error {
			return p.Asks("server.update", args{"server_id": home.ID, "name": name, "version": got.Server.Version}, nil)
		}
	}
	beeptest.ExactlyOne(t, beeptest.AtOnce(edit(ada, "Ada's"), edit(mod, "Mod's")), chat.Stale)

	kick := func(p *beeptest.Person) func() error {
		return func() error { return p.Asks("member.kick", args{"server_id": home.ID, "user_id": bob.ID}, nil) }
	}
	beeptest.ExactlyOne(t, beeptest.AtOnce(kick(ada), kick(mod)), chat.NotFound)
}

// PERM-8: a decision is explained step by step, to those who may know.
func TestADecisionIsExplained(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	ada.MakesRole(home, "baker", []string{"send_messages"}, bob)
	ada.Does("override.set", args{"channel_id": home.General, "role_id": home.ID, "allow": []string{}, "deny": []string{"send_messages"}})

	var why struct {
		Allowed bool
		Steps   []chat.Step
	}
	ask := args{"channel_id": home.General, "user_id": bob.ID, "permission": "send_messages"}
	ada.Gets("permissions.why", ask, &why)
	if why.Allowed || len(why.Steps) < 3 {
		t.Fatalf("it says %+v", why)
	}
	last := why.Steps[len(why.Steps)-1]
	if last.Rule != "override of role" || last.Effect != "denies" || last.Name != "everyone" || last.Holds {
		t.Errorf("the last step is %+v", last)
	}
	bob.Gets("permissions.why", ask, &why) // one's own
	bob.IsRefused(chat.Forbidden, "permissions.why", args{"channel_id": home.General, "user_id": ada.ID, "permission": "send_messages"})
	ada.IsRefused(chat.Invalid, "permissions.why", args{"channel_id": home.General, "user_id": bob.ID, "permission": "fly"})
}
