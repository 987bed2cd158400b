package scenarios_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

// SRV-1: a server is created, edited and destroyed.
func TestAServerIsCreatedEditedAndDestroyed(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)

	ada.Does("server.update", args{"server_id": home.ID, "name": "House", "description": "of cards"})
	bob.HearsOf("server_updated", "name", "House")
	bob.IsRefused(chat.Forbidden, "server.update", args{"server_id": home.ID, "name": "Mine"})
	bob.IsRefused(chat.Forbidden, "server.delete", args{"server_id": home.ID})
	var got struct{ Server client.Server }
	bob.Gets("server.get", args{"server_id": home.ID}, &got)
	if got.Server.Name != "House" || got.Server.Description != "of cards" {
		t.Fatalf("the server is %+v", got.Server)
	}

	ada.Does("server.delete", args{"server_id": home.ID})
	ada.LosesServer(home)
	bob.LosesServer(home)
	bob.IsRefused(chat.NotFound, "message.send", args{"channel_id": home.General, "content": "x"})
	bob.IsRefused(chat.NotFound, "server.join", args{"server_id": home.ID})
	ada.IsRefused(chat.NotFound, "server.update", args{"server_id": home.ID, "name": "Again"})
	w.Verifies()
}

// SRV-2: public servers are found by name and description, private ones are not.
func TestPublicServersAreFoundAndPrivateOnesAreNot(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	open := ada.CreatesServer("Chess club", chat.Public)
	den := ada.CreatesServer("Chess den", chat.Private)
	ada.Does("server.update", args{"server_id": open.ID, "description": "openings and endgames"})

	found := func(query string) (names []string) {
		var out struct{ Servers []struct{ Name string } }
		bob.Gets("server.browse", args{"query": query}, &out)
		for _, s := range out.Servers {
			names = append(names, s.Name)
		}
		return names
	}
	w.Settles(ada, open)
	for _, query := range []string{"chess", "ENDGAMES"} {
		if got := found(query); len(got) != 1 || got[0] != "Chess club" {
			t.Errorf("browsing %q shows %v", query, got)
		}
	}
	bob.Joins(open)
	bob.IsRefused(chat.NotFound, "server.join", args{"server_id": den.ID})

	ada.Does("server.update", args{"server_id": open.ID, "visibility": "private"})
	w.Settles(ada, open)
	if got := found("chess"); len(got) != 0 {
		t.Errorf("a server that became private is shown: %v", got)
	}
}

// SRV-3: a user is in at most 50 servers, also when he joins the 50th and the
// 51st from two connections at once.
func TestTheLastPlaceIsTakenOnce(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	var open []beeptest.Server
	for i := range 2 {
		open = append(open, ada.CreatesServer(fmt.Sprintf("open %d", i), chat.Public))
	}
	for i := range chat.MaxServersPerUser - 1 {
		bob.CreatesServer(fmt.Sprintf("own %d", i), chat.Private)
	}
	errs := beeptest.AtOnce(
		func() error { return bob.Asks("server.join", args{"server_id": open[0].ID}, nil) },
		func() error { return bob.Asks("server.join", args{"server_id": open[1].ID}, nil) },
	)
	beeptest.ExactlyOne(t, errs, chat.Conflict)
	bob.IsRefused(chat.Conflict, "server.create", args{"name": "one more", "visibility": "public"})
	if got := len(bob.Client().State().Servers()); got != chat.MaxServersPerUser {
		t.Errorf("bob is in %d servers", got)
	}
}

