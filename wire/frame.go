package wire

import (
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"

	"beep/chat"
)

// Limits of what a gateway client may send; PROTOCOL.md names them.
const (
	MaxClientFrame = 64 << 10  // the longest request, 16,000 bytes of content, escaped
	MaxResumeFrame = 512 << 10 // positions of some 15,000 channels
	MaxFrameDepth  = 16        // no frame needs more than 4

	ProtocolVersion = 1
)

// The ops of frames.
const (
	OpHello      = "hello"
	OpIdentify   = "identify"
	OpResume     = "resume"
	OpReady      = "ready"
	OpResumed    = "resumed"
	OpHeartbeat  = "heartbeat"
	OpEvent      = "event"
	OpRequest    = "request"
	OpReply      = "reply"
	OpServer     = "server"
	OpServerGone = "server_gone"
	OpTyping     = "typing"
	OpPresence   = "presence"
	OpResync     = "resync"
	OpReconnect  = "reconnect"

	OpView         = "view"
	OpMemberGone   = "member_gone"
	OpNotification = "notification"
)

// UnreadableEvent, ErasedEvent and HiddenEvent are the names under which clients
// learn of a record that cannot be read, was erased, or is not for them, so that
// its number is not missing.
const (
	UnreadableEvent = "unreadable"
	HiddenEvent     = "hidden"
	ErasedEvent     = "erased"
)

// ClientFrame is any frame a client sends.
type ClientFrame struct {
	Op        string          `json:"op"`
	Token     string          `json:"token,omitempty"`
	Intents   []string        `json:"intents,omitempty"`
	Positions *Positions      `json:"positions,omitempty"`
	Ref       uint64          `json:"ref,omitempty"`
	Method    string          `json:"m,omitempty"`
	Data      json.RawMessage `json:"d,omitempty"`
}

// Positions is how far a client has come in each log it follows.
type Positions struct {
	User     uint64                    `json:"user"`
	Servers  map[chat.ServerID]uint64  `json:"servers,omitempty"`
	Channels map[chat.ChannelID]uint64 `json:"channels,omitempty"`
}

// DecodeClientFrame reads one frame. Errors are of kind Invalid or TooLarge.
// The frame's Data shares memory with b.
func DecodeClientFrame(b []byte) (ClientFrame, error) {
	const op = "read frame"
	if !utf8.Valid(b) {
		return ClientFrame{}, chat.Errorf(chat.Invalid, op, "not valid UTF-8")
	}
	if depth(b) > MaxFrameDepth {
		return ClientFrame{}, chat.Errorf(chat.TooLarge, op, "nested deeper than %d", MaxFrameDepth)
	}
	var f ClientFrame
	if err := json.Unmarshal(b, &f); err != nil {
		return ClientFrame{}, &chat.Error{Kind: chat.Invalid, Op: op, Message: "not a frame", Err: err}
	}
	return f, nil
}

// depth is how deeply b nests, if it is JSON at all.
func depth(b []byte) int {
	deepest, now, inString := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// AppendEvent appends the event frame of record r of entity key. Its payload
// goes out as the log holds it: one encoding serves every client.
func AppendEvent(dst []byte, key chat.Key, r *Record) []byte {
	dst = append(dst, `{"op":"event","e":"`...)
	switch {
	case r.Err == nil:
		dst = append(dst, r.Kind.Name()...)
	case errors.Is(r.Err, ErrErased):
		dst = append(dst, ErasedEvent...)
	default:
		dst = append(dst, UnreadableEvent...)
	}
	dst = append(dst, '"')
	dst = appendLog(dst, key)
	dst = append(dst, `,"n":`...)
	dst = strconv.AppendUint(dst, r.Number, 10)
	if r.Err != nil {
		return append(dst, '}')
	}
	dst = append(dst, `,"t":`...)
	dst = strconv.AppendInt(dst, r.Time, 10)
	if r.Author != 0 {
		dst = append(dst, `,"by":"`...)
		dst = strconv.AppendUint(dst, uint64(r.Author), 10)
		dst = append(dst, '"')
	}
	dst = append(dst, `,"d":`...)
	dst = append(dst, r.Payload...)
	return append(dst, '}')
}

// AppendHidden appends the event frame that stands for record number of key's log
// where a client must not learn what it says.
func AppendHidden(dst []byte, key chat.Key, number uint64) []byte {
	dst = append(dst, `{"op":"event","e":"`+HiddenEvent+`"`...)
	dst = appendLog(dst, key)
	dst = append(dst, `,"n":`...)
	dst = strconv.AppendUint(dst, number, 10)
	return append(dst, '}')
}

// appendLog names a log the way frames do: s and c, s, or u.
func appendLog(dst []byte, key chat.Key) []byte {
	name := `,"s":"`
	if key.Kind == chat.KindUser {
		name = `,"u":"`
	}
	dst = append(dst, name...)
	dst = strconv.AppendUint(dst, key.Tenant, 10)
	if key.Kind == chat.KindChannel {
		dst = append(dst, `","c":"`...)
		dst = strconv.AppendUint(dst, key.ID, 10)
	}
	return append(dst, '"')
}

// AppendResync appends the frame that says that the gap in key's log cannot be
// filled and that it goes on from number.
func AppendResync(dst []byte, key chat.Key, number uint64) []byte {
	dst = append(dst, `{"op":"resync"`...)
	dst = appendLog(dst, key)
	dst = append(dst, `,"n":`...)
	dst = strconv.AppendUint(dst, number, 10)
	return append(dst, '}')
}

// AppendReply appends the reply to request ref; data is JSON.
func AppendReply(dst []byte, ref uint64, data []byte) []byte {
	dst = append(dst, `{"op":"reply","ref":`...)
	dst = strconv.AppendUint(dst, ref, 10)
	dst = append(dst, `,"d":`...)
	dst = append(dst, data...)
	return append(dst, '}')
}

// AppendError appends the refusal of request ref. What is not a *chat.Error is
// "internal" to the client, and its text stays inside.
func AppendError(dst []byte, ref uint64, err error) []byte {
	dst = append(dst, `{"op":"reply","ref":`...)
	dst = strconv.AppendUint(dst, ref, 10)
	dst = append(dst, `,"error":`...)
	dst = append(dst, EncodeError(err)...)
	return append(dst, '}')
}

// ErrorBody is an error as clients see it.
type ErrorBody struct {
	Kind         string `json:"kind"`
	Message      string `json:"message"`
	RetryAfterMS int64  `json:"retry_after_ms,omitempty"`
}
