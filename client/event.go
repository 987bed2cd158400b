package client

import (
	"encoding/json"
	"time"

	"beep/chat"
	"beep/wire"
)

// Event is something a Client has to tell. The concrete types are those of this
// file; switch over them and ignore the rest.
type Event interface{ event() }

// Record is where an event stands in its log. Data is its payload as the server
// sent it.
type Record struct {
	Name   string // "message_sent" and the like
	Key    chat.Key
	Number uint64
	Time   int64 // Unix milliseconds
	By     chat.UserID
	Data   json.RawMessage
}

// Server is the server that the record belongs to, 0 in a user's log.
func (r *Record) Server() chat.ServerID {
	if r.Key.Kind == chat.KindUser {
		return 0
	}
	return chat.ServerID(r.Key.Tenant)
}

// Channel is the channel that the record belongs to, 0 in other logs.
func (r *Record) Channel() chat.ChannelID {
	if r.Key.Kind != chat.KindChannel {
		return 0
	}
	return chat.ChannelID(r.Key.ID)
}

// What stands in logs. Of one log, events come in the order of their numbers,
// without gaps and each once.
type (
	// Message was sent.
	Message struct {
		Record
		Message chat.Message
		Nonce   string
	}
	// Edited: a message has a new content; the edit's time is Record.Time.
	Edited struct {
		Record
		chat.MessageEdited
	}
	// Deleted: a message is gone.
	Deleted struct {
		Record
		chat.MessageDeleted
	}
	// ChannelCreated: a server has a new channel.
	ChannelCreated struct {
		Record
		Created chat.Channel
	}
	// MemberJoined a server.
	MemberJoined struct {
		Record
		chat.MemberJoined
	}
	// MemberLeft a server.
	MemberLeft struct {
		Record
		chat.MemberLeft
	}
	// ReadMoved: the user's read position in a channel, on all devices.
	ReadMoved struct {
		Record
		chat.ChannelRead
	}
	// Other is a record that needs no type of its own here, is of a newer
	// version, or cannot be read; its number counts all the same.
	Other struct{ Record }
)

// What is told beside the logs.
type (
	// Ready begins a session afresh: all of the state is new.
	Ready struct {
		User    User
		Servers []Server
	}
	// Resumed ends the catching up after a Disconnected.
	Resumed struct {
		Replayed int // records, as the server counts them
		Messages int // Message events missed while the connection was lost
	}
	// Disconnected: the connection is lost or could not be made. Err says how;
	// the next attempt comes after Retry.
	Disconnected struct {
		Err   error
		Retry time.Duration
	}
	// Resync: the gap in the log Key cannot be filled. Drop what you hold of it,
	// fetch anew, go on after Number.
	Resync struct {
		Key    chat.Key
		Number uint64
	}
	// ServerAvailable: the user is in this server; replaces what was known of it.
	ServerAvailable struct{ Server Server }
	// ServerGone: the server is no longer to be seen. Was is what the state knew of it.
	ServerGone struct {
		Server chat.ServerID
		Was    Server
	}
	// ViewChanged: what the user may see or do in a server has changed. The
	// state has it already.
	ViewChanged struct {
		Server chat.ServerID
		Show   []Channel
		Hide   []chat.ChannelID
		// Hidden are those of Hide that the state knew, as it knew them.
		Hidden []Channel
	}
	// MemberGone: a member was banned.
	MemberGone struct {
		Server chat.ServerID
		User   chat.UserID
	}
	// Notification: something the user wants to hear of. Kind is mention, direct,
	// message, friend_request or server_invitation.
	Notification struct {
		Kind    string
		Loud    bool
		Server  chat.ServerID
		Channel chat.ChannelID
		Number  uint64 // of the record that is the reason
		By      chat.UserID
		Message chat.MessageID
	}
	// Typing: somebody is typing; forget it after 8 s.
	Typing struct {
		Server  chat.ServerID
		Channel chat.ChannelID
		User    chat.UserID
	}
	// Presence: who has come or gone.
	Presence struct {
		Server  chat.ServerID
		Changes []PresenceChange
	}
	// Violation: the server broke the protocol. A record that came twice is
	// dropped; after a gap the Client reconnects and resumes to have it filled.
	Violation struct{ Err *ProtocolError }
)

