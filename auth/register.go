package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"beep/chat"
)

// Register makes an account that is not validated, and shows the operator the
// link that validates it.
//
// A username that is taken is a Conflict. An e-mail that is taken is not: the
// answer, the work and the account that can be seen are those of any other
// registration (the package's documentation says why), but the account has no
// e-mail and nobody gets a link for it.
//
// Once the account is stored, the registration holds: if the user's log cannot
// be begun now, Mend or the first sign-in does it.
func (s *Service) Register(ctx context.Context, r Registration) (Account, error) {
	const op = "register"
	if err := r.check(op, false); err != nil {
		return Account{}, err
	}
	if r.RemoteAddr != "" {
		counters := []counter{{s.registrations, addressKey(r.RemoteAddr)}}
		if err := takeAll(op, s.now(), counters); err != nil {
			return Account{}, err
		}
	}
	account, err := s.newAccount(ctx, r, false, RoleUser)
	if err != nil {
		return Account{}, err
	}
	shown := account
	err = s.accounts.CreateAccount(ctx, account)
	if isEmailTaken(err) {
		account.Email = ""
		err = s.accounts.CreateAccount(ctx, account)
	}
	if err != nil {
		return Account{}, conflictOf(op, err)
	}
	if err := s.ensureBegun(ctx, account); err != nil {
		s.logger.Warn("a user's log was not begun, it will be at the next start", "user", account.ID, "err", err)
	}
	s.sendValidation(ctx, account)
	shown.Registered = true
	return shown, nil
}

// CreateUser makes an account for the operator's command line: any role,
// validated or not, and every conflict is told. A validated account may have no
// e-mail, and no password: then it signs in by tokens that are issued to it.
func (s *Service) CreateUser(ctx context.Context, r Registration, validated bool, role string) (Account, error) {
	const op = "create user"
	if role != RoleUser && role != RoleAdministrator {
		return Account{}, chat.Errorf(chat.Invalid, op, "role is %q or %q", RoleUser, RoleAdministrator)
	}
	if err := r.check(op, validated); err != nil {
		return Account{}, err
	}
	account, err := s.newAccount(ctx, r, validated, role)
	if err != nil {
		return Account{}, err
	}
	if err := s.accounts.CreateAccount(ctx, account); err != nil {
		return Account{}, conflictOf(op, err)
	}
	if err := s.ensureBegun(ctx, account); err != nil {
		return Account{}, err
	}
	if !validated {
		s.sendValidation(ctx, account)
	}
	account.Registered = true
	return account, nil
}

// Mend begins the logs of accounts that have none, because a crash or an outage
// came in between. It goes through all of them and answers the first error.
func (s *Service) Mend(ctx context.Context) error {
	s.sweep(ctx)
	for {
		list, err := s.accounts.Unregistered(ctx)
		if err != nil {
			return fmt.Errorf("mend accounts: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		for _, account := range list {
			if err := s.ensureBegun(ctx, account); err != nil {
				// The next of the list would be the same ones again.
				return fmt.Errorf("mend accounts: user %s: %w", account.ID, err)
			}
		}
		s.logger.Info("logs of users were begun late", "users", len(list))
	}
}

// newAccount is the account of a checked registration, hashed and numbered.
func (s *Service) newAccount(ctx context.Context, r Registration, validated bool, role string) (Account, error) {
	hash := ""
	if r.Password != "" {
		var err error
		if hash, err = s.hasher.hash(ctx, r.Password); err != nil {
			return Account{}, err
		}
	}
	return Account{
		ID: chat.UserID(s.newID()), Username: r.Username, Email: r.Email, FirstName: r.FirstName, LastName: r.LastName,
		PasswordHash: hash, Validated: validated, Role: role, CreatedAt: s.nowMilli(),
	}, nil
}

// ensureBegun begins the user's log, unless the account says that it is.
func (s *Service) ensureBegun(ctx context.Context, a Account) error {
	if a.Registered {
		return nil
	}
	err := s.begin(ctx, chat.RegisterUser{ID: a.ID, Username: a.Username, FirstName: a.FirstName, LastName: a.LastName})
	if err != nil {
		return err
	}
	return s.accounts.SetRegistered(ctx, a.ID)
}

func isEmailTaken(err error) bool {
	var e *chat.Error
	return errors.As(err, &e) && e.Kind == chat.Conflict && strings.Contains(e.Message, "e-mail")
}

// conflictOf says a conflict in the words of the act; other errors pass.
func conflictOf(op string, err error) error {
	var e *chat.Error
	if errors.As(err, &e) && e.Kind == chat.Conflict {
		return chat.Errorf(chat.Conflict, op, "%s", e.Message)
	}
	return err
}
