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
}

// Self is the signed-in user as ready tells it; Number is the position in the
// user's own log.
type Self struct {
	User
	Number uint64 `json:"n"`
}

// Server is a server the user is in, with the channels that the user may see.
type Server struct {
	ID          chat.ServerID   `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Visibility  chat.Visibility `json:"visibility"`
	OwnerID     chat.UserID     `json:"owner_id"`
	Number      uint64          `json:"n"` // position in the server's log
	Members     int             `json:"members"`
	Permissions []string        `json:"permissions"`
	Channels    []Channel       `json:"channels"`
}

// Channel is a channel with the user's position and read position in it.
type Channel struct {
	chat.Channel
	Number uint64 `json:"n"`
	Read   uint64 `json:"read"`
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
		wire.OpServerGone, wire.OpTyping, wire.OpPresence, wire.OpResync, wire.OpReconnect:
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