// PresenceChange is one user's "online" or "offline".
type PresenceChange struct {
	UserID chat.UserID `json:"user_id"`
	Status string      `json:"status"`
}

func (Message) event()         {}
func (Edited) event()          {}
func (Deleted) event()         {}
func (ChannelCreated) event()  {}
func (MemberJoined) event()    {}
func (MemberLeft) event()      {}
func (ReadMoved) event()       {}
func (Other) event()           {}
func (Ready) event()           {}
func (Resumed) event()         {}
func (Disconnected) event()    {}
func (Resync) event()          {}
func (ServerAvailable) event() {}
func (ServerGone) event()      {}
func (ViewChanged) event()     {}
func (MemberGone) event()      {}
func (Notification) event()    {}
func (Typing) event()          {}
func (Presence) event()        {}
func (Violation) event()       {}

// RecordOf is the record that an event tells of; false for what is told beside
// the logs.
func RecordOf(e Event) (Record, bool) {
	switch e := e.(type) {
	case Message:
		return e.Record, true
	case Edited:
		return e.Record, true
	case Deleted:
		return e.Record, true
	case ChannelCreated:
		return e.Record, true
	case MemberJoined:
		return e.Record, true
	case MemberLeft:
		return e.Record, true
	case ReadMoved:
		return e.Record, true
	case Other:
		return e.Record, true
	}
	return Record{}, false
}

// Event reads what the record says; nil if this version cannot.
func (e Other) Event() chat.Event {
	event := kindOf(e.Name).New()
	if event == nil || json.Unmarshal(e.Data, event) != nil {
		return nil
	}
	return event
}

// eventOf reads the event frame f. What cannot be read becomes Other.
func eventOf(f *Frame) Event {
	r := Record{Name: f.Event, Key: f.Key(), Number: f.Number, Time: f.Time, By: f.By, Data: f.Data}
	e := typedEvent(r)
	if e == nil {
		return Other{r}
	}
	return e
}

func typedEvent(r Record) Event {
	switch r.Name {
	case chat.KindMessageSent.Name():
		var d chat.MessageSent
		if json.Unmarshal(r.Data, &d) == nil {
			rec := chat.Record{Number: r.Number, Time: r.Time, Author: r.By}
			return Message{r, chat.NewMessage(r.Channel(), rec, &d), d.Nonce}
		}
	case chat.KindMessageEdited.Name():
		e := Edited{Record: r}
		if json.Unmarshal(r.Data, &e.MessageEdited) == nil {
			return e
		}
	case chat.KindMessageDeleted.Name():
		e := Deleted{Record: r}
		if json.Unmarshal(r.Data, &e.MessageDeleted) == nil {
			return e
		}
	case chat.KindChannelCreated.Name():
		e := ChannelCreated{Record: r}
		if created, err := createdChannel(r.Data); err == nil {
			e.Created = created
			e.Created.ServerID, e.Created.CreatedAt = r.Server(), r.Time
			return e
		}
	case chat.KindMemberJoined.Name():
		e := MemberJoined{Record: r}
		if json.Unmarshal(r.Data, &e.MemberJoined) == nil {
			return e
		}
	case chat.KindMemberLeft.Name():
		e := MemberLeft{Record: r}
		if json.Unmarshal(r.Data, &e.MemberLeft) == nil {
			return e
		}
	case chat.KindChannelRead.Name():
		e := ReadMoved{Record: r}
		if json.Unmarshal(r.Data, &e.ChannelRead) == nil {
			return e
		}
	}
	return nil
}

// signalOf reads the frames that only pass through; nil for any other.
func signalOf(f *Frame) Event {
	switch f.Op {
	case wire.OpTyping:
		return Typing{Server: f.ServerID, Channel: f.ChannelID, User: f.By}
	case wire.OpPresence:
		p := Presence{Server: f.ServerID}
		if json.Unmarshal(f.Data, &p.Changes) != nil {
			return nil
		}
		return p
	case wire.OpNotification:
		return Notification{f.Kind, f.Loud, f.ServerID, f.ChannelID, f.Number, f.By, f.MessageID}
	}
	return nil
}

func createdChannel(data json.RawMessage) (chat.Channel, error) {
	var c Channel
	err := json.Unmarshal(data, &c)
	return c.Channel, err
}
