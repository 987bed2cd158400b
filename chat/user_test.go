package chat_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"beep/chat"
)

const nook chat.ServerID = 6 // a conversation

// befriended is a user with friends.
func befriended(t *testing.T, friends ...chat.UserID) *world[*chat.User] {
	t.Helper()
	w := newUser(t)
	for _, f := range friends {
		w.must(&chat.MirrorRelation{Peer: chat.Recipient{UserID: f, Username: "friend"}, State: chat.Friends, Version: 1})
	}
	return w
}

func group(name string, others ...chat.UserID) *chat.ServerPlan {
	p := &chat.ServerPlan{Name: name, ChannelID: room, Group: []chat.Recipient{}}
	for _, o := range others {
		p.Group = append(p.Group, chat.Recipient{UserID: o, Username: "whatever he says"})
	}
	return p
}

func TestAGroupIsMadeOfFriends(t *testing.T) {
	t.Parallel()
	w := befriended(t, bob, eve)
	for name, c := range map[string]struct {
		plan *chat.ServerPlan
		kind chat.ErrorKind
	}{
		"nobody":         {group(""), chat.Invalid},
		"oneself":        {group("", bob, ada), chat.Invalid},
		"twice the same": {group("", bob, bob), chat.Invalid},
		"too many":       {group("", bob, eve, 21, 22, 23, 24, 25, 26, 27, 28), chat.Invalid},
		"a stranger":     {group("", bob, 99), chat.NotFound},
		"a bad name":     {group("a\u202eb", bob), chat.Invalid},
		"a long name":    {group(strings.Repeat("x", chat.MaxServerName+1), bob), chat.TooLarge},
	} {
		t.Run(name, func(*testing.T) { w.refused(&chat.StartJoin{Server: nook, Create: c.plan}, c.kind) })
	}
	w.must(&chat.StartJoin{Server: nook, Create: group("", bob, eve)})
	if got := w.st.Pending[nook].Create.Group[0].Username; got != "friend" {
		t.Fatal("a friend goes by the name", got)
	}
	w.must(&chat.StartJoin{Server: nook, Create: group("", bob, eve)}) // again
	w.must(&chat.FinishJoin{Server: nook})
	if !w.st.InDirect(nook) || w.st.In(nook) || len(w.st.Pending) != 0 {
		t.Fatalf("in %v %v, pending %v", w.st.Directs, w.st.Servers, w.st.Pending)
	}
	w.refused(&chat.StartJoin{Server: nook}, chat.NotFound)
	w.must(&chat.SetRead{Server: nook, Channel: room, Seq: 3})
	w.must(&chat.StartLeave{Server: nook})
	w.must(&chat.FinishJoin{Server: nook})
	if w.st.InDirect(nook) || len(w.st.Read) != 0 || len(w.st.Pending) != 0 {
		t.Fatalf("in %v, read %v", w.st.Directs, w.st.Read)
	}
}

func TestGroupsTakeNoPlaceOfAServerAndHaveALimitOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := befriended(t, bob)
	for i := range chat.MaxGroups {
		id := chat.ServerID(100 + i)
		if i%2 == 0 {
			w.must(&chat.JoinDirect{Server: id, Channel: room})
			continue
		}
		w.must(&chat.StartJoin{Server: id, Create: group("", bob)})
		w.must(&chat.FinishJoin{Server: id})
	}
	w.refused(&chat.StartJoin{Server: nook, Create: group("", bob)}, chat.Conflict)
	d, err := w.st.Decide(&chat.JoinDirect{Server: nook, Channel: room}, 1)
	if refusal, ok := d.Reply.(*chat.Error); err != nil || !ok || refusal.Kind != chat.Conflict {
		t.Fatalf("%+v, %v", d, err)
	}
	// He is counted as a member there, so he leaves; meanwhile nobody brings him back.
	w.must(&chat.JoinDirect{Server: nook, Channel: room})
	if p, ok := w.st.Pending[nook]; !ok || !p.Leave || w.st.InDirect(nook) {
		t.Fatalf("pending %v, in %v", w.st.Pending, w.st.Directs)
	}
	w.refused(&chat.JoinDirect{Server: nook, Channel: room}, chat.Unavailable)
	w.must(&chat.FinishJoin{Server: nook})
	if len(w.st.Pending) != 0 || w.st.InDirect(nook) {
		t.Fatalf("pending %v, in %v", w.st.Pending, w.st.Directs)
	}
	w.must(&chat.JoinDirect{Server: 100, Channel: room}) // is in it
	w.must(&chat.JoinDirect{Server: nook, Channel: room, Peer: bob})
	for i := range chat.MaxServersPerUser {
		w.must(&chat.StartJoin{Server: chat.ServerID(1000 + i)})
	}
	w.refused(&chat.StartJoin{Server: 2000}, chat.Conflict)
}

