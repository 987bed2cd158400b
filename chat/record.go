package chat

// EventKind is the number of an event in the log. Numbers are for ever: new
// kinds are appended, none is renumbered, and fields are added, never changed.
type EventKind uint16

// The kinds of event, by the log they stand in.
const (
	KindServerCreated  EventKind = 1
	KindChannelCreated EventKind = 2
	KindMemberJoined   EventKind = 3
	KindMemberLeft     EventKind = 4

	KindServerUpdated        EventKind = 5
	KindServerDeleted        EventKind = 6
	KindOwnershipTransferred EventKind = 7
	KindChannelUpdated       EventKind = 8
	KindChannelDeleted       EventKind = 9
	KindOverrideSet          EventKind = 10
	KindOverrideRemoved      EventKind = 11
	KindRoleCreated          EventKind = 12
	KindRoleUpdated          EventKind = 13
	KindRoleDeleted          EventKind = 14
	KindRolesOrdered         EventKind = 15
	KindMemberKicked         EventKind = 16
	KindMemberBanned         EventKind = 17
	KindMemberUnbanned       EventKind = 18
	KindMemberMuted          EventKind = 19
	KindMemberRenamed        EventKind = 20
	KindMemberRolesChanged   EventKind = 21
	KindInvitationCreated    EventKind = 22
	KindInvitationRevoked    EventKind = 23
	KindInvitationUsed       EventKind = 24

	KindMessageSent      EventKind = 32
	KindMessageEdited    EventKind = 33
	KindMessageDeleted   EventKind = 34
	KindMessagesPurged   EventKind = 35
	KindMessagePinned    EventKind = 36
	KindReactionAdded    EventKind = 37
	KindReactionRemoved  EventKind = 38
	KindPollVoted        EventKind = 39
	KindPollClosed       EventKind = 40
	KindThreadAttached   EventKind = 41
	KindConferenceJoined EventKind = 42
	KindConferenceLeft   EventKind = 43

	KindUserRegistered    EventKind = 64
	KindServerJoinStarted EventKind = 65
	KindServerJoined      EventKind = 66
	KindServerJoinFailed  EventKind = 67
	KindServerLeft        EventKind = 68
	KindChannelRead       EventKind = 69

	KindDirectJoined          EventKind = 70
	KindDirectLeft            EventKind = 71
	KindRelationChanged       EventKind = 72
	KindPairDecided           EventKind = 73
	KindServerInvited         EventKind = 74
	KindServerInvitationEnded EventKind = 75
	KindNotificationLevelSet  EventKind = 76
	KindNotificationsSnoozed  EventKind = 77
)

