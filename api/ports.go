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
	// Begin says what is known of a key, and keeps it for the caller if that is
	// Fresh; of two callers one gets it. operation and fingerprint tell the
	// request. A key whose holder never came back is Fresh again some time
	// after an operation can last.
	Begin(ctx context.Context, user chat.UserID, key, operation, fingerprint string) (Remembered, error)
	// Finish remembers the answer to the request that began with the key.
	Finish(ctx context.Context, user chat.UserID, key string, status int, body []byte) error
	// Forget makes the key Fresh again.
	Forget(ctx context.Context, user chat.UserID, key string) error
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
