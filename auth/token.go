package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"beep/chat"
)

const (
	tokenPrefix = "beep_" // lets secret scanners recognise what somebody published
	tokenBytes  = 32
	tokenLen    = len(tokenPrefix) + 43

	// sessionLife is fixed, not sliding: authenticating then never writes, and
	// a stolen token ends by itself.
	sessionLife = 30 * 24 * time.Hour
	// validateLife is two days: mail may be read tomorrow.
	validateLife = 48 * time.Hour
	// claimLife is short: the link makes an administrator. `beep owner link`
	// gives another.
	claimLife = 24 * time.Hour

	maxLabel = 100 // characters of what a token is called by its owner
)

// HashToken is what is stored of a token, and what Revoked is told.
func HashToken(token string) [32]byte { return sha256.Sum256([]byte(token)) }

func newToken() string {
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(randomBytes(tokenBytes))
}

// wellFormed refuses what cannot be a token before anybody looks for it.
func wellFormed(token string) bool {
	if len(token) != tokenLen || !strings.HasPrefix(token, tokenPrefix) {
		return false
	}
	for i := len(tokenPrefix); i < len(token); i++ {
		c := token[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// IssueToken makes a token of kind session or api for a user; `beep token
// create` and the like. A session ends after 30 days, an api token never.
func (s *Service) IssueToken(ctx context.Context, user chat.UserID, label, kind string) (string, error) {
	const op = "issue token"
	if kind != KindSession && kind != KindAPI {
		return "", chat.Errorf(chat.Invalid, op, "kind is %q or %q", KindSession, KindAPI)
	}
	if err := chat.ValidateLine(op, "label", label, maxLabel); err != nil {
		return "", err
	}
	account, err := s.accounts.AccountByID(ctx, user)
	if err != nil {
		return "", err
	}
	if err := s.ensureBegun(ctx, account); err != nil {
		return "", err
	}
	life := sessionLife
	if kind == KindAPI {
		life = 0
	}
	token, _, err := s.store(ctx, user, kind, label, life)
	return token, err
}

// store makes and stores a token; a life of 0 is for ever.
func (s *Service) store(ctx context.Context, user chat.UserID, kind, label string, life time.Duration) (token string, expires int64, err error) {
	token = newToken()
	now := s.nowMilli()
	if life > 0 {
		expires = now + life.Milliseconds()
	}
	err = s.accounts.CreateToken(ctx, Token{
		Hash: HashToken(token), UserID: user, Kind: kind, Label: label, CreatedAt: now, ExpiresAt: expires,
	})
	if err != nil {
		return "", 0, err
	}
	return token, expires, nil
}

// Authenticate answers whose token this is.
//
//  1. Checked less than a minute ago: from memory.
//  2. Otherwise the database is asked; the token must be a session or api
//     token that has not ended, and its account validated.
//  3. The database is away: from memory, if it was checked within 24 hours;
//     otherwise Unavailable.
//
// A revocation on this node holds at once; one on another node after at most a
// minute, unless Forget is called.
func (s *Service) Authenticate(ctx context.Context, token string) (chat.UserID, error) {
	const op = "authenticate"
	refused := chat.Errorf(chat.Unauthenticated, op, "the token is unknown, expired or revoked")
	if !wellFormed(token) {
		return 0, refused
	}
	hash, now := HashToken(token), s.nowMilli()
	known, found, epoch := s.cache.get(hash)
	found = found && !known.ended(now)
	if found && known.within(freshFor, now) {
		return known.user, nil
	}
	lookup, cancel := context.WithTimeout(ctx, lookupWait)
	defer cancel()
	t, account, err := s.accounts.TokenByHash(lookup, hash)
	switch {
	case chat.Is(err, chat.NotFound):
		s.cache.drop(hash)
		return 0, refused
	case err != nil:
		if found && known.within(staleFor, now) && ctx.Err() == nil {
			return known.user, nil
		}
		return 0, &chat.Error{Kind: chat.Unavailable, Op: op, Message: "tokens cannot be checked now, try again", Err: err}
	}
	e := cachedToken{user: t.UserID, expires: t.ExpiresAt, checked: now}
	if t.Kind != KindSession && t.Kind != KindAPI || e.ended(now) {
		s.cache.drop(hash)
		return 0, refused
	}
	if !account.Validated {
		s.cache.drop(hash)
		return 0, chat.Errorf(chat.Unauthenticated, op, notValidated)
	}
	s.cache.put(hash, e, epoch)
	return t.UserID, nil
}

// SignOut voids one token and has its sockets closed. Unlike Authenticate it
// asks the database in any case, which must be there to forget the token.
func (s *Service) SignOut(ctx context.Context, token string) error {
	const op = "sign out"
	refused := chat.Errorf(chat.Unauthenticated, op, "the token is unknown, expired or revoked")
	if !wellFormed(token) {
		return refused
	}
	hash := HashToken(token)
	t, _, err := s.accounts.TokenByHash(ctx, hash)
	if chat.Is(err, chat.NotFound) || err == nil && t.Kind != KindSession && t.Kind != KindAPI {
		return refused
	}
	if err != nil {
		return err
	}
	if err := s.accounts.DeleteToken(ctx, hash); err != nil {
		return err
	}
	s.Forget(t.UserID, hash)
	s.revoked(t.UserID, hash)
	return nil
}

// SignOutAll voids every session and api token of a user and has all of his
// sockets closed.
func (s *Service) SignOutAll(ctx context.Context, user chat.UserID) error {
	for _, kind := range []string{KindSession, KindAPI} {
		if err := s.accounts.DeleteTokens(ctx, user, kind); err != nil {
			return err
		}
	}
	s.Forget(user, [32]byte{})
	s.revoked(user, [32]byte{})
	return nil
}

// Forget drops a token, or with a zero hash all tokens of the user, from
// memory, without voiding them: for what was revoked on another node.
func (s *Service) Forget(user chat.UserID, token [32]byte) {
	if token == ([32]byte{}) {
		s.cache.forgetUser(user)
		return
	}
	s.cache.forget(token)
}
