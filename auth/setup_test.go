package auth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is the store port in memory, with the contract of the real one.
type memory struct {
	mu       sync.Mutex
	accounts map[chat.UserID]Account
	tokens   map[[32]byte]Token
	away     error // what everything answers, if set
	lookups  int   // of tokens
	onLookup func()
}

func newMemory() *memory {
	return &memory{accounts: map[chat.UserID]Account{}, tokens: map[[32]byte]Token{}}
}

func (m *memory) CreateAccount(_ context.Context, a Account) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return m.away
	}
	for _, b := range m.accounts {
		if a.Username == b.Username {
			return chat.Errorf(chat.Conflict, "create account", "this username is taken")
		}
	}
	for _, b := range m.accounts {
		if a.Email != "" && a.Email == b.Email {
			return chat.Errorf(chat.Conflict, "create account", "this e-mail is taken")
		}
	}
	m.accounts[a.ID] = a
	return nil
}

func (m *memory) find(match func(Account) bool) (Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return Account{}, m.away
	}
	for _, a := range m.accounts {
		if match(a) {
			return a, nil
		}
	}
	return Account{}, chat.Errorf(chat.NotFound, "find account", "there is no such account")
}

func (m *memory) AccountByID(_ context.Context, id chat.UserID) (Account, error) {
	return m.find(func(a Account) bool { return a.ID == id })
}

func (m *memory) AccountByLogin(_ context.Context, login string) (Account, error) {
	return m.find(func(a Account) bool { return a.Username == login || a.Email != "" && a.Email == login })
}

func (m *memory) change(id chat.UserID, f func(*Account)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return m.away
	}
	a, ok := m.accounts[id]
	if !ok {
		return chat.Errorf(chat.NotFound, "change account", "there is no such account")
	}
	f(&a)
	m.accounts[id] = a
	return nil
}

func (m *memory) SetValidated(_ context.Context, id chat.UserID) error {
	return m.change(id, func(a *Account) { a.Validated = true })
}

func (m *memory) SetPasswordHash(_ context.Context, id chat.UserID, hash string) error {
	return m.change(id, func(a *Account) { a.PasswordHash = hash })
}

func (m *memory) SetRegistered(_ context.Context, id chat.UserID) error {
	return m.change(id, func(a *Account) { a.Registered = true })
}

func (m *memory) Unregistered(context.Context) (list []Account, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.accounts {
		if !a.Registered {
			list = append(list, a)
		}
	}
	return list, m.away
}

func (m *memory) CountAccounts(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.accounts), m.away
}

func (m *memory) CreateToken(_ context.Context, t Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return m.away
	}
	if _, ok := m.accounts[t.UserID]; !ok && t.Kind != KindClaim {
		return chat.Errorf(chat.NotFound, "create token", "there is no such account")
	}
	m.tokens[t.Hash] = t
	return nil
}

func (m *memory) TokenByHash(_ context.Context, hash [32]byte) (Token, Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lookups++
	if m.away != nil {
		return Token{}, Account{}, m.away
	}
	t, ok := m.tokens[hash]
	a, there := m.accounts[t.UserID]
	if f := m.onLookup; f != nil {
		m.onLookup = nil
		m.mu.Unlock()
		f()
		m.mu.Lock()
	}
	if !ok || !there {
		return Token{}, Account{}, chat.Errorf(chat.NotFound, "find token", "there is no such token")
	}
	return t, a, nil
}

func (m *memory) DeleteToken(_ context.Context, hash [32]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tokens, hash)
	return m.away
}

func (m *memory) deleteIf(match func(Token) bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for hash, t := range m.tokens {
		if match(t) {
			delete(m.tokens, hash)
		}
	}
	return m.away
}

func (m *memory) DeleteTokens(_ context.Context, user chat.UserID, kind string) error {
	return m.deleteIf(func(t Token) bool { return t.UserID == user && t.Kind == kind })
}

func (m *memory) DeleteExpiredTokens(_ context.Context, now int64) error {
	return m.deleteIf(func(t Token) bool { return t.ExpiresAt != 0 && t.ExpiresAt <= now })
}

func (m *memory) ConsumeToken(_ context.Context, hash [32]byte, kind string) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tokens[hash]
	if m.away != nil {
		return Token{}, m.away
	}
	if !ok || t.Kind != kind {
		return Token{}, chat.Errorf(chat.NotFound, "consume token", "there is no such token")
	}
	delete(m.tokens, hash)
	return t, nil
}

func (m *memory) setAway(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = err
}

func (m *memory) count(kind string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.tokens {
		if t.Kind == kind {
			n++
		}
	}
	return n
}

// bundle is a fresh service on a store, with a clock moved by hand and hashing
// that is cheap and counted.
type bundle struct {
	*Service
	t        *testing.T
	store    *memory
	ms       atomic.Int64
	hashes   atomic.Int64
	mu       sync.Mutex
	begun    []chat.RegisterUser
	beginErr error
	notices  []string
	revoked  []revocation
}

type revocation struct {
	user  chat.UserID
	token [32]byte
}

func setup(t *testing.T) *bundle {
	m := newMemory()
	b := setupOn(t, m)
	b.store = m
	return b
}

func setupOn(t *testing.T, accounts Store) *bundle {
	t.Helper()
	b := &bundle{t: t}
	b.ms.Store(1763675464000)
	var id atomic.Uint64
	id.Store(1000)
	b.Service = New(Config{
		Accounts: accounts,
		NewID:    func() uint64 { return id.Add(1) },
		Begin: func(_ context.Context, c chat.RegisterUser) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.beginErr == nil {
				b.begun = append(b.begun, c)
			}
			return b.beginErr
		},
		Now:             func() time.Time { return time.UnixMilli(b.ms.Load()) },
		HashConcurrency: 2,
		Notice: func(s string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.notices = append(b.notices, s)
		},
		BaseURL: func() string { return "http://beep.test" },
		Revoked: func(u chat.UserID, token [32]byte) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.revoked = append(b.revoked, revocation{u, token})
		},
	})
	b.hasher = newHasher(2, params{memory: 8, time: 1, threads: 1}, func(password, salt []byte, p params, n uint32) []byte {
		b.hashes.Add(1)
		return argon2id(password, salt, p, n)
	})
	return b
}

func (b *bundle) move(d time.Duration) { b.ms.Add(d.Milliseconds()) }

func (b *bundle) setBeginErr(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.beginErr = err
}

// lastToken is the token in the newest line the operator was shown.
func (b *bundle) lastToken() string {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.notices) == 0 {
		b.t.Fatal("the operator was shown nothing")
	}
	return tokenIn(b.notices[len(b.notices)-1])
}

func tokenIn(link string) string {
	_, token, _ := strings.Cut(link, "token=")
	return token
}

const password = "correct horse"

func registration(name string) Registration {
	return Registration{Username: name, Email: name + "@example.org", Password: password, FirstName: "First", LastName: "Last", RemoteAddr: "192.0.2.1:555"}
}

// user makes a validated account.
func (b *bundle) user(name string) Account {
	b.t.Helper()
	a, err := b.CreateUser(b.t.Context(), registration(name), true, RoleUser)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

// signIn signs a user in from an address of his own.
func (b *bundle) signIn(login string) string {
	b.t.Helper()
	token, _, _, err := b.SignIn(b.t.Context(), login, password, "test", "198.51.100.7:1")
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

// refused checks the kind of an error and answers it.
func refused(t *testing.T, err error, kind chat.ErrorKind) *chat.Error {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("got %v, want %v", err, kind)
	}
	return e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
