package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"beep/chat"
)

func TestInvitationsAreMadeByThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.CreateInvitation{By: mod, Code: "a-b_9", ExpiresAt: 3_600_000, MaxUses: 5})
	w.refused(&chat.CreateInvitation{By: dweller, Code: "x"}, chat.Forbidden)
	w.refused(&chat.CreateInvitation{By: mod, Code: "a-b_9"}, chat.Conflict)
	for _, bad := range []chat.CreateInvitation{
		{Code: ""}, {Code: "a b"}, {Code: "é"}, {Code: strings.Repeat("x", chat.MaxInvitationCode+1)},
		{Code: "x", ExpiresAt: 1}, {Code: "x", ExpiresAt: -5}, {Code: "x", ExpiresAt: 2 + chat.MaxInvitationMillis},
		{Code: "x", MaxUses: -1}, {Code: "x", MaxUses: chat.MaxInvitationUses + 1},
	} {
		bad.By = mod
		w.refused(&bad, chat.Invalid)
	}
	for i := len(w.st.Invitations); i < chat.MaxInvitations; i++ {
		w.must(&chat.CreateInvitation{By: mod, Code: fmt.Sprintf("n%d", i)})
	}
	w.refused(&chat.CreateInvitation{By: mod, Code: "more"}, chat.Conflict)
	w.must(&chat.RevokeInvitation{By: mod, Code: "n9"})
	w.must(&chat.CreateInvitation{By: mod, Code: "more"})
}

func TestInvitationsAreRevokedByTheirMakersAndManagers(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.UpdateRole{By: ada, ID: helper, Permissions: ptr(chat.ManageInvitations)})
	w.must(&chat.ChangeMemberRoles{By: ada, User: dweller, Add: []chat.RoleID{helper}})
	w.must(&chat.CreateInvitation{By: dweller, Code: "hers"})
	w.must(&chat.ChangeMemberRoles{By: ada, User: dweller, Remove: []chat.RoleID{helper}})
	w.refused(&chat.RevokeInvitation{By: dweller, Code: "open"}, chat.NotFound)
	w.refused(&chat.RevokeInvitation{By: mod, Code: "none"}, chat.NotFound)
	w.must(&chat.RevokeInvitation{By: dweller, Code: "hers"})
	w.unchanged(&chat.RevokeInvitation{By: dweller, Code: "hers"})
	w.refused(&chat.AddMember{User: guest, Invitation: "hers"}, chat.Gone)
	w.must(&chat.RevokeInvitation{By: mod, Code: "open"})
	w.refused(&chat.AddMember{User: guest, Invitation: "open"}, chat.Gone)
}

func TestSomebodyIsInvitedOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	invite := &chat.InviteUser{By: mod, User: guest, Code: "first"}
	check := func(d chat.Decision, code string) {
		t.Helper()
		if len(d.Then) != 1 || d.Then[0].To != chat.UserKey(guest) || !d.Then[0].Wait {
			t.Fatalf("tells %+v", d.Then)
		}
		got := d.Then[0].Command.(*chat.ReceiveInvitation).Invitation
		want := chat.ServerInvited{ServerID: house, Name: "House", By: mod, Username: "user", Code: code, ExpiresAt: 1 + chat.InvitationMillis}
		if got != want {
			t.Fatalf("tells %+v, want %+v", got, want)
		}
	}
	check(decision(t, w.st, invite, 1), "first")
	w.must(invite)
	again := &chat.InviteUser{By: mod, User: guest, Code: "second"}
	check(decision(t, w.st, again, 2), "first")
	w.unchanged(again)
	if d := decision(t, w.st, again, 1+chat.InvitationMillis); len(d.Events) != 1 {
		t.Error("an invitation that has ended stands in the way")
	}
	tells := decision(t, w.st, &chat.RevokeInvitation{By: mod, Code: "first"}, 2).Then
	if len(tells) != 1 || *tells[0].Command.(*chat.AnswerInvitation) != (chat.AnswerInvitation{Server: house, Outcome: "revoked"}) || tells[0].Wait {
		t.Errorf("tells %+v", tells)
	}
	w.refused(&chat.RefuseInvitation{User: dweller, Code: "first"}, chat.NotFound)
	w.refused(&chat.RefuseInvitation{User: guest, Code: "open"}, chat.NotFound)
	w.must(&chat.RefuseInvitation{User: guest, Code: "first"})
	w.unchanged(&chat.RefuseInvitation{User: guest, Code: "first"})
	w.must(again)
}

func TestNobodyIsInvitedInVain(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.BanMember{By: mod, User: 555})
	w.refused(&chat.InviteUser{By: dweller, User: guest, Code: "x"}, chat.Forbidden)
	w.refused(&chat.InviteUser{By: mod, User: dweller, Code: "x"}, chat.Conflict)
	w.refused(&chat.InviteUser{By: mod, User: mod, Code: "x"}, chat.Conflict)
	w.refused(&chat.InviteUser{By: mod, User: 555, Code: "x"}, chat.Conflict)
	w.refused(&chat.InviteUser{By: mod, User: 0, Code: "x"}, chat.Invalid)
	w.must(&chat.UpdateRole{By: ada, ID: chat.EveryoneRole(house), Permissions: ptr(chat.DefaultEveryone | chat.ManageInvitations)})
	_, err := w.st.Decide(&chat.InviteUser{By: dweller, User: 555, Code: "x"}, 1)
	if !chat.Is(err, chat.Conflict) || strings.Contains(err.Error(), "ban") {
		t.Errorf("who may not ban is told of a ban: %v", err)
	}
	w.refused(&chat.InviteUser{By: mod, User: guest, Code: "x y"}, chat.Invalid)
}
