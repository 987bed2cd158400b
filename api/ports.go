package api

import (
	"context"
	"encoding/json"

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