func TestAFriendsConversationIsLeftWithTheFriend(t *testing.T) {
	t.Parallel()
	w := befriended(t, bob)
	w.must(&chat.JoinDirect{Server: nook, Channel: room, Peer: bob})
	w.refused(&chat.StartLeave{Server: nook}, chat.Conflict)
	w.refused(&chat.StartAddRecipient{Server: nook, Friend: bob}, chat.Conflict)
}

func TestOnlyFriendsAreAddedToAGroup(t *testing.T) {
	t.Parallel()
	w := befriended(t, bob)
	w.refused(&chat.StartAddRecipient{Server: nook, Friend: bob}, chat.NotFound)
	w.must(&chat.JoinDirect{Server: nook, Channel: room})
	w.refused(&chat.StartAddRecipient{Server: nook, Friend: eve}, chat.NotFound)
	w.must(&chat.StartAddRecipient{Server: nook, Friend: bob})
	if got, ok := w.st.AddingTo(nook, bob); !ok || got != (chat.Recipient{UserID: bob, Username: "friend"}) {
		t.Fatalf("%+v", w.st.Adding)
	}
}

func TestWhomOneAddsToAGroupIsRememberedUntilItHasEnded(t *testing.T) {
	t.Parallel()
	w := befriended(t, bob, eve)
	w.must(&chat.JoinDirect{Server: nook, Channel: room})
	add := func(u chat.UserID) *chat.StartAddRecipient { return &chat.StartAddRecipient{Server: nook, Friend: u} }
	w.must(add(bob))
	before := w.number
	w.must(add(bob)) // under way
	if w.number != before || len(w.st.Pending) != 0 || !w.st.InDirect(nook) {
		t.Fatalf("pending %v, in %v, %d records more", w.st.Pending, w.st.Directs, w.number-before)
	}
	w.must(add(eve))
	w.must(&chat.FinishJoin{Server: nook, Add: bob, Refused: true})
	before = w.number
	w.must(&chat.FinishJoin{Server: nook, Add: bob})
	if want := []chat.Adding{{ServerID: nook, User: chat.Recipient{UserID: eve, Username: "friend"}}}; !reflect.DeepEqual(w.st.Adding, want) || w.number != before {
		t.Fatalf("%+v", w.st.Adding)
	}
	w.must(&chat.StartLeave{Server: nook})
	w.must(&chat.FinishJoin{Server: nook})
	if len(w.st.Adding) != 1 || w.st.InDirect(nook) {
		t.Fatal("leaving has changed what is under way:", w.st.Adding)
	}
	w.must(&chat.FinishJoin{Server: nook, Add: eve})
	if len(w.st.Adding) != 0 {
		t.Fatalf("%+v", w.st.Adding)
	}
}

func TestOnlySoManyAreAddedToGroupsAtOnce(t *testing.T) {
	t.Parallel()
	w := befriended(t, bob)
	for i := range chat.ServerID(chat.MaxAdding + 1) {
		w.must(&chat.JoinDirect{Server: 100 + i, Channel: room})
		if i < chat.MaxAdding {
			w.must(&chat.StartAddRecipient{Server: 100 + i, Friend: bob})
		}
	}
	w.refused(&chat.StartAddRecipient{Server: 100 + chat.MaxAdding, Friend: bob}, chat.Unavailable)
	w.must(&chat.FinishJoin{Server: 100, Add: bob})
	w.must(&chat.StartAddRecipient{Server: 100 + chat.MaxAdding, Friend: bob})
}

