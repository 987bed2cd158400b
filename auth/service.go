package auth

import (
	"context"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"beep/chat"
)

// Config is what a Service needs. Accounts, NewID and Begin must be given.
type Config struct {
	Accounts Store
	NewID    func() uint64
	// Begin begins a user's log: it asks the user's actor. Repeating it is harmless.
	Begin func(context.Context, chat.RegisterUser) error

	Now    func() time.Time // nil is time.Now
	Logger *slog.Logger     // nil discards

	// HashConcurrency is how many passwords are hashed at the same time; each
	// takes a core and 19 MiB. 0 is half of the cores, at least one, so that a
	// herd of sign-ins leaves the other half to the chat.
	HashConcurrency int

	// Notice shows the operator a line, such as a validation link. nil shows none.
	Notice func(string)
	// BaseURL is the address at which people reach this instance, without a
	// slash at its end. nil gives links that begin with "/".
	BaseURL func() string
	// Revoked hears of a token that is void from now on, or, with a zero hash,
	// that all tokens of the user are: sockets opened with it are to be closed.
	// It must not block. nil is nobody.
	Revoked func(user chat.UserID, token [32]byte)
}

// Service answers who is calling. Its methods may be called from any number of
// goroutines; it has none of its own.
type Service struct {
	accounts Store
	newID    func() uint64
	begin    func(context.Context, chat.RegisterUser) error
	now      func() time.Time
	logger   *slog.Logger
	notice   func(string)
	baseURL  func() string
	revoked  func(chat.UserID, [32]byte)

	hasher *hasher
	cache  *tokenCache

	byPair, byLogin, byAddress *throttle // failed sign-ins
	signIns                    *throttle // successful ones, per account
	registrations              *throttle // per address
	notices                    *throttle // validation links, per account

	swept atomic.Int64 // when expired tokens were last deleted, Unix milliseconds
}

// New makes a Service.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.HashConcurrency <= 0 {
		c.HashConcurrency = max(1, runtime.GOMAXPROCS(0)/2)
	}
	if c.Notice == nil {
		c.Notice = func(string) {}
	}
	if c.BaseURL == nil {
		c.BaseURL = func() string { return "" }
	}
	if c.Revoked == nil {
		c.Revoked = func(chat.UserID, [32]byte) {}
	}
	return &Service{
		accounts: c.Accounts, newID: c.NewID, begin: c.Begin, now: c.Now, logger: c.Logger,
		notice: c.Notice, baseURL: c.BaseURL, revoked: c.Revoked,
		hasher:        newHasher(c.HashConcurrency, currentParams, argon2id),
		cache:         newTokenCache(),
		byPair:        newThrottle(failuresPerPair, signInWindow),
		byLogin:       newThrottle(failuresPerLogin, signInWindow),
		byAddress:     newThrottle(failuresPerAddress, signInWindow),
		signIns:       newThrottle(signInsPerAccount, signInWindow),
		registrations: newThrottle(registrationsPerAddress, registrationWindow),
		notices:       newThrottle(1, noticeWindow),
	}
}

// Account is the account of a user.
func (s *Service) Account(ctx context.Context, user chat.UserID) (Account, error) {
	return s.accounts.AccountByID(ctx, user)
}

// Find is the account of a username or e-mail. It is for the operator's command
// line: strangers must not learn who has an e-mail.
func (s *Service) Find(ctx context.Context, login string) (Account, error) {
	return s.accounts.AccountByLogin(ctx, normalLogin(login))
}

func (s *Service) nowMilli() int64 { return s.now().UnixMilli() }

// sweepEvery is how often expired tokens are deleted. They are refused anyway;
// this only keeps the table small.
const sweepEvery = time.Hour

// sweep deletes expired tokens if that was not done for a while.
func (s *Service) sweep(ctx context.Context) {
	now, last := s.nowMilli(), s.swept.Load()
	if now-last < sweepEvery.Milliseconds() || !s.swept.CompareAndSwap(last, now) {
		return
	}
	if err := s.accounts.DeleteExpiredTokens(ctx, now); err != nil {
		s.logger.Warn("expired tokens were not deleted", "err", err)
	}
}
