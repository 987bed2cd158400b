package chat_test

import (
	"strings"
	"testing"

	"beep/chat"
)

// Users, roles and channels of newTown.
const (
	mod     chat.UserID = 201 // has the role keeper
	dweller chat.UserID = 202
	guest   chat.UserID = 203 // not a member
	deputy  chat.UserID = 204 // has the role chief

	helper chat.RoleID = 301 // rank 1, nothing
	keeper chat.RoleID = 302 // rank 2, most rights of moderators
	chief  chat.RoleID = 303 // rank 3, the same

	garden chat.ChannelID = 401 // category
	roses  chat.ChannelID = 402 // text in it
	hall   chat.ChannelID = 403 // conference
	vault  chat.ChannelID = 404 // private text channel, of the owner alone
)

const keepersRights = chat.ManageRoles | chat.ManageMembers | chat.ManageChannels | chat.ManagePermissions |
	chat.ManageNicknames | chat.ManageServer | chat.ManageInvitations

// newTown is a private server with moderators of two ranks; ada owns it.
func newTown(t *testing.T) *world[*chat.Server] {
	t.Helper()
	w := newServer(t, chat.Private)
	for _, r := range []struct {
		id     chat.RoleID
		name   string
		rights chat.Permission
	}{{chief, "chief", keepersRights}, {keeper, "keeper", keepersRights}, {helper, "helper", 0}} {
		w.must(&chat.CreateRole{By: ada, ID: r.id, RoleSettings: chat.RoleSettings{Name: r.name, Permissions: chat.Rights(r.rights)}})
	}
	w.must(&chat.CreateInvitation{By: ada, Code: "open"})
	for _, u := range []chat.UserID{mod, dweller, deputy} {
		w.must(&chat.AddMember{User: u, Username: "user", Invitation: "open"})
	}
	w.must(&chat.ChangeMemberRoles{By: ada, User: mod, Add: []chat.RoleID{keeper}})
	w.must(&chat.ChangeMemberRoles{By: ada, User: deputy, Add: []chat.RoleID{chief}})
	w.must(&chat.CreateChannel{By: ada, ID: garden, Name: "garden", Type: chat.CategoryChannel})
	w.must(&chat.CreateChannel{By: ada, ID: roses, Name: "roses", Parent: garden})
	w.must(&chat.CreateChannel{By: ada, ID: hall, Name: "hall", Type: chat.ConferenceChannel})
	w.must(&chat.CreateChannel{By: ada, ID: vault, Name: "vault", Private: true})
	return w
}

// unchanged carries out what must make no event.
func (w *world[S]) unchanged(cmd chat.Command) {
	w.t.Helper()
	before := w.number
	w.must(cmd)
	if w.number != before {
		w.t.Fatalf("%s made an event", cmd.CommandName())
	}
}

// decision is what is decided, without carrying it out.
func decision(t *testing.T, st *chat.Server, cmd chat.Command, now int64) chat.Decision {
	t.Helper()
	d, err := st.Decide(cmd, now)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ptr[T any](v T) *T { return &v }

// deceiving are names that nothing may have, with the kind of refusal.
func deceiving(limit int) map[string]chat.ErrorKind {
	return map[string]chat.ErrorKind{
		"a\x00b": chat.Invalid, "a\nb": chat.Invalid, "a\u202eb": chat.Invalid, "a\u2066b": chat.Invalid, "\xff": chat.Invalid,
		strings.Repeat("é", limit+1): chat.TooLarge, strings.Repeat("x", 1<<20): chat.TooLarge,
	}
}

// Every command of a member is refused to strangers as if there were no server,
// also once the server is deleted and to whoever guesses identifiers.
func TestToStrangersThereIsNoServer(t *testing.T) {
	t.Parallel()
	commands := func(by chat.UserID) []chat.Command {
		return []chat.Command{
			&chat.UpdateServer{By: by, Name: ptr("x")}, &chat.DeleteServer{By: by}, &chat.TransferOwnership{By: by, To: dweller},
			&chat.CreateChannel{By: by, ID: 900, Name: "x"}, &chat.UpdateChannel{By: by, ID: room, Name: ptr("x")},
			&chat.DeleteChannel{By: by, ID: room}, &chat.AddToChannel{By: by, Channel: vault, User: dweller},
			&chat.LeaveChannel{By: by, Channel: vault},
			&chat.SetOverride{By: by, Override: chat.Override{ChannelID: room, RoleID: helper, Deny: chat.Rights(chat.Speak)}},
			&chat.RemoveOverride{By: by, Channel: vault, RoleID: chat.EveryoneRole(house)},
			&chat.CreateRole{By: by, ID: 900, RoleSettings: chat.RoleSettings{Name: "x"}}, &chat.UpdateRole{By: by, ID: helper, Name: ptr("x")},
			&chat.DeleteRole{By: by, ID: helper}, &chat.OrderRoles{By: by, Order: []chat.RoleID{helper, keeper, chief}},
			&chat.ChangeMemberRoles{By: by, User: dweller, Add: []chat.RoleID{helper}}, &chat.RenameMember{By: by, User: dweller, Nickname: "x"},
			&chat.MuteMember{By: by, User: dweller, Until: 100}, &chat.KickMember{By: by, User: dweller}, &chat.BanMember{By: by, User: dweller},
			&chat.UnbanMember{By: by, User: 9}, &chat.CreateInvitation{By: by, Code: "x"}, &chat.RevokeInvitation{By: by, Code: "open"},
			&chat.InviteUser{By: by, User: guest, Code: "x"}, &chat.RefuseInvitation{User: by, Code: "open"},
			&chat.AddRecipient{By: by, User: chat.Recipient{UserID: guest}}, &chat.EndDirect{By: by}, &chat.AddMember{User: guest},
		}
	}
	w := newTown(t)
	for _, cmd := range commands(guest) {
		w.refused(cmd, chat.NotFound)
	}
	w.must(&chat.DeleteServer{By: ada})
	for _, cmd := range commands(ada) {
		w.refused(cmd, chat.NotFound)
	}
	w.refused(&chat.CreateServer{
		ID: house, Name: "x", Visibility: chat.Public, Owner: ada, FirstChannel: room, FirstChanName: "x",
	}, chat.Gone)
}

func TestACommandOfSomebodyElsesActorIsNotKnown(t *testing.T) {
	t.Parallel()
	newTown(t).refused(&chat.GetUser{}, chat.Internal)
}
