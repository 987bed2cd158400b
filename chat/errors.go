package chat

import (
	"errors"
	"fmt"
	"time"
)

// ErrorKind classifies a refusal. A kind means the same in Go, in a gateway
// frame, in HTTP and on NATS. Kinds are appended only.
type ErrorKind uint8

// The kinds of error.
const (
	Internal        ErrorKind = iota // our fault; the client learns nothing more
	Invalid                          // the request itself is wrong; repeating it is useless
	Unauthenticated                  // nobody, or not any more
	Forbidden                        // known, but not permitted
	NotFound                         // absent, or not to be seen by the caller
	Conflict                         // contradicts what is there
	Gone                             // was there, is not any more
	TooLarge                         // beyond a documented limit
	RateLimited                      // too many; RetryAfter says when
	Unavailable                      // cannot be answered now; try again
	Fenced                           // another owner has taken over; never leaves the cluster
	Stale                            // changed since the caller looked; look again
)

var errorKindNames = [...]string{
	"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict",
	"gone", "too_large", "rate_limited", "unavailable", "fenced", "stale",
}

func (k ErrorKind) String() string {
	if int(k) < len(errorKindNames) {
		return errorKindNames[k]
	}
	return errorKindNames[Internal]
}

// ParseErrorKind is the inverse of String; an unknown name is Internal.
func ParseErrorKind(s string) ErrorKind {
	for i, n := range errorKindNames {
		if n == s {
			return ErrorKind(i)
		}
	}
	return Internal
}

// Error is an error meant for the client. Every other error is "internal"
// outside and a log line inside.
type Error struct {
	Kind       ErrorKind
	Op         string // the act that failed, such as "send message"
	Message    string // for people: what is wrong and what would be right
	RetryAfter time.Duration
	Err        error // the cause, for the log; never shown to clients
}

func (e *Error) Error() string {
	s := e.Op + ": " + e.Message
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of kind k for the act op.
func Errorf(k ErrorKind, op, format string, args ...any) *Error {
	return &Error{Kind: k, Op: op, Message: fmt.Sprintf(format, args...)}
}

// KindOf is the kind of err; an error that is not a *Error is Internal.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of kind k.
func Is(err error, k ErrorKind) bool { return err != nil && KindOf(err) == k }
