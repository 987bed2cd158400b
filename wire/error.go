package wire

import (
	"encoding/json"
	"errors"
	"time"

	"beep/chat"
)

// PublicError is what the outside may know of err: the one place where an
// error crosses the boundary. What is not a *chat.Error is "internal".
func PublicError(err error) ErrorBody {
	var e *chat.Error
	if !errors.As(err, &e) || e.Kind == chat.Internal {
		return ErrorBody{Kind: chat.Internal.String(), Message: "something went wrong here; it has been noted"}
	}
	if e.Kind == chat.Fenced {
		return ErrorBody{Kind: chat.Unavailable.String(), Message: e.Op + ": moved to another node, try again"}
	}
	return ErrorBody{Kind: e.Kind.String(), Message: e.Op + ": " + e.Message, RetryAfterMS: waitMillis(e.RetryAfter)}
}

// waitMillis rounds up: who is told to wait is never told to wait for nothing.
func waitMillis(d time.Duration) int64 { return (d + time.Millisecond - 1).Milliseconds() }

// EncodeError is PublicError as JSON.
func EncodeError(err error) []byte {
	b, merr := json.Marshal(PublicError(err))
	if merr != nil {
		return []byte(`{"kind":"internal","message":""}`)
	}
	return b
}
