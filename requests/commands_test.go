package requests_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"beep/chat"
	"beep/store"
)

func ptr[T any](v T) *T { return &v }

// TestEveryChangeGoesToTheActorThatDecidesIt holds, for each request that is no
// more than a command, who is asked what.
func TestEveryChangeGoesToTheActorThatDecidesIt(t *testing.T) {
	t.Parallel()
	inClub, inGroup, ofBob := chat.ServerKey(club), chat.ServerKey(group), chat.UserKey(bob)
	inGeneral, inStage, inTalk := chat.ChannelKey(club, general), chat.ChannelKey(club, stage), chat.ChannelKey(group, talk)
	message := `"channel_id":"101","message_id":"9"`
	inServer, inConversation := `"server_id":"1073741824"`, `"server_id":"1073741825"`
	for _, c := range []struct {
		method, args string
		key          chat.Key
		cmd          chat.Command
	}{
		{"message.send", `{"channel_id":"101","content":"hi","reply_to":"9","nonce":"n"}`, ofBob,
			&chat.SendMessage{By: bob, Server: club, Channel: general, ID: firstID, Content: "hi", ReplyTo: 9, Nonce: "n"}},
		{"message.send", `{"channel_id":"104","content":"hi"}`, ofBob,
			&chat.SendMessage{By: bob, Server: group, Channel: talk, ID: firstID, Content: "hi"}},
		{"message.edit", `{` + message + `,"content":"x"}`, inGeneral, &chat.EditMessage{By: bob, Channel: general, Message: 9, Content: "x"}},
		{"message.delete", `{` + message + `}`, inGeneral, &chat.DeleteMessage{By: bob, Channel: general, Message: 9}},
		{"message.pin", `{` + message + `}`, inGeneral, &chat.PinMessage{By: bob, Channel: general, Message: 9, Pinned: true, SystemID: firstID}},
		{"message.unpin", `{` + message + `}`, inGeneral, &chat.PinMessage{By: bob, Channel: general, Message: 9}},
		{"reaction.add", `{` + message + `,"emoji":"👍"}`, inGeneral, &chat.React{By: bob, Channel: general, Message: 9, Emoji: "👍"}},
		{"reaction.remove", `{` + message + `,"emoji":"👍","user_id":"11"}`, inGeneral,
			&chat.React{By: bob, Channel: general, Message: 9, Emoji: "👍", Remove: true, User: ada}},
		{"poll.vote", `{` + message + `,"options":[1,2]}`, inGeneral, &chat.VotePoll{By: bob, Channel: general, Message: 9, Options: []int{1, 2}}},
		{"poll.close", `{` + message + `}`, inGeneral, &chat.ClosePoll{By: bob, Channel: general, Message: 9}},

		{"server.create", `{"name":"New","visibility":"public","picture":"5"}`, ofBob, &chat.StartJoin{Server: firstID, Create: &chat.ServerPlan{
			Name: "New", Visibility: chat.Public, Picture: "5", ChannelID: firstID + 1, ChannelName: "general"}}},
		{"server.update", `{` + inServer + `,"name":"X","picture":"","version":4}`, inClub,
			&chat.UpdateServer{By: bob, Name: ptr("X"), Picture: ptr(""), IfVersion: 4}},
		{"server.delete", `{` + inServer + `,"version":4}`, inClub, &chat.DeleteServer{By: bob, IfVersion: 4}},
		{"server.transfer", `{` + inServer + `,"user_id":"11"}`, inClub, &chat.TransferOwnership{By: bob, To: ada}},
		{"server.join", `{` + inServer + `}`, ofBob, &chat.StartJoin{Server: club}},
		{"server.join", `{"code":"` + openCode + `"}`, ofBob, &chat.StartJoin{Server: club, Invitation: openCode}},
		{"server.leave", `{` + inServer + `}`, ofBob, &chat.StartLeave{Server: club}},

		{"channel.create", `{` + inServer + `,"name":"c","type":"conference","topic":"t","parent_id":"5","slow_mode":3,"private":true,` +
			`"permissions":[{"role_id":"201","allow":["view_channels"],"deny":["speak"]}]}`, inClub,
			&chat.CreateChannel{By: bob, ID: firstID, Name: "c", Type: chat.ConferenceChannel, Topic: "t", Parent: 5, SlowMode: 3, Private: true,
				Overrides: []chat.Override{{RoleID: mods, Allow: chat.Rights(chat.ViewChannels), Deny: chat.Rights(chat.Speak)}}}},
		{"channel.update", `{"channel_id":"101","topic":"t","parent_id":"","archived":true,"version":3}`, inClub,
			&chat.UpdateChannel{By: bob, ID: general, Topic: ptr("t"), Parent: ptr(chat.ChannelID(0)), Archived: ptr(true), IfVersion: 3}},
		{"channel.delete", `{"channel_id":"101"}`, inClub, &chat.DeleteChannel{By: bob, ID: general}},
		{"channel.add", `{"channel_id":"101","user_id":"11"}`, inClub, &chat.AddToChannel{By: bob, Channel: general, User: ada}},
		{"channel.join", `{"channel_id":"103"}`, inStage, &chat.JoinConference{By: bob, Channel: stage, SystemID: firstID}},
		{"channel.join", `{"channel_id":"104"}`, inTalk, &chat.JoinConference{By: bob, Channel: talk, SystemID: firstID}},
		{"channel.leave", `{"channel_id":"103"}`, inStage, &chat.LeaveConference{By: bob, Channel: stage}},
		{"channel.leave", `{"channel_id":"101"}`, inClub, &chat.LeaveChannel{By: bob, Channel: general}},
		{"override.set", `{"channel_id":"101","member_id":"11","allow":[],"deny":["speak"],"version":2}`, inClub,
			&chat.SetOverride{By: bob, Override: chat.Override{ChannelID: general, MemberID: ada, Deny: chat.Rights(chat.Speak)}, IfVersion: 2}},
		{"override.remove", `{"channel_id":"101","role_id":"201"}`, inClub, &chat.RemoveOverride{By: bob, Channel: general, RoleID: mods}},
		{"thread.create", `{"channel_id":"101","name":"t"}`, inClub,
			&chat.CreateChannel{By: bob, ID: firstID, Name: "t", Type: chat.ThreadChannel, Parent: general, SystemID: firstID + 1}},
		{"conference.remove", `{"channel_id":"103","user_id":"11"}`, inStage, &chat.LeaveConference{By: bob, Channel: stage, User: ada}},

		{"role.create", `{` + inServer + `,"name":"r","color":255,"permissions":["speak"],"mentionable":true}`, inClub,
			&chat.CreateRole{By: bob, ID: firstID, RoleSettings: chat.RoleSettings{Name: "r", Color: 255, Permissions: chat.Rights(chat.Speak), Mentionable: true}}},
		{"role.update", `{` + inServer + `,"role_id":"201","permissions":[],"version":9}`, inClub,
			&chat.UpdateRole{By: bob, ID: mods, Permissions: ptr(chat.Permission(0)), IfVersion: 9}},
		{"role.delete", `{` + inServer + `,"role_id":"201"}`, inClub, &chat.DeleteRole{By: bob, ID: mods}},
		{"role.order", `{` + inServer + `,"order":["201"]}`, inClub, &chat.OrderRoles{By: bob, Order: []chat.RoleID{mods}}},

		{"member.roles", `{` + inServer + `,"user_id":"11","add":["201"]}`, inClub, &chat.ChangeMemberRoles{By: bob, User: ada, Add: []chat.RoleID{mods}}},
		{"member.rename", `{` + inServer + `,"user_id":"12","nickname":""}`, inClub, &chat.RenameMember{By: bob, User: bob}},
		{"member.mute", `{` + inServer + `,"user_id":"11","until":5,"reason":"r"}`, inClub, &chat.MuteMember{By: bob, User: ada, Until: 5, Reason: "r"}},
		{"member.kick", `{` + inServer + `,"user_id":"11","reason":"r"}`, inClub, &chat.KickMember{By: bob, User: ada, Reason: "r"}},
		{"member.ban", `{` + inServer + `,"user_id":"13"}`, inClub, &chat.BanMember{By: bob, User: eve}},
		{"member.unban", `{` + inServer + `,"user_id":"13"}`, inClub, &chat.UnbanMember{By: bob, User: eve}},
		{"invitation.revoke", `{` + inServer + `,"code":"c"}`, inClub, &chat.RevokeInvitation{By: bob, Code: "c"}},
		{"invitation.refuse", `{` + inServer + `}`, ofBob, &chat.AnswerInvitation{Server: club, Outcome: "refused"}},

		{"friend.request", `{"username":"ada"}`, chat.UserKey(ada), &chat.Relate{
			By: chat.Recipient{UserID: bob, Username: "bob"}, Other: chat.Recipient{UserID: ada, Username: "ada"},
			Act: chat.ActRequest, DirectID: firstID, ChannelID: firstID + 1}},
		{"friend.accept", `{"user_id":"15"}`, ofBob, &chat.Relate{
			By: chat.Recipient{UserID: bob, Username: "bob"}, Other: chat.Recipient{UserID: zoe, Username: "zoe"},
			Act: chat.ActAccept, DirectID: firstID, ChannelID: firstID + 1}},
		{"friend.remove", `{"user_id":"15","erase":true}`, ofBob, &chat.Relate{
			By: chat.Recipient{UserID: bob, Username: "bob"}, Other: chat.Recipient{UserID: zoe, Username: "zoe"},
			Act: chat.ActRemove, DirectID: firstID, ChannelID: firstID + 1}},
		{"direct.create", `{"user_ids":["15"],"name":"us"}`, ofBob, &chat.StartJoin{Server: firstID, Create: &chat.ServerPlan{
			Name: "us", Visibility: chat.Private, ChannelID: firstID + 1, Group: []chat.Recipient{{UserID: zoe}}}}},
		{"direct.add", `{` + inConversation + `,"user_id":"11"}`, ofBob, &chat.StartAddRecipient{Server: group, Friend: ada}},
		{"direct.rename", `{` + inConversation + `,"name":"we"}`, inGroup, &chat.UpdateServer{By: bob, Name: ptr("we")}},
		{"direct.leave", `{` + inConversation + `}`, ofBob, &chat.StartLeave{Server: group}},
		{"direct.remove", `{` + inConversation + `,"user_id":"15"}`, inGroup, &chat.KickMember{By: bob, User: zoe}},
		{"read.set", `{"channel_id":"104","seq":5}`, ofBob, &chat.SetRead{Server: group, Channel: talk, Seq: 5}},
		{"notification.set", `{"channel_id":"101","level":"all"}`, ofBob, &chat.SetNotificationLevel{Server: club, Channel: general, Level: chat.NotifyAll}},
		{"notification.set", `{` + inServer + `,"level":""}`, ofBob, &chat.SetNotificationLevel{Server: club}},
		{"notification.snooze", `{"until":5}`, ofBob, &chat.SnoozeNotifications{Until: 5}},
	} {
		w := setup(t)
		w.read.people = []store.Profile{{ID: ada, Username: "ada"}, {ID: zoe, Username: "zoe"}}
		w.answer["send message"] = &chat.Sent{ID: 5}
		got := w.gets(bob, c.method, c.args)
		if is := w.last(); is.Key != c.key || !reflect.DeepEqual(is.Cmd, c.cmd) {
			a, _ := json.Marshal(is.Cmd)
			b, _ := json.Marshal(c.cmd)
			t.Errorf("%s %s:\nasked %s %T %s\nwant  %s %T %s", c.method, c.args, is.Key, is.Cmd, a, c.key, c.cmd, b)
		}
		if c.method == "member.kick" && got != `{"n":7}` {
			t.Errorf("%s: reply %s", c.method, got)
		}
		// The refusal of the actor is the answer, whatever it is.
		w.answer[c.cmd.CommandName()] = chat.Errorf(chat.Stale, "x", "changed")
		w.refused(chat.Stale, bob, c.method, c.args)
	}
}

func TestWhatCannotBeMeantIsRefusedBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	s := `"server_id":"1073741824"`
	for _, c := range []struct{ method, args string }{
		{"no.such", `{}`},
		{"message.send", `{"channel_id":"101","content":"hi","extra":1}`},
		{"message.edit", `{"message_id":"9","content":"x"}`},
		{"message.get", `{"channel_id":"101"}`},
		{"message.get", `{"channel_id":101,"message_id":"9"}`},
		{"message.get", `{"channel_id":"0101","message_id":"9"}`},
		{"server.update", `{"name":"x"}`},
		{"server.transfer", `{` + s + `}`},
		{"server.join", `{}`},
		{"server.join", `{"server_id":"5","code":"` + openCode + `"}`},
		{"channel.create", `{` + s + `,"name":"x","type":"thread"}`},
		{"channel.create", `{` + s + `,"name":"x","type":"direct"}`},
		{"channel.create", `{` + s + `,"name":"x","permissions":[{"role_id":"1","allow":["fly"]}]}`},
		{"role.create", `{` + s + `,"name":"x","permissions":"all"}`},
		{"role.create", `{` + s + `,"name":"x","color":-1}`},
		{"member.list", `{` + s + `,"limit":0}`},
		{"member.list", `{` + s + `,"limit":101}`},
		{"member.kick", `{` + s + `}`},
		{"member.ban", `{` + s + `,"user_id":"13","purge_seconds":604801}`},
		{"member.ban", `{` + s + `,"user_id":"13","purge_seconds":-1}`},
		{"invitation.create", `{` + s + `,"expires_in":-1}`},
		{"invitation.create", `{` + s + `,"expires_in":99999999999}`},
		{"permissions.why", `{"permission":"speak"}`},
		{"permissions.why", `{` + s + `,"channel_id":"101","permission":"speak"}`},
		{"permissions.why", `{` + s + `,"permission":"fly"}`},
		{"user.search", `{"query":""}`},
		{"friend.request", `{}`},
		{"friend.request", `{"user_id":"12"}`},
		{"friend.remove", `{"user_id":"15"}`},
		{"friend.remove", `{"user_id":"15","erase":false}`},
		{"direct.create", `{"user_ids":[]}`},
		{"direct.create", `{"user_ids":["1","2","3","4","5","6","7","8","9","10"]}`},
		{"notification.set", `{"level":"all"}`},
	} {
		w := setup(t)
		w.refused(chat.Invalid, bob, c.method, c.args)
		if is := w.last(); is.Cmd != nil {
			t.Errorf("%s %s: %T was asked", c.method, c.args, is.Cmd)
		}
	}
}