func TestAMembershipThatAServerHasEndedEnds(t *testing.T) {
	t.Parallel()
	w := newUser(t)
	w.must(&chat.StartJoin{Server: house})
	w.must(&chat.MembershipEnded{Server: house, Reason: "kicked"}) // of an earlier time
	if len(w.st.Pending) != 1 {
		t.Fatal("a join under way was ended")
	}
	w.must(&chat.FinishJoin{Server: house})
	w.must(&chat.MembershipEnded{Server: house, Reason: "kicked"})
	before := w.number
	w.must(&chat.MembershipEnded{Server: house, Reason: "kicked"})
	if w.st.In(house) || w.number != before {
		t.Fatal("in", w.st.Servers)
	}
	w.must(&chat.JoinDirect{Server: nook, Channel: room})
	w.must(&chat.MembershipEnded{Server: nook, Reason: "kicked"})
	if w.st.InDirect(nook) {
		t.Fatal("in", w.st.Directs)
	}
}

func invitation(server chat.ServerID, until int64) *chat.ReceiveInvitation {
	return &chat.ReceiveInvitation{Invitation: chat.ServerInvited{
		ServerID: server, Name: "House", By: bob, Username: "bob", Code: "c", ExpiresAt: until,
	}}
}

func TestInvitationsComeAndEnd(t *testing.T) {
	t.Parallel()
	w := newUser(t)
	w.must(invitation(house, 100))
	before := w.number
	w.must(invitation(house, 100))
	if w.number != before {
		t.Fatal("the same invitation counts twice")
	}
	w.refused(&chat.AnswerInvitation{Server: house, Outcome: chat.OutcomeAccepted}, chat.Invalid)
	w.refused(&chat.AnswerInvitation{Server: 77, Outcome: chat.OutcomeRefused}, chat.NotFound)
	d, err := w.st.Decide(&chat.AnswerInvitation{Server: house, Outcome: chat.OutcomeRefused}, 1)
	if err != nil || len(d.Then) != 1 || d.Then[0].Wait || !reflect.DeepEqual(d.Then[0].Command, &chat.RefuseInvitation{User: ada, Code: "c"}) {
		t.Fatal(d, err)
	}
	if d, err = w.st.Decide(&chat.AnswerInvitation{Server: house, Outcome: chat.OutcomeRefused}, 100); err != nil || len(d.Then) != 0 {
		t.Fatal("an expired one was refused:", d, err)
	}
	w.must(&chat.AnswerInvitation{Server: house, Outcome: chat.OutcomeRevoked})
	w.must(&chat.AnswerInvitation{Server: house, Outcome: chat.OutcomeRevoked})
	if len(w.st.Invited) != 0 {
		t.Fatal(w.st.Invited)
	}
	w.must(invitation(house, 100))
	w.must(&chat.StartJoin{Server: house, Invitation: "c"})
	w.must(&chat.FinishJoin{Server: house})
	if len(w.st.Invited) != 0 || !w.st.In(house) {
		t.Fatal("joined, and still invited")
	}
	w.refused(invitation(house, 100), chat.Conflict)
	w.refused(invitation(nook, 1), chat.Gone)
}

func TestWhoIsBlockedInvitesNobody(t *testing.T) {
	t.Parallel()
	w := newUser(t)
	w.must(&chat.MirrorRelation{Peer: recipient(bob), State: chat.Blocked, Version: 1})
	before := w.number
	w.must(invitation(house, 100))
	if w.number != before {
		t.Fatal("the invitation of somebody blocked has come")
	}
}

func TestExpiredInvitationsMakeRoom(t *testing.T) {
	t.Parallel()
	w := newUser(t)
	for i := range chat.MaxServerInvited {
		until := int64(100)
		if i < 3 {
			until = 10
		}
		w.must(invitation(chat.ServerID(100+i), until))
	}
	w.refused(invitation(house, 100), chat.Conflict)
	d, err := w.st.Decide(invitation(house, 100), 10)
	if err != nil || len(d.Events) != 4 {
		t.Fatal(d.Events, err)
	}
	w.must(&chat.StartJoin{Server: 100, Invitation: "c"})
	if d, err = w.st.Decide(&chat.FinishJoin{Server: 100, Refused: true}, 10); err != nil || len(d.Events) != 2 {
		t.Fatal("an invitation that came too late stays:", d.Events, err)
	}
}

