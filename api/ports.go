package api

import (
	"context"
	"encoding/json"
	"io"

	"beep/auth"
	"beep/chat"
)

// Auth answers who is calling. *auth.Service is one.
type Auth interface {
	Register(ctx context.Context, r auth.Registration) (auth.Account, error)
	SignIn(ctx context.Context, login, password, label, remoteAddr string) (token string, account auth.Account, expires int64, err error)
	SignOut(ctx context.Context, token string) error
	Authenticate(ctx context.Context, token string) (chat.UserID, error)
	Account(ctx context.Context, user chat.UserID) (auth.Account, error)
	Validate(ctx context.Context, token string) error
	Claim(ctx context.Context, token string, r auth.Registration) (auth.Account, error)
}

// Requests answers the request methods of PROTOCOL.md. reply is called exactly
// once, on any goroutine; data is JSON.
type Requests interface {
	Call(ctx context.Context, who chat.UserID, method string, data json.RawMessage, reply func(data []byte, err error))
}

// Exporter writes all of a server, for its owner. Requests may be one; if they
// are not, exports are answered Unavailable. Nothing is written before the
// asker is known to be the owner.
type Exporter interface {
	Export(ctx context.Context, who chat.UserID, server chat.ServerID, w io.Writer) error
}

// Idempotency remembers the answers to requests that carry a key, for a day. Keys
// of different users have nothing to do with each other.
type Idempotency interface {
	// Begin says what is known of a request's key. If that is Fresh the caller
	// has the key; of several callers one gets it.
	Begin(ctx context.Context, r KeyedRequest) (Remembered, error)
	// Finish remembers the answer to a request that was Fresh.
	Finish(ctx context.Context, r KeyedRequest, status int, body []byte) error
	// Forget gives the key of a request that was Fresh back.
	Forget(ctx context.Context, r KeyedRequest) error
}

// KeyedRequest is a request that its caller may repeat, and one try of it.
type KeyedRequest struct {
	User        chat.UserID
	Key         string
	Operation   string
	Fingerprint [32]byte // of all that was asked for
	At          int64    // of this try; Unix milliseconds
	// Abandoned is the time up to which a try that was never answered counts as
	// given up: its node has died.
	Abandoned int64
}

// Standing is what is known of a key.
type Standing int

// The standings of a key.
const (
	Fresh     Standing = iota // it was not used, or was forgotten: the caller has it now
	UnderWay                  // the request that has it is not answered yet
	Answered                  // it was used for this request, and this was the answer
	Different                 // it was used for another request
)

// Remembered is a key's standing, and the answer of one that is Answered.
type Remembered struct {
	Standing Standing
	Status   int
	Body     []byte
}
