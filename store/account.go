package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"beep/chat"
)

// Account is who may sign in. Its e-mail and hash stand nowhere else.
type Account struct {
	ID           chat.UserID
	Username     string
	Email        string // "" for none
	FirstName    string
	LastName     string
	PasswordHash string
	Validated    bool
	Role         string // user, user_moderator, server_moderator or administrator
	Registered   bool   // the user's log was begun
	CreatedAt    int64  // Unix milliseconds
}

const (
	insertAccount = `INSERT INTO accounts (id, username, email, email_key, first_name, last_name, password_hash, validated, role, registered, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	// selectAccountTaken says which of the three unique things is taken.
	selectAccountTaken = `SELECT username = ?, email_key = ? AND email_key <> '' FROM accounts WHERE username = ? OR email_key = ? AND email_key <> '' OR id = ?`

	accountColumns           = `a.id, a.username, a.email, a.first_name, a.last_name, a.password_hash, a.validated, a.role, a.registered, a.created_at`
	selectAccountByID        = `SELECT ` + accountColumns + ` FROM accounts a WHERE a.id = ?`
	selectAccountByName      = `SELECT ` + accountColumns + ` FROM accounts a WHERE a.username = ?`
	selectAccountByEmail     = `SELECT ` + accountColumns + ` FROM accounts a WHERE a.email_key = ?`
	selectUnregistered       = `SELECT ` + accountColumns + ` FROM accounts a WHERE NOT a.registered ORDER BY a.id LIMIT 1000`
	updateAccountValidated   = `UPDATE accounts SET validated = TRUE WHERE id = ?`
	updateAccountPassword    = `UPDATE accounts SET password_hash = ? WHERE id = ?`
	updateAccountRegistered  = `UPDATE accounts SET registered = TRUE WHERE id = ?`
	countAccounts            = `SELECT COUNT(*) FROM accounts`
	noSuchAccount            = "there is no such account"
	usernameTaken, mailTaken = "this username is taken", "this e-mail is taken"
)

// CreateAccount adds an account. It is Conflict if the username, or the e-mail
// in any case, belongs to another one; the message names which.
func (s *Store) CreateAccount(ctx context.Context, a Account) error {
	const op = "create account"
	key := emailKey(a.Email)
	n, err := s.change(ctx, insertAccount, int64(a.ID), a.Username, a.Email, key, a.FirstName, a.LastName,
		a.PasswordHash, a.Validated, a.Role, a.Registered, a.CreatedAt)
	if err != nil || n == 1 {
		return s.wrap(op, err)
	}
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	conflict := "this account exists already"
	err = s.read.query(ctx, func(rows *sql.Rows) error {
		var name, mail bool
		err := rows.Scan(&name, &mail)
		if name {
			conflict = usernameTaken
		} else if mail && conflict != usernameTaken {
			conflict = mailTaken
		}
		return err
	}, selectAccountTaken, a.Username, key, a.Username, key, int64(a.ID))
	if err != nil {
		return s.wrap(op, err)
	}
	return chat.Errorf(chat.Conflict, op, "%s", conflict)
}

// AccountByID finds an account, or NotFound.
func (s *Store) AccountByID(ctx context.Context, id chat.UserID) (Account, error) {
	return s.account(ctx, "find account", selectAccountByID, int64(id))
}

// AccountByLogin finds the account of a username or an e-mail, or NotFound. What
// has an @ is an e-mail, which no username has.
func (s *Store) AccountByLogin(ctx context.Context, usernameOrEmail string) (Account, error) {
	const op = "find account"
	if !storable(usernameOrEmail) {
		return Account{}, chat.Errorf(chat.NotFound, op, noSuchAccount)
	}
	if strings.Contains(usernameOrEmail, "@") {
		return s.account(ctx, op, selectAccountByEmail, emailKey(usernameOrEmail))
	}
	return s.account(ctx, op, selectAccountByName, strings.ToLower(usernameOrEmail))
}

// SetValidated notes that the account's e-mail was confirmed, or NotFound.
func (s *Store) SetValidated(ctx context.Context, id chat.UserID) error {
	return s.changeAccount(ctx, "validate account", updateAccountValidated, int64(id))
}

// SetPasswordHash replaces the account's hash, or NotFound.
func (s *Store) SetPasswordHash(ctx context.Context, id chat.UserID, hash string) error {
	return s.changeAccount(ctx, "set password", updateAccountPassword, hash, int64(id))
}

// SetRegistered notes that the user's log was begun, or NotFound.
func (s *Store) SetRegistered(ctx context.Context, id chat.UserID) error {
	return s.changeAccount(ctx, "register account", updateAccountRegistered, int64(id))
}

// Unregistered lists accounts whose log was not begun: a crash came between
// SQL and log. At most 1,000, the oldest first.
func (s *Store) Unregistered(ctx context.Context) ([]Account, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	var list []Account
	err := s.read.query(ctx, func(rows *sql.Rows) error {
		var a Account
		err := scanAccount(rows, &a)
		list = append(list, a)
		return err
	}, selectUnregistered)
	return list, s.wrap("list unregistered accounts", err)
}

// CountAccounts is the number of accounts.
func (s *Store) CountAccounts(ctx context.Context) (int, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	var n int
	err := s.read.queryRow(ctx, countAccounts).Scan(&n)
	return n, s.wrap("count accounts", err)
}

// change runs one statement on accounts or tokens; it is durable on return.
func (s *Store) change(ctx context.Context, query string, args ...any) (rows int64, err error) {
	ctx, cancel := s.accounts.limit(ctx)
	defer cancel()
	release, err := s.take(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	return s.accounts.exec(ctx, query, args...)
}

func (s *Store) changeAccount(ctx context.Context, op, query string, args ...any) error {
	n, err := s.change(ctx, query, args...)
	if err == nil && n == 0 {
		return chat.Errorf(chat.NotFound, op, noSuchAccount)
	}
	return s.wrap(op, err)
}

func (s *Store) account(ctx context.Context, op, query string, arg any) (Account, error) {
	ctx, cancel := s.read.limit(ctx)
	defer cancel()
	var a Account
	err := scanAccount(s.read.queryRow(ctx, query, arg), &a)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, chat.Errorf(chat.NotFound, op, noSuchAccount)
	}
	return a, s.wrap(op, err)
}

// scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

func scanAccount(r scanner, a *Account, before ...any) error {
	return r.Scan(append(before, &a.ID, &a.Username, &a.Email, &a.FirstName, &a.LastName, &a.PasswordHash,
		&a.Validated, &a.Role, &a.Registered, &a.CreatedAt)...)
}

func emailKey(email string) string { return strings.ToLower(email) }
