package chat_test

import (
	"testing"

	"beep/chat"
)

const talk chat.ChannelID = 601

func someone(u chat.UserID) chat.Recipient { return chat.Recipient{UserID: u, Username: "user"} }

func newDirect(t *testing.T, kind chat.ServerKind, others ...chat.UserID) *world[*chat.Server] {
	t.Helper()
	w := &world[*chat.Server]{t: t, st: chat.NewServer()}
	c := &chat.CreateDirect{ID: house, Kind: kind, Channel: talk, Owner: someone(ada)}
	for _, u := range others {
		c.Others = append(c.Others, someone(u))
	}
	w.must(c)
	return w
}

// told are the users that hear JoinDirect, and the caller waits for.
func told(t *testing.T, d chat.Decision) []chat.UserID {
	t.Helper()
	var users []chat.UserID
	for _, tell := range d.Then {
		if !tell.Wait || *tell.Command.(*chat.JoinDirect) != (chat.JoinDirect{Server: house, Channel: talk}) {
			t.Fatalf("tells %+v", tell)
		}
		users = append(users, chat.UserID(tell.To.ID))
	}
	return users
}

func TestAConversationOfTwoHasFixedRights(t *testing.T) {
	t.Parallel()
	w := newDirect(t, chat.DirectOfTwo, bob)
	for _, u := range []chat.UserID{ada, bob} {
		if g := chat.Can(w.st, u, talk, 1); !g.Member || g.Permissions != chat.DirectPermissions {
			t.Errorf("%d may %s", u, g.Permissions)
		}
	}
	if c, ok := w.st.Channel(talk); !ok || c.Type != chat.DirectChannel || w.st.Kind != chat.DirectOfTwo || w.st.OwnerID != ada {
		t.Errorf("channel is %+v", c)
	}
	again := &chat.CreateDirect{ID: house, Kind: chat.DirectOfTwo, Channel: talk, Owner: someone(ada), Others: []chat.Recipient{someone(bob)}}
	if d := decision(t, w.st, again, 1); len(d.Events) != 0 || len(d.Then) != 0 {
		t.Errorf("a repeat led to %+v", d)
	}
	again.ID = house + 1
	w.refused(again, chat.Conflict)
	w.refused(&chat.CreateServer{ID: house, Name: "x", Visibility: chat.Public, Owner: ada, FirstChannel: 5, FirstChanName: "x"}, chat.Conflict)
	newServer(t, chat.Public).refused(&chat.CreateDirect{
		ID: house, Kind: chat.DirectOfTwo, Channel: talk, Owner: someone(ada), Others: []chat.Recipient{someone(bob)},
	}, chat.Conflict)
}

func TestConversationsAreBetweenDifferentUsers(t *testing.T) {
	t.Parallel()
	crowd := make([]chat.Recipient, chat.MaxGroupMembers)
	for i := range crowd {
		crowd[i] = someone(chat.UserID(100 + i))
	}
	for what, bad := range map[string]chat.CreateDirect{
		"of one":             {Kind: chat.DirectOfTwo},
		"of three":           {Kind: chat.DirectOfTwo, Others: crowd[:2]},
		"with oneself":       {Kind: chat.DirectOfTwo, Others: []chat.Recipient{someone(ada)}},
		"with nobody":        {Kind: chat.DirectOfTwo, Others: []chat.Recipient{someone(0)}},
		"of two with a name": {Kind: chat.DirectOfTwo, Others: crowd[:1], Name: "x"},
		"a group of one":     {Kind: chat.DirectOfGroup},
		"a group of eleven":  {Kind: chat.DirectOfGroup, Others: crowd},
		"one twice":          {Kind: chat.DirectOfGroup, Others: []chat.Recipient{someone(bob), someone(bob)}},
		"a server":           {Others: crowd[:1]},
		"of no kind":         {Kind: "party", Others: crowd[:1]},
		"a deceiving name":   {Kind: chat.DirectOfGroup, Others: crowd[:1], Name: "a\u202eb"},
		"no channel":         {Kind: chat.DirectOfTwo, Others: crowd[:1], Channel: 1},
	} {
		t.Log(what)
		bad.ID, bad.Owner = house, someone(ada)
		if bad.Channel = 1 - bad.Channel; bad.Channel != 0 {
			bad.Channel = talk
		}
		(&world[*chat.Server]{t: t, st: chat.NewServer()}).refused(&bad, chat.Invalid)
	}
}