func TestNotificationLevels(t *testing.T) {
	t.Parallel()
	w := newUser(t)
	w.refused(&chat.SetNotificationLevel{Server: house, Level: chat.NotifyAll}, chat.NotFound)
	w.must(&chat.StartJoin{Server: house})
	w.must(&chat.FinishJoin{Server: house})
	w.refused(&chat.SetNotificationLevel{Server: house, Level: "loud"}, chat.Invalid)
	w.must(&chat.SetNotificationLevel{Server: house, Level: chat.NotifyNothing})
	w.must(&chat.SetNotificationLevel{Server: house, Channel: room, Level: chat.NotifyAll})
	before := w.number
	w.must(&chat.SetNotificationLevel{Server: house, Channel: room, Level: chat.NotifyAll})
	if w.number != before || w.st.Level(house, room) != chat.NotifyAll || w.st.Level(house, room+1) != chat.NotifyNothing {
		t.Fatal(w.st.Levels)
	}
	for i := range chat.MaxNotifyLevels - 2 {
		w.must(&chat.SetNotificationLevel{Server: house, Channel: chat.ChannelID(1000 + i), Level: chat.NotifyNothing})
	}
	w.refused(&chat.SetNotificationLevel{Server: house, Channel: 999, Level: chat.NotifyAll}, chat.Conflict)
	w.must(&chat.SetNotificationLevel{Server: house, Channel: room, Level: chat.NotifyNothing}) // changes one
	w.must(&chat.SetNotificationLevel{Server: house, Channel: room})
	w.must(&chat.SetNotificationLevel{Server: house, Channel: 999, Level: chat.NotifyAll})
	w.must(&chat.JoinDirect{Server: nook, Channel: 8, Peer: bob})
	if w.st.Level(nook, 8) != chat.NotifyAll {
		t.Fatal("a conversation is quiet")
	}
}

func TestSnoozing(t *testing.T) {
	t.Parallel()
	w := newUser(t)
	w.refused(&chat.SnoozeNotifications{Until: 1}, chat.Invalid) // it is 1 now
	w.refused(&chat.SnoozeNotifications{Until: -5}, chat.Invalid)
	w.refused(&chat.SnoozeNotifications{Until: 2 + chat.MaxSnoozeMillis}, chat.Invalid)
	w.must(&chat.SnoozeNotifications{Until: 1 + chat.MaxSnoozeMillis})
	w.must(&chat.SnoozeNotifications{})
	before := w.number
	w.must(&chat.SnoozeNotifications{})
	if w.st.Snoozed != 0 || w.number != before {
		t.Fatal(w.st.Snoozed)
	}
}

func TestAUserIsTheSameFromASnapshot(t *testing.T) {
	t.Parallel()
	w := befriended(t, bob)
	w.must(&chat.StartJoin{Server: nook, Create: group("g", bob)})
	w.must(&chat.FinishJoin{Server: nook})
	w.must(invitation(house, 100))
	w.must(&chat.SetNotificationLevel{Server: nook, Channel: room, Level: chat.NotifyNothing})
	w.must(&chat.Relate{By: recipient(ada), Other: chat.Recipient{UserID: eve, Username: "eve"}, Act: chat.ActRequest})
	b, err := json.Marshal(w.st)
	if err != nil {
		t.Fatal(err)
	}
	st := chat.NewUser()
	if err := json.Unmarshal(b, st); err != nil {
		t.Fatal(err)
	}
	st.Restore()
	if !reflect.DeepEqual(st, w.st) || !reflect.DeepEqual(w.st.Clone(), w.st) {
		t.Fatalf("%s", b)
	}
}

func TestReadPositionsAreKeptInSoManyChannels(t *testing.T) {
	t.Parallel()
	w := befriended(t, bob)
	w.must(&chat.StartJoin{Server: house})
	w.must(&chat.FinishJoin{Server: house})
	w.must(&chat.JoinDirect{Server: nook, Channel: room})
	for i := range chat.MaxReadPositions {
		w.must(&chat.SetRead{Server: house, Channel: chat.ChannelID(1000 + i), Seq: 1})
	}
	w.refused(&chat.SetRead{Server: nook, Channel: room, Seq: 1}, chat.Conflict)
	w.must(&chat.SetRead{Server: house, Channel: 1000, Seq: 2})
	w.must(&chat.StartLeave{Server: house})
	w.must(&chat.FinishJoin{Server: house})
	w.must(&chat.SetRead{Server: nook, Channel: room, Seq: 1})
	if len(w.st.Read) != 1 {
		t.Errorf("%d positions are kept of what he has left", len(w.st.Read)-1)
	}
}