func TestABanDeletesWhatWasWrittenLately(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.read.since = map[chat.ChannelID][]uint64{general: {4, 9}}
	w.gets(mia, "member.ban", `{"server_id":"1073741824","user_id":"12","purge_seconds":60}`)
	want := &chat.BanMember{By: mia, User: bob, Since: now - 60_000, Purge: w.read.since}
	if is := w.last(); !reflect.DeepEqual(is.Cmd, want) {
		t.Errorf("asked %+v, want %+v", is.Cmd, want)
	}
	w.refused(chat.Forbidden, bob, "member.ban", `{"server_id":"1073741824","user_id":"14","purge_seconds":60}`)
}

func TestAForwardIsACopyThatNamesItsFirstSender(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.answer["send message"] = &chat.Sent{ID: firstID, ChannelID: talk, Seq: 3}
	for _, c := range []struct {
		m    chat.Message
		want *chat.Forwarded
	}{
		{chat.Message{Type: chat.PlainMessage, SenderID: ada, Content: "hi", CreatedAt: 5}, &chat.Forwarded{SenderID: ada, Content: "hi", CreatedAt: 5}},
		{chat.Message{Type: chat.PlainMessage, SenderID: bob, Forwarded: &chat.Forwarded{SenderID: ada, Content: "hi", CreatedAt: 5}},
			&chat.Forwarded{SenderID: ada, Content: "hi", CreatedAt: 5}},
	} {
		w.answer["get message"] = &c.m
		w.gets(bob, "message.forward", `{"channel_id":"101","message_id":"9","to_channel_id":"104","nonce":"n"}`)
		is := w.last()
		cmd, ok := is.Cmd.(*chat.SendMessage)
		if !ok || is.Key != chat.UserKey(bob) || cmd.Server != group || cmd.Channel != talk || cmd.Nonce != "n" || !reflect.DeepEqual(cmd.Forwarded, c.want) {
			t.Errorf("asked %s %+v", is.Key, is.Cmd)
		}
	}
	w.answer["get message"] = &chat.Message{Type: chat.PinningMessage, SenderID: ada}
	w.refused(chat.Invalid, bob, "message.forward", `{"channel_id":"101","message_id":"9","to_channel_id":"104"}`)
	w.answer["get message"] = chat.Errorf(chat.NotFound, "get message", "there is no such message")
	w.refused(chat.NotFound, bob, "message.forward", `{"channel_id":"101","message_id":"9","to_channel_id":"104"}`)
	w.answer["get message"] = &chat.Message{Type: chat.PlainMessage, SenderID: ada, Content: "hi"}
	w.refused(chat.NotFound, zoe, "message.forward", `{"channel_id":"104","message_id":"9","to_channel_id":"101"}`)
}