func TestWhatServersKnowDoesNotExistInConversations(t *testing.T) {
	t.Parallel()
	commands := []chat.Command{
		&chat.DeleteServer{By: ada}, &chat.TransferOwnership{By: ada, To: bob}, &chat.CreateChannel{By: ada, ID: 9, Name: "x"},
		&chat.UpdateChannel{By: ada, ID: talk, Name: ptr("x")}, &chat.DeleteChannel{By: ada, ID: talk},
		&chat.AddToChannel{By: ada, Channel: talk, User: bob}, &chat.LeaveChannel{By: ada, Channel: talk},
		&chat.SetOverride{By: ada, Override: override(talk, 0, bob, 0, chat.SendMessages)},
		&chat.RemoveOverride{By: ada, Channel: talk, MemberID: bob}, &chat.CreateRole{By: ada, ID: 9, RoleSettings: role("x", 0)},
		&chat.UpdateRole{By: ada, ID: chat.EveryoneRole(house), Permissions: ptr(chat.Permission(0))}, &chat.DeleteRole{By: ada, ID: 9},
		&chat.OrderRoles{By: ada}, &chat.ChangeMemberRoles{By: ada, User: bob}, &chat.RenameMember{By: ada, User: ada, Nickname: "x"},
		&chat.MuteMember{By: ada, User: bob, Until: 9}, &chat.BanMember{By: ada, User: bob}, &chat.UnbanMember{By: ada, User: bob},
		&chat.CreateInvitation{By: ada, Code: "x"}, &chat.RevokeInvitation{By: ada, Code: "x"}, &chat.InviteUser{By: ada, User: 9, Code: "x"},
		&chat.RefuseInvitation{User: ada, Code: "x"}, &chat.AddMember{User: 9},
	}
	two := newDirect(t, chat.DirectOfTwo, bob)
	group := newDirect(t, chat.DirectOfGroup, bob)
	for _, cmd := range commands {
		two.refused(cmd, chat.NotFound)
		group.refused(cmd, chat.NotFound)
	}
	two.refused(&chat.KickMember{By: ada, User: bob}, chat.NotFound)
	two.refused(&chat.UpdateServer{By: ada, Name: ptr("x")}, chat.NotFound)
	two.refused(&chat.AddRecipient{By: ada, User: someone(9)}, chat.NotFound)
	two.refused(&chat.RemoveMember{User: ada}, chat.NotFound)
	group.refused(&chat.EndDirect{By: ada}, chat.NotFound)
	newServer(t, chat.Public).refused(&chat.EndDirect{By: ada}, chat.NotFound)
}

func TestTheEndOfAFriendshipEndsItsConversation(t *testing.T) {
	t.Parallel()
	w := newDirect(t, chat.DirectOfTwo, bob)
	w.refused(&chat.EndDirect{By: 9}, chat.NotFound)
	w.must(&chat.EndDirect{By: bob})
	w.unchanged(&chat.EndDirect{By: bob})
	w.refused(&chat.CreateDirect{
		ID: house, Kind: chat.DirectOfTwo, Channel: talk, Owner: someone(ada), Others: []chat.Recipient{someone(bob)},
	}, chat.Gone)
	if chat.Can(w.st, ada, talk, 1).Member || w.st.Exists() {
		t.Error("something is left of it")
	}
}

