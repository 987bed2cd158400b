package chat_test

import (
	"testing"

	"beep/chat"
)

func TestCreatingAServerIsRefusedForBadSettings(t *testing.T) {
	t.Parallel()
	good := chat.CreateServer{
		ID: house, Name: "House", Visibility: chat.Public, Owner: ada, FirstChannel: room, FirstChanName: "general", Picture: "77",
	}
	for name, spoil := range map[string]func(*chat.CreateServer){
		"no id": func(c *chat.CreateServer) { c.ID = 0 }, "no owner": func(c *chat.CreateServer) { c.Owner = 0 },
		"no channel": func(c *chat.CreateServer) { c.FirstChannel = 0 }, "no name": func(c *chat.CreateServer) { c.Name = " " },
		"visibility": func(c *chat.CreateServer) { c.Visibility = "secret" }, "picture": func(c *chat.CreateServer) { c.Picture = "../x" },
		"banner": func(c *chat.CreateServer) { c.Banner = "-1" }, "channel name": func(c *chat.CreateServer) { c.FirstChanName = "\u202e" },
		"description": func(c *chat.CreateServer) { c.Description = "two\nlines" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := good
			spoil(&bad)
			(&world[*chat.Server]{t: t, st: chat.NewServer()}).refused(&bad, chat.Invalid)
		})
	}
	w := &world[*chat.Server]{t: t, st: chat.NewServer()}
	w.must(&good)
	if w.st.Picture != "77" {
		t.Fatal("the picture is lost")
	}
}

func TestEverybodyInvitesIntoPublicServersOnly(t *testing.T) {
	t.Parallel()
	for v, want := range map[chat.Visibility]bool{chat.Public: true, chat.Private: false} {
		w := newServer(t, v)
		role, _ := w.st.Role(chat.EveryoneRole(house))
		if got := chat.Permission(role.Permissions).Has(chat.ManageInvitations); got != want {
			t.Errorf("in a %s server everyone invites: %t", v, got)
		}
	}
	w := newServer(t, chat.Public)
	w.must(&chat.UpdateServer{By: ada, Visibility: ptr(chat.Private)})
	if role, _ := w.st.Role(chat.EveryoneRole(house)); !chat.Permission(role.Permissions).Has(chat.ManageInvitations) {
		t.Error("making a server private has changed rights")
	}
}

func TestSettingsAreChangedByThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.UpdateServer{By: mod, Name: ptr("Town"), Description: ptr("walls"), Banner: ptr("78"), IfVersion: 1})
	version := w.st.Version
	if w.st.Name != "Town" || w.st.Description != "walls" || w.st.Visibility != chat.Private || version != w.number {
		t.Fatalf("settings are %+v, version %d", w.st.Settings(), version)
	}
	w.unchanged(&chat.UpdateServer{By: mod, Name: ptr("Town")})
	w.refused(&chat.UpdateServer{By: dweller, Name: ptr("x")}, chat.Forbidden)
	w.refused(&chat.UpdateServer{By: mod, Name: ptr("x"), IfVersion: 1}, chat.Stale)
	w.refused(&chat.UpdateServer{By: mod, Name: ptr("")}, chat.Invalid)
	w.refused(&chat.UpdateServer{By: mod, Visibility: ptr(chat.Visibility("none"))}, chat.Invalid)
	w.refused(&chat.UpdateServer{By: mod, Picture: ptr("abc")}, chat.Invalid)
	for name, kind := range deceiving(chat.MaxServerName) {
		w.refused(&chat.UpdateServer{By: mod, Name: &name}, kind)
	}
}

func TestOnlyTheOwnerDeletesAndTransfers(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.refused(&chat.DeleteServer{By: deputy}, chat.Forbidden)
	w.refused(&chat.DeleteServer{By: ada, IfVersion: 99}, chat.Stale)
	w.refused(&chat.TransferOwnership{By: deputy, To: deputy}, chat.Forbidden)
	w.refused(&chat.TransferOwnership{By: ada, To: guest}, chat.NotFound)
	w.refused(&chat.TransferOwnership{By: ada, To: ada}, chat.Conflict)
	w.must(&chat.TransferOwnership{By: ada, To: dweller})
	w.refused(&chat.DeleteServer{By: ada}, chat.Forbidden)
	w.refused(&chat.RemoveMember{User: dweller}, chat.Conflict)
	w.must(&chat.RemoveMember{User: ada})
	told := map[chat.Key]bool{}
	for _, tell := range decision(t, w.st, &chat.DeleteServer{By: dweller}, 1).Then {
		if e, ok := tell.Command.(*chat.MembershipEnded); !ok || e.Server != house || e.Reason != "deleted" || tell.Wait {
			t.Errorf("tells %+v", tell)
		}
		told[tell.To] = true
	}
	if len(told) != 3 || !told[chat.UserKey(dweller)] || !told[chat.UserKey(mod)] || !told[chat.UserKey(deputy)] {
		t.Errorf("told %v", told)
	}
	w.must(&chat.DeleteServer{By: dweller})
	if w.st.Exists() || len(w.st.Members) != 0 || chat.Can(w.st, dweller, room, 1).Permissions != 0 {
		t.Error("something is left of a deleted server")
	}
}

func TestTheEndOfALargeServerIsToldToAsManyAsOneActorCanTell(t *testing.T) {
	t.Parallel()
	st := chat.NewServer()
	apply := func(e chat.Event) { st.Apply(chat.Record{Number: st.Number + 1, Time: 1, Author: ada, Event: e}) }
	apply(&chat.ServerCreated{ID: house, Name: "x", Visibility: chat.Public, OwnerID: ada})
	apply(&chat.MemberJoined{UserID: ada})
	for u := range chat.UserID(2 * chat.MaxTold) {
		apply(&chat.MemberJoined{UserID: 10_000 + u})
	}
	if n := len(decision(t, st, &chat.DeleteServer{By: ada}, 1).Then); n != chat.MaxTold {
		t.Errorf("%d are told", n)
	}
}
