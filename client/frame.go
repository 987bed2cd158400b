package client

import (
	"bytes"
	"encoding/json"

	"beep/chat"
	"beep/wire"
)

// maxServerMessage bounds what a message from the server may take. The largest
// is a ready of 50 servers with 500 channels each: some 5 MiB.
const maxServerMessage = 16 << 20

// Frame is any frame a server sends; which fields have a meaning follows from Op.
type Frame struct {
	Op string `json:"op"`

	// event, typing, presence, resync, server_gone: whose log, and where in it.
	ServerID  chat.ServerID   `json:"s"`
	ChannelID chat.ChannelID  `json:"c"`
	UserID    chat.UserID     `json:"u"`
	Event     string          `json:"e"`
	Number    uint64          `json:"n"`
	Time      int64           `json:"t"` // Unix milliseconds
	By        chat.UserID     `json:"by"`
	Data      json.RawMessage `json:"d"`

	// reply
	Ref   uint64          `json:"ref"`
	Error *wire.ErrorBody `json:"error"`

	// hello, reconnect, resumed
	Protocol    int   `json:"protocol"`
	HeartbeatMS int64 `json:"heartbeat_ms"`
	AfterMS     int64 `json:"after_ms"`
	Replayed    int   `json:"replayed"`

	// ready, server
	Self    *Self    `json:"user"`
	Servers []Server `json:"servers"`
	Server  *Server  `json:"server"`

	// view, member_gone
	Whole       bool             `json:"whole"` // rights that are not named are as in the server
	Permissions []string         `json:"permissions"`
	Member      *Own             `json:"member"`
	Show        []Channel        `json:"show"`
	Hide        []chat.ChannelID `json:"hide"`
	Rights      []ChannelRights  `json:"rights"`
	Gone        chat.UserID      `json:"user_id"`

	// notification
	Kind      string         `json:"kind"`
	Loud      bool           `json:"loud"`
	MessageID chat.MessageID `json:"id"`
}

// Self is the signed-in user as ready tells it; Number is the position in the
// user's own log.
type Self struct {
	User
	Number        uint64          `json:"n"`
	Relations     []Relation      `json:"relations"`
	Invitations   []Invited       `json:"invitations"`
	Notifications json.RawMessage `json:"notifications"`
}

// Relation is how the user and another stand to each other.
type Relation struct {
	UserID   chat.UserID        `json:"user_id"`
	Username string             `json:"username"`
	State    chat.RelationState `json:"state"`
	Since    int64              `json:"since"` // Unix milliseconds
}

// Invited is an invitation into a server that waits for an answer.
type Invited = chat.ServerInvited

// Own is what a server knows of the user himself.
type Own struct {
	Nickname   string        `json:"nickname"`
	Roles      []chat.RoleID `json:"roles"`
	MutedUntil int64         `json:"muted_until"` // Unix milliseconds
}

// ChannelRights is what the user may do in a channel; nil: as in the server.
type ChannelRights struct {
	ID     chat.ChannelID `json:"id"`
	Rights []string       `json:"rights"`
}

// Server is a server the user is in, with the channels that the user may see.
type Server struct {
	ID          chat.ServerID    `json:"id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Visibility  chat.Visibility  `json:"visibility"`
	OwnerID     chat.UserID      `json:"owner_id"`
	Kind        string           `json:"kind"` // server, direct or group
	Picture     string           `json:"picture"`
	Banner      string           `json:"banner"`
	Version     uint64           `json:"version"`
	Number      uint64           `json:"n"` // position in the server's log
	Members     int              `json:"members"`
	Member      Own              `json:"member"`
	Permissions []string         `json:"permissions"`
	Roles       []chat.Role      `json:"roles"`
	Recipients  []chat.Recipient `json:"recipients"` // of a direct conversation
	Channels    []Channel        `json:"channels"`
}

// Direct reports whether the server is a direct conversation.
func (s *Server) Direct() bool { return s.Kind == "direct" || s.Kind == "group" }

// Channel is a channel with the user's position and read position in it.
type Channel struct {
	chat.Channel
	Number uint64 `json:"n"`
	Read   uint64 `json:"read"`
	// Rights are what the user may do in it; nil: as in the server.
	Rights []string `json:"rights"`
}

// UnmarshalJSON reads a channel; the server_id of a direct one is null.
func (c *Channel) UnmarshalJSON(b []byte) error {
	type plain chat.Channel // without the id, which may be null
	var in struct {
		plain
		ServerID *chat.ServerID `json:"server_id"`
		Number   uint64         `json:"n"`
		Read     uint64         `json:"read"`
		Rights   []string       `json:"rights"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*c = Channel{chat.Channel(in.plain), in.Number, in.Read, in.Rights}
	if in.ServerID != nil {
		c.ServerID = *in.ServerID
	}
	return nil
}

// Key names the log that the frame speaks of; the zero Key if none.
func (f *Frame) Key() chat.Key {
	switch {
	case f.UserID != 0:
		return chat.UserKey(f.UserID)
	case f.ChannelID != 0:
		return chat.ChannelKey(f.ServerID, f.ChannelID)
	case f.ServerID != 0:
		return chat.ServerKey(f.ServerID)
	}
	return chat.Key{}
}

// DecodeFrame reads one frame from the server. A frame whose op this version
// does not know is never an error, whatever is in it: clients ignore those.
func DecodeFrame(b []byte) (Frame, error) {
	var f Frame
	err := json.Unmarshal(b, &f)
	if err == nil && f.Op != "" {
		return f, nil
	}
	var head struct {
		Op string `json:"op"`
	}
	if herr := json.Unmarshal(b, &head); herr != nil || head.Op == "" {
		return Frame{}, &ProtocolError{Message: "not a frame", Err: herr}
	}
	if known(head.Op) {
		return Frame{}, &ProtocolError{Message: "bad frame " + head.Op, Err: err}
	}
	return Frame{Op: head.Op}, nil
}

func known(op string) bool {
	switch op {
	case wire.OpHello, wire.OpReady, wire.OpResumed, wire.OpHeartbeat, wire.OpEvent, wire.OpReply, wire.OpServer,
		wire.OpServerGone, wire.OpTyping, wire.OpPresence, wire.OpResync, wire.OpReconnect,
		wire.OpView, wire.OpMemberGone, wire.OpNotification:
		return true
	}
	return false
}

// splitFrames calls fn with each frame of a message. Empty lines are no frames.
func splitFrames(msg []byte, fn func([]byte) error) error {
	for len(msg) > 0 {
		frame := msg
		if i := bytes.IndexByte(msg, '\n'); i >= 0 {
			frame, msg = msg[:i], msg[i+1:]
		} else {
			msg = nil
		}
		if len(frame) == 0 {
			continue
		}
		if err := fn(frame); err != nil {
			return err
		}
	}
	return nil
}