func TestAGroupTakesInItsMembersFriends(t *testing.T) {
	t.Parallel()
	w := &world[*chat.Server]{t: t, st: chat.NewServer()}
	c := &chat.CreateDirect{
		ID: house, Kind: chat.DirectOfGroup, Name: "trip", Channel: talk, Owner: someone(ada),
		Others: []chat.Recipient{someone(bob), someone(30)},
	}
	if users := told(t, decision(t, w.st, c, 1)); len(users) != 2 || users[0] != bob || users[1] != 30 {
		t.Errorf("told %v", users)
	}
	w.must(c)
	w.must(&chat.RemoveMember{User: 30})
	if d := decision(t, w.st, c, 1); len(d.Events) != 0 || len(told(t, d)) != 1 {
		t.Errorf("a repeat led to %+v", d)
	}
	w.refused(&chat.AddRecipient{By: 9, User: someone(40)}, chat.NotFound)
	w.refused(&chat.AddRecipient{By: bob, User: someone(0)}, chat.Invalid)
	add := &chat.AddRecipient{By: bob, User: someone(40)}
	if users := told(t, decision(t, w.st, add, 1)); len(users) != 1 || users[0] != 40 {
		t.Errorf("told %v", users)
	}
	w.must(add)
	w.unchanged(add)
	if len(told(t, decision(t, w.st, add, 1))) != 1 {
		t.Error("a repeat tells nobody")
	}
	w.must(&chat.RemoveMember{User: bob})
	if len(told(t, decision(t, w.st, add, 1))) != 1 {
		t.Error("a repeat tells nobody, for who has added him has left")
	}
	w.refused(&chat.AddRecipient{By: bob, User: someone(41)}, chat.NotFound)
	for u := chat.UserID(50); len(w.st.Members) < chat.MaxGroupMembers; u++ {
		w.must(&chat.AddRecipient{By: ada, User: someone(u)})
	}
	w.refused(&chat.AddRecipient{By: ada, User: someone(99)}, chat.Conflict)
}

func TestAGroupIsNamedByAllAndClearedByItsOwner(t *testing.T) {
	t.Parallel()
	w := newDirect(t, chat.DirectOfGroup, bob, 30)
	w.must(&chat.UpdateServer{By: bob, Name: ptr("trip")})
	w.unchanged(&chat.UpdateServer{By: bob, Name: ptr("trip")})
	w.must(&chat.UpdateServer{By: bob, Name: ptr("")})
	w.refused(&chat.UpdateServer{By: 9, Name: ptr("x")}, chat.NotFound)
	w.refused(&chat.UpdateServer{By: bob, Name: ptr("x"), IfVersion: 1}, chat.Stale)
	w.refused(&chat.UpdateServer{By: bob, Name: ptr("a\nb")}, chat.Invalid)
	w.refused(&chat.UpdateServer{By: ada, Visibility: ptr(chat.Public)}, chat.Invalid)
	w.refused(&chat.UpdateServer{By: ada, Picture: ptr("7")}, chat.Invalid)
	w.refused(&chat.KickMember{By: bob, User: 30}, chat.Forbidden)
	w.refused(&chat.KickMember{By: 9, User: 30}, chat.NotFound)
	w.refused(&chat.KickMember{By: ada, User: ada}, chat.Conflict)
	w.refused(&chat.KickMember{By: ada, User: 9}, chat.NotFound)
	w.refused(&chat.KickMember{By: ada, User: 30, Reason: "a\nb"}, chat.Invalid)
	if then := decision(t, w.st, &chat.KickMember{By: ada, User: 30}, 1).Then; len(then) != 1 || then[0].To != chat.UserKey(30) {
		t.Errorf("tells %+v", then)
	}
	w.must(&chat.KickMember{By: ada, User: 30})
}

func TestAGroupOutlivesItsOwnerAndNotItsLastMember(t *testing.T) {
	t.Parallel()
	w := newDirect(t, chat.DirectOfGroup, bob, 30)
	w.must(&chat.RemoveMember{User: ada})
	if w.st.OwnerID != bob || len(w.st.Members) != 2 {
		t.Fatalf("%d owns it", w.st.OwnerID)
	}
	w.must(&chat.RemoveMember{User: 30})
	w.unchanged(&chat.RemoveMember{User: 30})
	w.must(&chat.RemoveMember{User: bob})
	if w.st.Exists() || len(w.st.Members) != 0 {
		t.Error("a group without members is left")
	}
	w.unchanged(&chat.RemoveMember{User: bob})
	w.refused(&chat.AddRecipient{By: bob, User: someone(9)}, chat.NotFound)
}