func TestAThreadIsOfAMessageOneSees(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.answer["get message"] = chat.Errorf(chat.NotFound, "get message", "there is no such message")
	w.refused(chat.NotFound, bob, "thread.create", `{"channel_id":"101","message_id":"9","name":"t"}`)
	w.answer["get message"] = &chat.Message{ID: 9}
	w.gets(bob, "thread.create", `{"channel_id":"101","message_id":"9","name":"t"}`)
	if cmd, ok := w.last().Cmd.(*chat.CreateChannel); !ok || cmd.Message != 9 || cmd.Parent != general {
		t.Errorf("asked %+v", w.last().Cmd)
	}
}

func TestInvitationsCodesNameTheirServer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	seen := map[string]bool{}
	for range 50 {
		var got struct {
			Code      string `json:"code"`
			ExpiresAt int64  `json:"expires_at"`
		}
		if err := json.Unmarshal([]byte(w.gets(bob, "invitation.create", `{"server_id":"1073741824"}`)), &got); err != nil {
			t.Fatal(err)
		}
		server, secret, _ := strings.Cut(got.Code, "-")
		if server != "hra0hs" || len(secret) != 10 || seen[got.Code] || got.ExpiresAt != now+24*60*60*1000 {
			t.Fatalf("code %+v", got)
		}
		seen[got.Code] = true
		w.gets(eve, "server.join", `{"code":"`+got.Code+`"}`)
		if cmd := w.last().Cmd.(*chat.StartJoin); cmd.Server != club || cmd.Invitation != got.Code {
			t.Fatalf("asked %+v", cmd)
		}
	}
	w.gets(bob, "invitation.create", `{"server_id":"1073741824","expires_in":0,"max_uses":3}`)
	if cmd := w.last().Cmd.(*chat.CreateInvitation); cmd.ExpiresAt != 0 || cmd.MaxUses != 3 {
		t.Errorf("asked %+v", cmd)
	}
	for _, code := range []string{"x", "-", "hra0hs-", "hra0hs-short", "hra0hs-toolong00000", "HRA0HS-0123456789", "0hra0hs-0123456789",
		"0-0123456789", "zzzzzzzzzzzzzzzzzz-0123456789", "hra0hs 0123456789"} {
		w.refused(chat.NotFound, eve, "server.join", `{"code":"`+code+`"}`)
		w.refused(chat.NotFound, eve, "invitation.get", `{"code":"`+code+`"}`)
	}
}

