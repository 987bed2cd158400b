package auth

import (
	"context"

	"beep/chat"
	"beep/store"
)

// Account and Token are what is stored.
type (
	Account = store.Account
	Token   = store.Token
)

// The kinds of token.
const (
	KindSession  = "session"
	KindAPI      = "api"
	KindValidate = "validate"
	KindClaim    = "claim"
)

// The roles of an account in this version.
const (
	RoleUser          = "user"
	RoleAdministrator = "administrator"
)

// Store is where accounts and tokens lie. Refusals are *chat.Error; a database
// that is away is chat.Unavailable.
type Store interface {
	// CreateAccount is Conflict if username or e-mail is taken; the message
	// has the word "username" or "e-mail", whichever it is.
	CreateAccount(ctx context.Context, a Account) error
	AccountByID(ctx context.Context, id chat.UserID) (Account, error)
	AccountByLogin(ctx context.Context, usernameOrEmail string) (Account, error)
	SetValidated(ctx context.Context, id chat.UserID) error
	SetPasswordHash(ctx context.Context, id chat.UserID, hash string) error
	SetRegistered(ctx context.Context, id chat.UserID) error
	Unregistered(ctx context.Context) ([]Account, error)
	CountAccounts(ctx context.Context) (int, error)

	// CreateToken stores a token; one of kind claim has no user.
	CreateToken(ctx context.Context, t Token) error
	TokenByHash(ctx context.Context, hash [32]byte) (Token, Account, error)
	DeleteToken(ctx context.Context, hash [32]byte) error
	DeleteTokens(ctx context.Context, user chat.UserID, kind string) error
	DeleteExpiredTokens(ctx context.Context, now int64) error
	// ConsumeToken removes a token and answers it, expired or not; of several
	// callers one gets it and the others NotFound.
	ConsumeToken(ctx context.Context, hash [32]byte, kind string) (Token, error)
}
