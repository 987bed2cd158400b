package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"beep/admin"
	"beep/auth"
	"beep/chat"
	"beep/verify"
)

const (
	// maxBenchAccounts bounds one call for load-test accounts.
	maxBenchAccounts = 100_000
	// benchAccountsAtOnce keeps all of the log's streams busy.
	benchAccountsAtOnce = 32
)

// The operator's requests, as JSON.
type (
	// NewUser asks for an account; without a password it can only use tokens.
	NewUser struct {
		Username  string `json:"username"`
		Password  string `json:"password"`
		Email     string `json:"email"`
		Validated bool   `json:"validated"`
		Admin     bool   `json:"admin"`
	}
	// UserMade answers NewUser.
	UserMade struct {
		ID chat.UserID `json:"id"`
	}
	// NewToken asks for a token of an account.
	NewToken struct {
		Username string `json:"username"`
		Label    string `json:"label"`
	}
	// TokenMade answers NewToken.
	TokenMade struct {
		Token string `json:"token"`
	}
	// NewBenchAccounts asks for count accounts named prefix0, prefix1, ….
	NewBenchAccounts struct {
		Prefix string `json:"prefix"`
		Count  int    `json:"count"`
	}
	// BenchAccount is one of them.
	BenchAccount struct {
		ID       chat.UserID `json:"id"`
		Username string      `json:"username"`
		Token    string      `json:"token"`
	}
	// LinkMade answers a request for a new owner's link.
	LinkMade struct {
		Link string `json:"link"`
	}
)

func (n *Node) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /users", admin.Handle(n.adminUser))
	mux.Handle("POST /tokens", admin.Handle(n.adminToken))
	mux.Handle("POST /owner-link", admin.Handle(func(ctx context.Context, _ struct{}) (LinkMade, error) {
		link, err := n.auth.NewClaim(ctx)
		return LinkMade{link}, err
	}))
	mux.Handle("POST /bench-accounts", admin.Handle(n.adminBenchAccounts))
	mux.HandleFunc("POST /verify", n.adminVerify)
	mux.Handle("POST /permissions/why", admin.Handle(n.adminWhy))
	mux.Handle("POST /servers/export", admin.HandleStream(n.adminExport))
	mux.Handle("POST /servers/import", admin.HandleUpload(n.adminImport))
	return mux
}

func (n *Node) adminUser(ctx context.Context, in NewUser) (UserMade, error) {
	role := auth.RoleUser
	if in.Admin {
		role = auth.RoleAdministrator
	}
	a, err := n.auth.CreateUser(ctx, auth.Registration{Username: in.Username, Email: in.Email, Password: in.Password}, in.Validated, role)
	return UserMade{a.ID}, err
}

func (n *Node) adminToken(ctx context.Context, in NewToken) (TokenMade, error) {
	a, err := n.auth.Find(ctx, in.Username)
	if err != nil {
		return TokenMade{}, err
	}
	token, err := n.auth.IssueToken(ctx, a.ID, in.Label, auth.KindAPI)
	return TokenMade{token}, err
}

// adminBenchAccounts makes many accounts at a time: each waits for the log and
// the database, one after the other would take minutes for 18,000.
func (n *Node) adminBenchAccounts(ctx context.Context, in NewBenchAccounts) (map[string][]BenchAccount, error) {
	if in.Count < 1 || in.Count > maxBenchAccounts {
		return nil, chat.Errorf(chat.Invalid, "create bench accounts", "count must be 1 to %d", maxBenchAccounts)
	}
	made := make([]BenchAccount, in.Count)
	errs := make([]error, benchAccountsAtOnce)
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range benchAccountsAtOnce {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := int(next.Add(1)) - 1; i < in.Count && errs[w] == nil; i = int(next.Add(1)) - 1 {
				made[i], errs[w] = n.benchAccount(ctx, fmt.Sprintf("%s%d", in.Prefix, i))
			}
		}()
	}
	wg.Wait()
	return map[string][]BenchAccount{"accounts": made}, errors.Join(errs...)
}

func (n *Node) benchAccount(ctx context.Context, name string) (BenchAccount, error) {
	a, err := n.auth.CreateUser(ctx, auth.Registration{Username: name}, true, auth.RoleUser)
	if err != nil {
		return BenchAccount{}, err
	}
	token, err := n.auth.IssueToken(ctx, a.ID, "bench", auth.KindAPI)
	return BenchAccount{a.ID, name, token}, err
}

// adminVerify streams progress lines, the last of which is the report.
func (n *Node) adminVerify(w http.ResponseWriter, r *http.Request) {
	enc := json.NewEncoder(w)
	flush := http.NewResponseController(w)
	say := func(p verify.Progress) {
		_ = enc.Encode(p)
		_ = flush.Flush()
	}
	report, err := n.Verify(r.Context(), say)
	if err != nil {
		report.Error = err.Error()
	}
	_ = enc.Encode(verify.Progress{Report: &report})
}

// Verify compares log, database and what a fresh client sees.
func (n *Node) Verify(ctx context.Context, say func(verify.Progress)) (verify.Report, error) {
	return verify.Run(ctx, verify.Config{
		Log: n.log, Store: n.store, Lag: func() uint64 { return n.projector.Status().Lag }, URL: n.localURL(),
		Token: func(ctx context.Context, user chat.UserID) (string, error) {
			return n.auth.IssueToken(ctx, user, "verify", auth.KindAPI)
		},
		Forget: n.auth.SignOut, Progress: say,
	})
}