// SRV-4: an invitation opens a private server until it expires, is used up or
// is revoked.
func TestAnInvitationOpensAPrivateServer(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy, dan := w.Person("ada"), w.Person("bob"), w.Person("cy"), w.Person("dan")
	den := ada.CreatesServer("Den", chat.Private)
	once := ada.Invites(den, args{"max_uses": 1, "expires_in": 3600})

	var shown struct{ Server struct{ Name string } }
	bob.Gets("invitation.get", args{"code": once}, &shown)
	if shown.Server.Name != "Den" {
		t.Fatalf("the invitation shows %+v", shown)
	}
	if got := bob.JoinsBy(once); got != den {
		t.Fatalf("bob joined %v", got)
	}
	cy.IsRefused(chat.Gone, "server.join", args{"code": once})
	cy.IsRefused(chat.Gone, "invitation.get", args{"code": once})
	cy.IsRefused(chat.NotFound, "server.join", args{"code": once + "x"})
	cy.IsRefused(chat.NotFound, "invitation.get", args{"code": "nonsense"})

	many := ada.Invites(den, nil)
	cy.JoinsBy(many)
	ada.Does("invitation.revoke", args{"server_id": den.ID, "code": many})
	dan.IsRefused(chat.Gone, "server.join", args{"code": many})

	short := ada.Invites(den, args{"expires_in": 1})
	beeptest.Eventually(t, "the invitation expires", func() bool {
		return chat.Is(dan.Asks("invitation.get", args{"code": short}, nil), chat.Gone)
	})
	dan.IsRefused(chat.Gone, "server.join", args{"code": short})
	ada.IsRefused(chat.Invalid, "invitation.create", args{"server_id": den.ID, "expires_in": -5})
	ada.IsRefused(chat.Invalid, "invitation.create", args{"server_id": den.ID, "expires_in": 60 * 60 * 24 * 365 * 90})
}

// SRV-4: the last use of an invitation, taken twice at once, lets one in.
func TestTheLastUseOfAnInvitationLetsOneIn(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	den := ada.CreatesServer("Den", chat.Private)
	code := ada.Invites(den, args{"max_uses": 1})
	errs := beeptest.AtOnce(
		func() error { return bob.Asks("server.join", args{"code": code}, nil) },
		func() error { return cy.Asks("server.join", args{"code": code}, nil) },
	)
	beeptest.ExactlyOne(t, errs, chat.Gone)
}

// SRV-5: a user is invited in the application and accepts or refuses.
func TestAnInvitationInTheApplicationIsAnswered(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	den := ada.CreatesServer("Den", chat.Private)
	for _, p := range []*beeptest.Person{bob, cy} {
		ada.Does("invitation.send", args{"server_id": den.ID, "user_id": p.ID})
		p.HearsOf("server_invited", "server_id", den.ID.String())
		p.Awaits("the notification", func(e client.Event) bool {
			n, ok := e.(client.Notification)
			return ok && n.Kind == "server_invitation"
		})
	}
	bob.Does("invitation.accept", args{"server_id": den.ID})
	bob.Sees(ada.Sends(den.General, "welcome"))
	cy.Does("invitation.refuse", args{"server_id": den.ID})
	cy.IsRefused(chat.NotFound, "invitation.accept", args{"server_id": den.ID})
	cy.IsRefused(chat.NotFound, "server.join", args{"server_id": den.ID})
	bob.IsRefused(chat.Forbidden, "invitation.send", args{"server_id": den.ID, "user_id": cy.ID})
}

// SRV-6: in a public server everybody may invite, in a private one nobody but
// administrators; both can be changed by roles.
func TestWhoMayInvite(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	open, den := ada.CreatesServer("Open", chat.Public), ada.CreatesServer("Den", chat.Private)
	bob.Joins(open)
	bob.JoinsBy(ada.Invites(den, nil))

	bob.Invites(open, nil)
	bob.IsRefused(chat.Forbidden, "invitation.create", args{"server_id": den.ID})
	ada.MakesRole(den, "host", []string{"manage_invitations"}, bob)
	bob.Invites(den, nil)
}

