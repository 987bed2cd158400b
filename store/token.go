package store

import (
	"context"
	"database/sql"
	"errors"

	"beep/chat"
)

// Token is something whose bearer is the user. Only the hash of its secret is
// known here. Expiry is for the caller to judge: the store has no clock.
type Token struct {
	Hash      [32]byte
	UserID    chat.UserID // 0 for a claim, which has no account yet
	Kind      string      // session, api, validate or claim
	Label     string
	CreatedAt int64 // Unix milliseconds
	ExpiresAt int64 // Unix milliseconds, 0 for never
}

const (
	insertToken = `INSERT INTO tokens (hash, user_id, kind, label, created_at, expires_at)
SELECT ?, ?, ?, ?, ?, ? WHERE CAST(? AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM accounts WHERE id = ?)
ON CONFLICT (hash) DO NOTHING`
	selectToken = `SELECT t.user_id, t.kind, t.label, t.created_at, t.expires_at, ` + accountColumns +
		` FROM tokens t JOIN accounts a ON a.id = t.user_id WHERE t.hash = ?`
	deleteToken         = `DELETE FROM tokens WHERE hash = ?`
	deleteTokens        = `DELETE FROM tokens WHERE user_id = ? AND kind = ?`
	deleteExpiredTokens = `DELETE FROM tokens WHERE expires_at <> 0 AND expires_at <= ?`
	consumeToken        = `DELETE FROM tokens WHERE hash = ? AND kind = ? RETURNING user_id, label, created_at, expires_at`
	noSuchToken         = "there is no such token"
)

// CreateToken adds a token; NotFound if its user has no account, Conflict if
// its hash is there already.
func (s *Store) CreateToken(ctx context.Context, t Token) error {
	const op = "create token"
	user := int64(t.UserID)
	n, err := s.change(ctx, insertToken, t.Hash[:], user, t.Kind, t.Label, t.CreatedAt, t.ExpiresAt, user, user)
	if err != nil || n == 1 {
		return s.wrap(op, err)
	}
	if t.UserID != 0 {
		if _, err := s.AccountByID(ctx, t.UserID); err != nil {
			return err
		}
	}
	return chat.Errorf(chat.Conflict, op, "this token exists already")
}

// TokenByHash finds a token and whose it is, expired or not; or NotFound.
func (s *Store) TokenByHash(ctx context.Context, hash [32]byte) (Token, Account, error) {
	const op = "find token"
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	t, a := Token{Hash: hash}, Account{}
	err := scanAccount(s.read.queryRow(ctx, selectToken, hash[:]), &a,
		&t.UserID, &t.Kind, &t.Label, &t.CreatedAt, &t.ExpiresAt)
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, Account{}, chat.Errorf(chat.NotFound, op, noSuchToken)
	}
	return t, a, s.wrap(op, err)
}

// DeleteToken removes a token; one that is not there is no error.
func (s *Store) DeleteToken(ctx context.Context, hash [32]byte) error {
	_, err := s.change(ctx, deleteToken, hash[:])
	return s.wrap("delete token", err)
}

// DeleteTokens removes all tokens of a kind of a user.
func (s *Store) DeleteTokens(ctx context.Context, user chat.UserID, kind string) error {
	_, err := s.change(ctx, deleteTokens, int64(user), kind)
	return s.wrap("delete tokens", err)
}

// DeleteExpiredTokens removes all tokens that ended at or before now (Unix
// milliseconds). Somebody must call it now and then, or the table grows.
func (s *Store) DeleteExpiredTokens(ctx context.Context, now int64) error {
	_, err := s.change(ctx, deleteExpiredTokens, now)
	return s.wrap("delete expired tokens", err)
}

// ConsumeToken removes a token of the given kind and answers what it was; of
// several callers exactly one gets it and the others NotFound. An expired token
// is consumed too, and answered: look at ExpiresAt.
func (s *Store) ConsumeToken(ctx context.Context, hash [32]byte, kind string) (Token, error) {
	const op = "consume token"
	ctx, cancel := s.accounts.limit(ctx)
	defer cancel()
	release, err := s.take(ctx)
	if err != nil {
		return Token{}, s.wrap(op, err)
	}
	defer release()
	t := Token{Hash: hash, Kind: kind}
	err = s.accounts.queryRow(ctx, consumeToken, hash[:], kind).Scan(&t.UserID, &t.Label, &t.CreatedAt, &t.ExpiresAt)
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, chat.Errorf(chat.NotFound, op, noSuchToken)
	}
	return t, s.wrap(op, err)
}
