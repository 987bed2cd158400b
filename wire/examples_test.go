package wire_test

import "beep/chat"

// examples has one event of every kind with every field set that the kind had
// when its golden file was written. When a field is added to an event, its
// golden file stays as it is: tomorrow's code must read what today's wrote. What
// the new field does stands in addedExamples.
func examples() map[string]chat.Event {
	all := map[string]chat.Event{}
	for _, part := range []map[string]chat.Event{serverExamples(), memberExamples(), channelExamples(), userExamples()} {
		for name, e := range part {
			all[name] = e
		}
	}
	return all
}

// addedExamples are events with the fields that were added later, under the
// name of the kind, a dot and a number.
func addedExamples() map[string]chat.Event {
	return map[string]chat.Event{
		"server_created.2": &chat.ServerCreated{ID: 1, Kind: chat.DirectOfGroup, Name: "Garden", Description: "Plants",
			Visibility: chat.Private, OwnerID: 2, Everyone: 3, Picture: "21", Banner: "22"},
		"channel_created.2": &chat.ChannelCreated{ID: 4, ServerID: 1, Name: "roses", Type: chat.ThreadChannel, Position: 5, Topic: "red\nwhite",
			ParentID: 9, MessageID: 6, SlowMode: 10, Overrides: []chat.Override{override()}},
		"message_sent.2": &chat.MessageSent{ID: 6, ChannelID: 4, Type: chat.PinningMessage, Content: "<@3> look", Mentions: mentions(), ThreadID: 10,
			Reference: 7, Forwarded: &chat.Forwarded{SenderID: 3, Content: "there", CreatedAt: 1_600_000_000_000}, Poll: &chat.Poll{
				Question: "Which?", Options: []chat.PollOption{{Text: "a", Voters: []chat.UserID{2}}, {Text: "b"}}, Multiple: true,
				EndsAt: 1_800_000_000_000, Closed: true}},
		"message_edited.2": &chat.MessageEdited{ID: 6, Seq: 8, Content: "Hello", Mentions: mentions()},
		"server_join_started.2": &chat.ServerJoinStarted{ServerID: 1, Create: &chat.ServerPlan{
			Name: "Garden", Visibility: chat.Public, Picture: "21", Banner: "22", ChannelID: 4, ChannelName: "general",
			Group: []chat.Recipient{{UserID: 3, Username: "bob"}}}, Invitation: "k3y"},
		"server_join_started.3": &chat.ServerJoinStarted{ServerID: 1, Add: &chat.Recipient{UserID: 3, Username: "bob"}},
		"server_join_failed.2":  &chat.ServerJoinFailed{ServerID: 1, Add: 3},
		"server_left.2":         &chat.ServerLeft{ServerID: 1, Reason: "banned"},
	}
}

func override() chat.Override {
	return chat.Override{ID: 12, ChannelID: 4, RoleID: 12, Allow: chat.Rights(chat.SendMessages), Deny: chat.Rights(chat.AttachFiles | chat.Speak)}
}

func mentions() chat.Mentions {
	return chat.Mentions{Users: []chat.UserID{3}, Roles: []chat.RoleID{12}, Everyone: true}
}

func serverExamples() map[string]chat.Event {
	was := override()
	was.Allow = chat.Rights(chat.ViewChannels)
	settings := chat.ServerSettings{Name: "Garden", Description: "Plants", Visibility: chat.Private, Picture: "21", Banner: "22"}
	before := chat.ServerSettings{Name: "Field", Description: "Weeds", Visibility: chat.Public, Picture: "23", Banner: "24"}
	role := chat.RoleSettings{Name: "gardener", Color: 0x00ff7f, Permissions: chat.Rights(chat.ManageRoles | chat.SendMessages), Mentionable: true}
	oldRole := chat.RoleSettings{Name: "helper", Color: 0x112233, Permissions: chat.Rights(chat.SendMessages), Mentionable: true}
	channel := chat.ChannelSettings{Name: "roses", Topic: "red", ParentID: 9, Position: 5, SlowMode: 10, Archived: true}
	oldChannel := chat.ChannelSettings{Name: "tulips", Topic: "yellow", ParentID: 8, Position: 4, SlowMode: 5, Archived: true}
	return map[string]chat.Event{
		"server_created": &chat.ServerCreated{ID: 1, Name: "Garden", Description: "Plants & more", Visibility: chat.Public, OwnerID: 2,
			Everyone: 3},
		"server_updated":        &chat.ServerUpdated{ServerSettings: settings, Was: before},
		"server_deleted":        &chat.ServerDeleted{Name: "Garden"},
		"ownership_transferred": &chat.OwnershipTransferred{From: 2, To: 3},
		"channel_created":       &chat.ChannelCreated{ID: 4, ServerID: 1, Name: "general", Type: chat.TextChannel, Position: 5},
		"channel_updated":       &chat.ChannelUpdated{ID: 4, ChannelSettings: channel, Was: oldChannel},
		"channel_deleted":       &chat.ChannelDeleted{ID: 9, Name: "plants", With: []chat.ChannelID{4, 10}},
		"override_set":          &chat.OverrideSet{Override: override(), Was: &was},
		"override_removed": &chat.OverrideRemoved{Override: chat.Override{ID: 3, ChannelID: 4, MemberID: 3,
			Allow: chat.Rights(chat.SendMessages), Deny: chat.Rights(chat.Connect)}},
		"role_created":  &chat.RoleCreated{ID: 12, Position: 1, RoleSettings: role},
		"role_updated":  &chat.RoleUpdated{ID: 12, RoleSettings: role, Was: oldRole},
		"role_deleted":  &chat.RoleDeleted{ID: 12, Name: "gardener"},
		"roles_ordered": &chat.RolesOrdered{Order: []chat.RoleID{13, 12}, Was: []chat.RoleID{12, 13}},
	}
}