// SRV-7: the member list shows nicknames, roles and presence, in windows.
func TestTheMemberListShowsNamesRolesAndPresence(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	cy.Joins(home)
	role := ada.MakesRole(home, "baker", []string{}, bob)
	bob.Does("member.rename", args{"server_id": home.ID, "user_id": bob.ID, "nickname": "Bobby"})
	ada.HearsOf("member_renamed", "nickname", "Bobby")
	bob.IsRefused(chat.Forbidden, "member.rename", args{"server_id": home.ID, "user_id": cy.ID, "nickname": "x"})
	ada.Does("member.rename", args{"server_id": home.ID, "user_id": cy.ID, "nickname": "Cyril"})
	cy.Leaves()

	type member struct {
		UserID   chat.UserID `json:"user_id"`
		Username string
		Nickname string
		Roles    []chat.RoleID
		Status   string
	}
	list := func(more args) (out struct{ Members []member }) {
		all := args{"server_id": home.ID}
		for k, v := range more {
			all[k] = v
		}
		ada.Gets("member.list", all, &out)
		return out
	}
	page := list(args{"limit": 2})
	rest := list(args{"limit": 2, "after": page.Members[len(page.Members)-1].UserID})
	if len(page.Members) != 2 || len(rest.Members) != 1 {
		t.Fatalf("the windows hold %d and %d", len(page.Members), len(rest.Members))
	}
	bobby := list(args{"query": "bobb"}).Members
	if len(bobby) != 1 || bobby[0].Username != "bob" || bobby[0].Status != "online" || len(bobby[0].Roles) != 1 || bobby[0].Roles[0] != role {
		t.Errorf("bob is %+v", bobby)
	}
	beeptest.Eventually(t, "cy is offline", func() bool {
		got := list(args{"query": "cy"}).Members
		return len(got) == 1 && got[0].Status == "offline" && got[0].Nickname == "Cyril"
	})
}

