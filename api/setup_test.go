package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"beep/auth"
	"beep/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const goodToken = "beep_good"

// fakeAuth knows one user.
type fakeAuth struct {
	mu        sync.Mutex
	signedOut []string
	claimed   []auth.Registration
	validated []string
	remotes   []string
	err       error // what everything answers, if set
}

var ada = auth.Account{ID: 7, Username: "ada", FirstName: "Ada", Email: "ada@example.org", PasswordHash: "$secret$"}

func (f *fakeAuth) note(remote string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remotes = append(f.remotes, remote)
	return f.err
}

func (f *fakeAuth) Register(_ context.Context, r auth.Registration) (auth.Account, error) {
	if r.Username == "panic" {
		panic("as asked")
	}
	return auth.Account{ID: 8, Username: r.Username, FirstName: r.FirstName, Email: r.Email}, f.note(r.RemoteAddr)
}

func (f *fakeAuth) SignIn(_ context.Context, login, password, _, remote string) (string, auth.Account, int64, error) {
	if err := f.note(remote); err != nil {
		return "", auth.Account{}, 0, err
	}
	if login != "ada" || password != "correct horse" {
		return "", auth.Account{}, 0, chat.Errorf(chat.Unauthenticated, "sign in", "login or password is wrong")
	}
	return goodToken, ada, 1763675464000, nil
}

func (f *fakeAuth) SignOut(_ context.Context, token string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.signedOut = append(f.signedOut, token)
	return nil
}

func (f *fakeAuth) Authenticate(_ context.Context, token string) (chat.UserID, error) {
	if token != goodToken {
		return 0, chat.Errorf(chat.Unauthenticated, "authenticate", "the token is unknown, expired or revoked")
	}
	return ada.ID, nil
}

func (f *fakeAuth) Account(context.Context, chat.UserID) (auth.Account, error) { return ada, f.err }

func (f *fakeAuth) Validate(_ context.Context, token string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.validated = append(f.validated, token)
	return f.err
}

func (f *fakeAuth) Claim(_ context.Context, _ string, r auth.Registration) (auth.Account, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.claimed = append(f.claimed, r)
	return ada, f.err
}

// fakeRequests answers every request with what a test says, and keeps it.
type fakeRequests struct {
	mu     sync.Mutex
	calls  []call
	answer string // JSON
	err    error
	silent bool
	panics bool
}

type call struct {
	who    chat.UserID
	method string
	args   string
}

func (f *fakeRequests) Call(_ context.Context, who chat.UserID, method string, data json.RawMessage, reply func([]byte, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call{who, method, string(data)})
	if f.silent {
		return
	}
	if f.panics {
		panic("as asked")
	}
	if f.err != nil {
		reply(nil, f.err)
		return
	}
	reply([]byte(f.answer), nil)
}

func (f *fakeRequests) only(t *testing.T) call {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.calls) != 1 {
		t.Fatalf("%d calls: %v", len(f.calls), f.calls)
	}
	return f.calls[0]
}

// bundle is a fresh API with fakes behind it.
type bundle struct {
	t        *testing.T
	auth     *fakeAuth
	requests *fakeRequests
	log      *lockedBuffer
	config   Config
	handler  http.Handler
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func setup(t *testing.T, change ...func(*Config)) *bundle {
	t.Helper()
	b := &bundle{t: t, auth: &fakeAuth{}, requests: &fakeRequests{answer: "{}"}, log: &lockedBuffer{}}
	b.config = Config{
		Auth: b.auth, Requests: b.requests, Version: "v0.0-test",
		Gateway: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeText(w, "gateway") }),
		Logger:  slog.New(slog.NewTextHandler(b.log, nil)),
	}
	for _, f := range change {
		f(&b.config)
	}
	b.handler = New(b.config)
	return b
}

// response is an answer, read.
type response struct {
	*http.Response
	body string
}

func (b *bundle) send(r *http.Request) response {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	res := w.Result()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response{res, string(data)}
}

// request makes a request with a good token and, if it has one, a JSON body.
func request(method, target, body string) *http.Request {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, in)
	r.Header.Set("Authorization", "Bearer "+goodToken)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (b *bundle) do(method, target, body string) response {
	b.t.Helper()
	return b.send(request(method, target, body))
}

// refused checks that an answer is a problem of status and kind.
func (r response) refused(t *testing.T, status int, kind string) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Fatalf("status %d, no problem: %q", r.StatusCode, r.body)
	}
	if r.StatusCode != status || p.Status != status || p.Kind != kind {
		t.Fatalf("status %d, problem %s; want %d %s", r.StatusCode, r.body, status, kind)
	}
	if ct := r.Header.Get("Content-Type"); ct != problemType {
		t.Fatalf("content type %q", ct)
	}
	return p
}

func (r response) accepted(t *testing.T, status int, body string) {
	t.Helper()
	if r.StatusCode != status || strings.TrimSpace(r.body) != body {
		t.Fatalf("status %d, body %s; want %d %s", r.StatusCode, r.body, status, body)
	}
}

func contains(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}
