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

	KindMessageSent    EventKind = 32
	KindMessageEdited  EventKind = 33
	KindMessageDeleted EventKind = 34

	KindUserRegistered    EventKind = 64
	KindServerJoinStarted EventKind = 65
	KindServerJoined      EventKind = 66
	KindServerJoinFailed  EventKind = 67
	KindServerLeft        EventKind = 68
	KindChannelRead       EventKind = 69
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
	{KindMessageSent, "message_sent", func() Event { return new(MessageSent) }},
	{KindMessageEdited, "message_edited", func() Event { return new(MessageEdited) }},
	{KindMessageDeleted, "message_deleted", func() Event { return new(MessageDeleted) }},
	{KindUserRegistered, "user_registered", func() Event { return new(UserRegistered) }},
	{KindServerJoinStarted, "server_join_started", func() Event { return new(ServerJoinStarted) }},
	{KindServerJoined, "server_joined", func() Event { return new(ServerJoined) }},
	{KindServerJoinFailed, "server_join_failed", func() Event { return new(ServerJoinFailed) }},
	{KindServerLeft, "server_left", func() Event { return new(ServerLeft) }},
	{KindChannelRead, "channel_read", func() Event { return new(ChannelRead) }},
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
	Event  Event
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
	// the records that were committed.
	Reply any
}