func TestAnInvitationInTheApplicationIsAccepted(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.refused(chat.NotFound, eve, "invitation.accept", `{"server_id":"1073741824"}`)
	w.users[eve].Invited[club] = chat.ServerInvited{ServerID: club, Code: "c"}
	w.gets(eve, "invitation.accept", `{"server_id":"1073741824"}`)
	if cmd := w.last().Cmd.(*chat.StartJoin); cmd.Server != club || cmd.Invitation != "c" {
		t.Errorf("asked %+v", cmd)
	}
	w.refused(chat.NotFound, bob, "invitation.send", `{"server_id":"1073741824","user_id":"99"}`)
	w.read.people = []store.Profile{{ID: eve, Username: "eve"}}
	w.gets(bob, "invitation.send", `{"server_id":"1073741824","user_id":"13"}`)
	if cmd := w.last().Cmd.(*chat.InviteUser); cmd.User != eve || cmd.Code == "" {
		t.Errorf("asked %+v", cmd)
	}
}

func TestJoiningATextChannelIsNothingToDo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if got := w.gets(bob, "channel.join", `{"channel_id":"101"}`); got != `{"n":0}` || w.last().Cmd != nil {
		t.Errorf("got %s, asked %+v", got, w.last().Cmd)
	}
}

func TestConversationsRequestsDoNotActOnServers(t *testing.T) {
	t.Parallel()
	for method, args := range map[string]string{
		"direct.rename": `{"server_id":"1073741824","name":"x"}`,
		"direct.leave":  `{"server_id":"1073741824"}`,
		"direct.remove": `{"server_id":"1073741824","user_id":"12"}`,
	} {
		w := setup(t)
		w.refused(chat.NotFound, ada, method, args)
		if w.last().Cmd != nil {
			t.Errorf("%s: %T was asked", method, w.last().Cmd)
		}
	}
}

