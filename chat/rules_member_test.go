package chat_test

import (
	"testing"

	"beep/chat"
)

func TestAnInvitationOpensAPrivateServer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.CreateInvitation{By: ada, Code: "once", MaxUses: 1})
	w.must(&chat.CreateInvitation{By: ada, Code: "soon", ExpiresAt: 100})
	w.refused(&chat.AddMember{User: guest}, chat.NotFound)
	w.refused(&chat.AddMember{User: guest, Invitation: "wrong"}, chat.NotFound)
	w.must(&chat.AddMember{User: guest, Username: "guest", Invitation: "once"})
	w.unchanged(&chat.AddMember{User: guest, Username: "guest", Invitation: "once"})
	w.refused(&chat.AddMember{User: 777, Invitation: "once"}, chat.Gone)
	if _, err := w.st.Decide(&chat.AddMember{User: 777, Invitation: "soon"}, 100); !chat.Is(err, chat.Gone) {
		t.Error("an invitation was used at its end:", err)
	}
	w.must(&chat.AddMember{User: 777, Invitation: "soon"})
	if i, _ := w.st.Invitation("once"); i.Uses != 1 || i.Open(1) {
		t.Errorf("the invitation is %+v", i)
	}
}

func TestAnInvitationOfOneIsNobodyElses(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.InviteUser{By: mod, User: guest, Code: "mine"})
	w.refused(&chat.AddMember{User: 777, Invitation: "mine"}, chat.NotFound)
	w.must(&chat.AddMember{User: guest, Invitation: "mine"})
	w.refused(&chat.RefuseInvitation{User: 777, Code: "mine"}, chat.NotFound)
	w.unchanged(&chat.RefuseInvitation{User: guest, Code: "mine"}) // it is used
}

func TestJoiningIsReportedWhereEverybodyReads(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	join := &chat.AddMember{User: guest, Invitation: "open", SystemID: 55}
	told := func() chat.ChannelID {
		t.Helper()
		d := decision(t, w.st, join, 1)
		if len(d.Then) == 0 {
			return 0
		}
		post, ok := d.Then[0].Command.(*chat.PostSystem)
		if !ok || len(d.Then) != 1 || d.Then[0].Wait || post.By != guest || post.ID != 55 || post.Type != chat.JoinMessage {
			t.Fatalf("tells %+v", d.Then)
		}
		return chat.ChannelID(d.Then[0].To.ID)
	}
	if got := told(); got != room {
		t.Errorf("reported in %d", got)
	}
	w.must(&chat.UpdateChannel{By: ada, ID: room, Position: ptr(9)})
	if got := told(); got != roses {
		t.Errorf("reported in %d, not in the lowest", got)
	}
	hidden := chat.Override{ChannelID: garden, RoleID: chat.EveryoneRole(house), Deny: chat.Rights(chat.ViewChannels)}
	w.must(&chat.SetOverride{By: ada, Override: hidden})
	if got := told(); got != room {
		t.Errorf("reported in %d, which newcomers do not see", got)
	}
	hidden.ChannelID = room
	w.must(&chat.SetOverride{By: ada, Override: hidden})
	if got := told(); got != 0 {
		t.Errorf("reported in %d although there is no channel for all", got)
	}
}

func TestAFullServerTakesNobody(t *testing.T) {
	t.Parallel()
	w := newServer(t, chat.Public)
	for u := range chat.UserID(chat.MaxMembersPerServer - 1) {
		w.st.Members[10_000+u] = chat.MemberState{}
	}
	w.refused(&chat.AddMember{User: bob}, chat.Conflict)
}

func TestAMuteOutlivesLeaving(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.must(&chat.MuteMember{By: mod, User: dweller, Until: 1000})
	w.must(&chat.RemoveMember{User: dweller})
	w.must(&chat.AddMember{User: dweller, Invitation: "open"})
	if w.st.Members[dweller].MutedUntil != 1000 || chat.Can(w.st, dweller, room, 2).Permissions&chat.Speaking != 0 {
		t.Fatal("leaving gives the voice back")
	}
	w.must(&chat.MuteMember{By: mod, User: dweller})
	w.must(&chat.RemoveMember{User: dweller})
	w.must(&chat.AddMember{User: dweller, Invitation: "open"})
	if w.st.Members[dweller].MutedUntil != 0 {
		t.Fatal("a mute that was taken back has come again")
	}
}

func TestMutesOfWhoHasLeftAreBounded(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for u := range chat.UserID(chat.MaxSilenced) {
		w.st.Silenced[50_000+u] = 1 // over
	}
	w.must(&chat.MuteMember{By: mod, User: dweller, Until: 1000})
	w.must(&chat.RemoveMember{User: dweller})
	if len(w.st.Silenced) != 1 || w.st.Silenced[dweller] != 1000 {
		t.Fatalf("%d are remembered", len(w.st.Silenced))
	}
}

func TestMembershipIsAnsweredForAnybody(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for u, want := range map[chat.UserID]bool{dweller: true, guest: false} {
		m, ok := decision(t, w.st, &chat.GetMembership{User: u}, 1).Reply.(*chat.Membership)
		if !ok || m.Member != want {
			t.Errorf("%d: %+v", u, m)
		}
	}
}