func memberExamples() map[string]chat.Event {
	return map[string]chat.Event{
		"member_joined":        &chat.MemberJoined{UserID: 2, Username: "ada"},
		"member_left":          &chat.MemberLeft{UserID: 2},
		"member_kicked":        &chat.MemberKicked{UserID: 3, Reason: "noise"},
		"member_banned":        &chat.MemberBanned{UserID: 3, Reason: "more noise"},
		"member_unbanned":      &chat.MemberUnbanned{UserID: 3},
		"member_muted":         &chat.MemberMuted{UserID: 3, Until: 1_700_000_060_000, Reason: "noise", Was: 1_700_000_030_000},
		"member_renamed":       &chat.MemberRenamed{UserID: 3, Nickname: "Bobby", Was: "Rob"},
		"member_roles_changed": &chat.MemberRolesChanged{UserID: 3, Added: []chat.RoleID{12}, Removed: []chat.RoleID{13}},
		"invitation_created":   &chat.InvitationCreated{Code: "k3y", UserID: 3, ExpiresAt: 1_700_003_600_000, MaxUses: 5},
		"invitation_revoked":   &chat.InvitationRevoked{Code: "k3y"},
		"invitation_used":      &chat.InvitationUsed{Code: "k3y", UserID: 3},
	}
}

func channelExamples() map[string]chat.Event {
	return map[string]chat.Event{
		"message_sent":      &chat.MessageSent{ID: 6, ChannelID: 4, Type: chat.PlainMessage, Content: "Hällo <\u2028>", ReplyTo: 7, Nonce: "n-1"},
		"message_edited":    &chat.MessageEdited{ID: 6, Seq: 8, Content: "Hello"},
		"message_deleted":   &chat.MessageDeleted{ID: 6, Seq: 8},
		"messages_purged":   &chat.MessagesPurged{UserID: 3, Seqs: []uint64{8, 9, 15}},
		"message_pinned":    &chat.MessagePinned{ID: 6, Seq: 8, Pinned: true},
		"reaction_added":    &chat.ReactionAdded{ID: 6, Seq: 8, Emoji: "🌻", UserID: 3},
		"reaction_removed":  &chat.ReactionRemoved{ID: 6, Seq: 8, Emoji: "🌻", UserID: 3},
		"poll_voted":        &chat.PollVoted{ID: 6, Seq: 8, UserID: 3, Options: []int{0, 2}},
		"poll_closed":       &chat.PollClosed{ID: 6, Seq: 8},
		"thread_attached":   &chat.ThreadAttached{ID: 6, Seq: 8, ThreadID: 10},
		"conference_joined": &chat.ConferenceJoined{UserID: 3},
		"conference_left":   &chat.ConferenceLeft{UserID: 3},
	}
}

func userExamples() map[string]chat.Event {
	return map[string]chat.Event{
		"user_registered":     &chat.UserRegistered{ID: 2, Username: "ada", FirstName: "Ada", LastName: "Lovelace"},
		"server_join_started": &chat.ServerJoinStarted{ServerID: 1, Create: &chat.ServerPlan{Name: "Garden", Description: "Plants", Visibility: chat.Private, ChannelID: 4, ChannelName: "general"}, Leave: true},
		"server_joined":       &chat.ServerJoined{ServerID: 1},
		"server_join_failed":  &chat.ServerJoinFailed{ServerID: 1},
		"server_left":         &chat.ServerLeft{ServerID: 1},
		"channel_read":        &chat.ChannelRead{ServerID: 1, ChannelID: 4, Seq: 8},
		"direct_joined":       &chat.DirectJoined{ServerID: 30, ChannelID: 31, UserID: 3},
		"direct_left":         &chat.DirectLeft{ServerID: 30},
		"relation_changed":    &chat.RelationChanged{UserID: 3, Username: "bob", State: chat.Friends, Was: chat.RequestSent, Version: 2},
		"pair_decided": &chat.PairDecided{UserID: 3, Pair: chat.Pair{Username: "bob", Requested: 2, Friends: true, ByKeeper: true, ByOther: true,
			DirectID: 30, ChannelID: 31, Step: "joining", Version: 2}},
		"server_invited": &chat.ServerInvited{ServerID: 1, Name: "Garden", By: 3, Username: "bob", Code: "k3y",
			ExpiresAt: 1_700_604_800_000},
		"server_invitation_ended": &chat.ServerInvitationEnded{ServerID: 1, Outcome: "refused"},
		"notification_level_set":  &chat.NotificationLevelSet{ServerID: 1, ChannelID: 4, Level: chat.NotifyMentions},
		"notifications_snoozed":   &chat.NotificationsSnoozed{Until: 1_700_003_600_000},
	}
}