func TestTheEdgeHasAMembershipChecked(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.svc.CheckMembership(bob, club)
	if is := w.last(); is.Key != chat.UserKey(bob) || !reflect.DeepEqual(is.Cmd, &chat.CheckMembership{Server: club}) {
		t.Errorf("asked %+v", is)
	}
}

// Every act that rings at somebody else counts; load generators may go on.
func TestNobodyRingsAtOthersForEver(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.read.people = []store.Profile{{ID: zoe, Username: "zoe"}, {ID: eve, Username: "eve"}}
	acts := []struct{ method, args string }{
		{"friend.request", `{"user_id":"15"}`},
		{"friend.request", `{"username":"zoe"}`},
		{"invitation.send", `{"server_id":"1073741824","user_id":"15"}`},
		{"direct.create", `{"user_ids":["15"]}`},
		{"direct.add", `{"server_id":"1073741825","user_id":"15"}`},
	}
	for range 4 {
		for _, a := range acts {
			w.gets(bob, a.method, a.args)
		}
	}
	asked := len(w.asked)
	for _, a := range acts {
		_, err := w.calls(bob, a.method, a.args)
		var refusal *chat.Error
		if !errors.As(err, &refusal) || refusal.Kind != chat.RateLimited || refusal.RetryAfter != 30*time.Second {
			t.Errorf("%s: %v", a.method, err)
		}
	}
	if len(w.asked) != asked {
		t.Error("an actor was asked all the same")
	}
	w.gets(bob, "friend.cancel", `{"user_id":"15"}`)
	for range 40 {
		w.gets(ada, "friend.request", `{"user_id":"15"}`) // exempt
	}
}