// EventKinds lists every kind with its name on the wire and a maker of its
// empty event. The golden files are one per row.
var eventKinds = []struct {
	Kind EventKind
	Name string
	New  func() Event
}{
	{KindServerCreated, "server_created", func() Event { return new(ServerCreated) }},
	{KindChannelCreated, "channel_created", func() Event { return new(ChannelCreated) }},
	{KindMemberJoined, "member_joined", func() Event { return new(MemberJoined) }},
	{KindMemberLeft, "member_left", func() Event { return new(MemberLeft) }},
	{KindServerUpdated, "server_updated", func() Event { return new(ServerUpdated) }},
	{KindServerDeleted, "server_deleted", func() Event { return new(ServerDeleted) }},
	{KindOwnershipTransferred, "ownership_transferred", func() Event { return new(OwnershipTransferred) }},
	{KindChannelUpdated, "channel_updated", func() Event { return new(ChannelUpdated) }},
	{KindChannelDeleted, "channel_deleted", func() Event { return new(ChannelDeleted) }},
	{KindOverrideSet, "override_set", func() Event { return new(OverrideSet) }},
	{KindOverrideRemoved, "override_removed", func() Event { return new(OverrideRemoved) }},
	{KindRoleCreated, "role_created", func() Event { return new(RoleCreated) }},
	{KindRoleUpdated, "role_updated", func() Event { return new(RoleUpdated) }},
	{KindRoleDeleted, "role_deleted", func() Event { return new(RoleDeleted) }},
	{KindRolesOrdered, "roles_ordered", func() Event { return new(RolesOrdered) }},
	{KindMemberKicked, "member_kicked", func() Event { return new(MemberKicked) }},
	{KindMemberBanned, "member_banned", func() Event { return new(MemberBanned) }},
	{KindMemberUnbanned, "member_unbanned", func() Event { return new(MemberUnbanned) }},
	{KindMemberMuted, "member_muted", func() Event { return new(MemberMuted) }},
	{KindMemberRenamed, "member_renamed", func() Event { return new(MemberRenamed) }},
	{KindMemberRolesChanged, "member_roles_changed", func() Event { return new(MemberRolesChanged) }},
	{KindInvitationCreated, "invitation_created", func() Event { return new(InvitationCreated) }},
	{KindInvitationRevoked, "invitation_revoked", func() Event { return new(InvitationRevoked) }},
	{KindInvitationUsed, "invitation_used", func() Event { return new(InvitationUsed) }},
	{KindMessageSent, "message_sent", func() Event { return new(MessageSent) }},
	{KindMessageEdited, "message_edited", func() Event { return new(MessageEdited) }},
	{KindMessageDeleted, "message_deleted", func() Event { return new(MessageDeleted) }},
	{KindMessagesPurged, "messages_purged", func() Event { return new(MessagesPurged) }},
	{KindMessagePinned, "message_pinned", func() Event { return new(MessagePinned) }},
	{KindReactionAdded, "reaction_added", func() Event { return new(ReactionAdded) }},
	{KindReactionRemoved, "reaction_removed", func() Event { return new(ReactionRemoved) }},
	{KindPollVoted, "poll_voted", func() Event { return new(PollVoted) }},
	{KindPollClosed, "poll_closed", func() Event { return new(PollClosed) }},
	{KindThreadAttached, "thread_attached", func() Event { return new(ThreadAttached) }},
	{KindConferenceJoined, "conference_joined", func() Event { return new(ConferenceJoined) }},
	{KindConferenceLeft, "conference_left", func() Event { return new(ConferenceLeft) }},
	{KindUserRegistered, "user_registered", func() Event { return new(UserRegistered) }},
	{KindServerJoinStarted, "server_join_started", func() Event { return new(ServerJoinStarted) }},
	{KindServerJoined, "server_joined", func() Event { return new(ServerJoined) }},
	{KindServerJoinFailed, "server_join_failed", func() Event { return new(ServerJoinFailed) }},
	{KindServerLeft, "server_left", func() Event { return new(ServerLeft) }},
	{KindChannelRead, "channel_read", func() Event { return new(ChannelRead) }},
	{KindDirectJoined, "direct_joined", func() Event { return new(DirectJoined) }},
	{KindDirectLeft, "direct_left", func() Event { return new(DirectLeft) }},
	{KindRelationChanged, "relation_changed", func() Event { return new(RelationChanged) }},
	{KindPairDecided, "pair_decided", func() Event { return new(PairDecided) }},
	{KindServerInvited, "server_invited", func() Event { return new(ServerInvited) }},
	{KindServerInvitationEnded, "server_invitation_ended", func() Event { return new(ServerInvitationEnded) }},
	{KindNotificationLevelSet, "notification_level_set", func() Event { return new(NotificationLevelSet) }},
	{KindNotificationsSnoozed, "notifications_snoozed", func() Event { return new(NotificationsSnoozed) }},
}

// EventKinds lists every kind there is, in the order of their numbers.
func EventKinds() []EventKind {
	ks := make([]EventKind, len(eventKinds))
	for i, k := range eventKinds {
		ks[i] = k.Kind
	}
	return ks
}

// Name is the kind's name on the wire, "" for a kind this version does not know.
func (k EventKind) Name() string {
	for i := range eventKinds {
		if eventKinds[i].Kind == k {
			return eventKinds[i].Name
		}
	}
	return ""
}

// New makes an empty event of the kind, nil for a kind this version does not know.
func (k EventKind) New() Event {
	for i := range eventKinds {
		if eventKinds[i].Kind == k {
			return eventKinds[i].New()
		}
	}
	return nil
}

// Event is something that has happened. Events are pointers to structs whose
// JSON form is what the log stores and what clients receive, byte for byte.
// Nobody changes an event once it is made.
type Event interface {
	EventKind() EventKind
}

// Record is an event with its place: the Number-th of its entity, at Time (Unix
// milliseconds), done by Author (0: the system). Numbers are dense from 1.
type Record struct {
	Number uint64
	Time   int64
	Author UserID
	Nonce  string
	// ServerNumber is, in a channel's log, the number of the server's record up
	// to which the author's rights were known when this was decided; 0 elsewhere.
	ServerNumber uint64
	Event        Event
}

// Command asks an actor to do something. Who asks is part of the command.
type Command interface {
	// CommandName is the act, such as "send message": the Op of its errors.
	CommandName() string
}

// Decision is what a rule answers when it does not refuse.
type Decision struct {
	// Events to append, in order; none for a command that finds its work done.
	Events []Event
	// Author and Nonce stand in each of the records.
	Author UserID
	Nonce  string
	// Reply is the answer when there are no events. With events the answer is
	// the records that were committed. An *Error among them is a refusal, told when
	// what it leads to all the same is durable and sent.
	Reply any
	// ServerNumber stands in each of the records; see Record.
	ServerNumber uint64
	// Then are commands for other actors, sent once the events are durable (at
	// once if there are none).
	Then []Tell
}

// Tell is a command that follows from a decision. Whoever decides twice tells
// twice, so the command must be one that finds its work done.
type Tell struct {
	To      Key
	Command Command
	// Wait: the caller is answered when the command is, and with its refusal if
	// it is refused. Otherwise nobody waits, and a failure is left to whoever
	// mends such things later.
	Wait bool
}
