package auth

import (
	"context"
	"strings"
	"unicode/utf8"

	"beep/chat"
)

// SignIn checks login (username or e-mail) and password and makes a session.
//
//  1. Too many failures of late, from this address or for this login: RateLimited.
//  2. Login unknown, password wrong, or login by an e-mail that is not validated:
//     Unauthenticated, the same text after the same work.
//  3. Right, by username, but the e-mail is not validated: Forbidden; the
//     operator is shown a new link, at most every ten minutes.
//  4. Right: a session token, ending at expires (Unix milliseconds).
func (s *Service) SignIn(ctx context.Context, login, password, label, remoteAddr string) (token string, account Account, expires int64, err error) {
	const op = "sign in"
	fail := func(err error) (string, Account, int64, error) { return "", Account{}, 0, err }

	login = normalLogin(login)
	if login == "" || len(login) > maxEmail || utf8.RuneCountInString(password) > maxPassword {
		return fail(wrongLogin(op))
	}
	if err := chat.ValidateLine(op, "label", label, maxLabel); err != nil {
		return fail(err)
	}
	counters := s.signInCounters(login, remoteAddr)
	if err := takeAll(op, s.now(), counters); err != nil {
		return fail(err)
	}
	account, right, err := s.checkPassword(ctx, login, password)
	if err != nil {
		giveBackAll(counters) // nothing was learnt
		return fail(err)
	}
	if !right {
		return fail(wrongLogin(op))
	}
	if !account.Validated {
		s.sendValidation(ctx, account)
		return fail(chat.Errorf(chat.Forbidden, op, notValidated))
	}
	giveBackAll(counters)
	if err := takeAll(op, s.now(), []counter{{s.signIns, account.ID.String()}}); err != nil {
		return fail(err)
	}
	if err := s.ensureBegun(ctx, account); err != nil {
		return fail(err)
	}
	account.Registered = true
	s.rehash(ctx, account, password)
	token, expires, err = s.store(ctx, account.ID, KindSession, label, sessionLife)
	if err != nil {
		return fail(err)
	}
	s.sweep(ctx)
	return token, account, expires, nil
}

// checkPassword finds the account and hashes exactly once, whatever it finds.
func (s *Service) checkPassword(ctx context.Context, login, password string) (Account, bool, error) {
	account, err := s.accounts.AccountByLogin(ctx, login)
	if err != nil && !chat.Is(err, chat.NotFound) {
		return Account{}, false, err
	}
	found := err == nil
	right, err := s.hasher.check(ctx, account.PasswordHash, password)
	if err != nil {
		return Account{}, false, err
	}
	byUnvalidatedEmail := strings.Contains(login, "@") && !account.Validated
	return account, found && right && !byUnvalidatedEmail, nil
}

// signInCounters are what a failed sign-in counts for. Callers on this machine
// without an address are counted by login alone.
func (s *Service) signInCounters(login, remoteAddr string) []counter {
	list := []counter{{s.byLogin, login}}
	if remoteAddr != "" {
		address := addressKey(remoteAddr)
		list = append(list, counter{s.byAddress, address}, counter{s.byPair, address + " " + login})
	}
	return list
}

// rehash replaces a hash that was made with other parameters than today's. The
// old one keeps working, so that failing is not an error.
func (s *Service) rehash(ctx context.Context, a Account, password string) {
	if !s.hasher.outdated(a.PasswordHash) {
		return
	}
	hash, err := s.hasher.hash(ctx, password)
	if err == nil {
		err = s.accounts.SetPasswordHash(ctx, a.ID, hash)
	}
	if err != nil {
		s.logger.Warn("a password was not hashed anew", "user", a.ID, "err", err)
	}
}

func wrongLogin(op string) error {
	return chat.Errorf(chat.Unauthenticated, op,
		"login or password is wrong (an e-mail works as login once it is validated)")
}