// SRV-8: mute, kick, ban and unban.
func TestModerationHolds(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, mod, bob := w.Person("ada"), w.Person("mod"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	mod.Joins(home)
	bob.Joins(home)
	ada.MakesRole(home, "moderator", []string{"manage_members"}, mod)
	first := bob.Sends(home.General, "before")

	bob.IsRefused(chat.Forbidden, "member.mute", args{"server_id": home.ID, "user_id": mod.ID, "until": soon()})
	mod.IsRefused(chat.Forbidden, "member.kick", args{"server_id": home.ID, "user_id": ada.ID})
	mod.IsRefused(chat.Invalid, "member.mute", args{"server_id": home.ID, "user_id": bob.ID, "until": 1})
	mod.Does("member.mute", args{"server_id": home.ID, "user_id": bob.ID, "until": soon(), "reason": "noise"})
	for method, a := range map[string]args{
		"message.send":  {"channel_id": home.General, "content": "x"},
		"message.edit":  {"channel_id": home.General, "message_id": first.ID, "content": "x"},
		"reaction.add":  {"channel_id": home.General, "message_id": first.ID, "emoji": "👍"},
		"thread.create": {"channel_id": home.General, "message_id": first.ID, "name": "x"},
		"typing.start":  {"channel_id": home.General},
	} {
		bob.IsRefused(chat.Forbidden, method, a)
	}
	mod.Does("member.mute", args{"server_id": home.ID, "user_id": bob.ID, "until": 0})
	ada.Sees(bob.Sends(home.General, "again"))

	mod.Does("member.kick", args{"server_id": home.ID, "user_id": bob.ID})
	bob.LosesServer(home)
	bob.IsRefused(chat.NotFound, "message.send", args{"channel_id": home.General, "content": "x"})
	bob.Joins(home)
	spam := bob.Sends(home.General, "spam")
	mod.Does("member.ban", args{"server_id": home.ID, "user_id": bob.ID, "reason": "spam", "purge_seconds": 3600})
	ada.Hears("messages_purged", nil)
	for _, m := range ada.History(home.General, client.HistoryQuery{}) {
		if m.ID == spam.ID || m.SenderID == bob.ID && m.Type == chat.PlainMessage {
			t.Errorf("a message of the banned is there: %+v", m)
		}
	}
	bob.IsRefused(chat.Forbidden, "server.join", args{"server_id": home.ID})
	var bans struct{ Bans []chat.Ban }
	mod.Gets("ban.list", args{"server_id": home.ID}, &bans)
	if len(bans.Bans) != 1 || bans.Bans[0].Reason != "spam" || bans.Bans[0].Username != "bob" {
		t.Errorf("the bans are %+v", bans)
	}
	mod.Does("member.unban", args{"server_id": home.ID, "user_id": bob.ID})
	mod.IsRefused(chat.NotFound, "member.unban", args{"server_id": home.ID, "user_id": bob.ID})
	if err := bob.Asks("server.join", args{"server_id": home.ID}, nil); err != nil {
		t.Errorf("after the ban was lifted: %v", err)
	}
	w.Verifies()
}

// SRV-9: who did what to whom, before and after, for those who may see it.
func TestTheAuditLogForgetsNothing(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	ada.Does("server.update", args{"server_id": home.ID, "name": "House"})
	role := ada.MakesRole(home, "baker", []string{"send_messages"}, bob)
	ada.Does("role.update", args{"server_id": home.ID, "role_id": role, "name": "cook"})
	ch := ada.MakesChannel(home, "kitchen", nil)
	ada.Hides(home, ch)
	ada.Does("member.kick", args{"server_id": home.ID, "user_id": bob.ID, "reason": "burnt it"})
	w.Settles(ada, home)

	bob.Joins(home)
	bob.IsRefused(chat.Forbidden, "audit.list", args{"server_id": home.ID})
	type entry struct {
		Number        uint64
		By            chat.UserID
		Action        string
		Target        string
		Reason        string
		Before, After map[string]any
	}
	var log struct{ Entries []entry }
	ada.Gets("audit.list", args{"server_id": home.ID}, &log)
	byAction := map[string]entry{}
	for i, e := range log.Entries {
		byAction[e.Action] = e
		if i > 0 && e.Number >= log.Entries[i-1].Number {
			t.Errorf("entry %d stands before %d", log.Entries[i-1].Number, e.Number)
		}
	}
	if e := byAction["server_updated"]; e.By != ada.ID || e.Before["name"] != "Home" || e.After["name"] != "House" {
		t.Errorf("server_updated is %+v", e)
	}
	if e := byAction["role_updated"]; e.Before["name"] != "baker" || e.After["name"] != "cook" {
		t.Errorf("role_updated is %+v", e)
	}
	if e := byAction["member_kicked"]; e.Reason != "burnt it" || !strings.Contains(e.Target, bob.ID.String()) {
		t.Errorf("member_kicked is %+v", e)
	}
	for _, action := range []string{"channel_created", "override_set", "role_created", "member_roles_changed"} {
		if byAction[action].By != ada.ID {
			t.Errorf("there is no %s", action)
		}
	}

	// Somebody who may read the log but not see a channel learns nothing of it.
	ada.MakesRole(home, "auditor", []string{"view_audit_log"}, bob)
	w.Settles(ada, home)
	var seen struct{ Entries []entry }
	bob.Gets("audit.list", args{"server_id": home.ID}, &seen)
	for _, e := range seen.Entries {
		if strings.Contains(fmt.Sprint(e), ch.String()) || strings.Contains(fmt.Sprint(e), "kitchen") {
			t.Errorf("the audit log shows a hidden channel: %+v", e)
		}
	}
}

// SRV-10: the ownership is handed over.
func TestTheOwnershipIsTransferred(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob, cy := w.Person("ada"), w.Person("bob"), w.Person("cy")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	ada.IsRefused(chat.Conflict, "server.leave", args{"server_id": home.ID})
	bob.IsRefused(chat.Forbidden, "server.transfer", args{"server_id": home.ID, "user_id": bob.ID})
	ada.IsRefused(chat.NotFound, "server.transfer", args{"server_id": home.ID, "user_id": cy.ID})
	ada.Does("server.transfer", args{"server_id": home.ID, "user_id": bob.ID})
	bob.HearsOf("ownership_transferred", "to", bob.ID.String())
	ada.IsRefused(chat.Forbidden, "server.delete", args{"server_id": home.ID})
	ada.Does("server.leave", args{"server_id": home.ID})
	bob.Does("server.delete", args{"server_id": home.ID})
}

func soon() int64 { return time.Now().Add(time.Hour).UnixMilli() }
