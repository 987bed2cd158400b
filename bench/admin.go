package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"beep/chat"
)

const (
	adminSocket = "admin.sock"
	// accountsPerCall keeps one call short of any limit and its answer small.
	accountsPerCall = 1000
	adminTimeout    = 2 * time.Minute
	maxAdminAnswer  = 4 << 20
)

// account is a user that a load may be.
type account struct {
	ID       chat.UserID `json:"id"`
	Username string      `json:"username"`
	Token    string      `json:"token"`
}

// admin speaks with the server through the socket in its data directory, which
// only the directory's owner can open.
type admin struct {
	http *http.Client
}

func newAdmin(dataDir string) *admin {
	path := filepath.Join(dataDir, adminSocket)
	return &admin{&http.Client{
		Timeout: adminTimeout,
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}},
	}}
}

func (a *admin) close() { a.http.CloseIdleConnections() }

// accounts makes n users that can open the gateway.
func (t *Target) accounts(ctx context.Context, n int) ([]account, error) {
	// Names of different runs and calls differ by the time.
	run := accountPrefix + strconv.FormatInt(time.Now().UnixMicro(), 36) + "-"
	all := make([]account, 0, n)
	began := time.Now()
	for len(all) < n {
		count := min(accountsPerCall, n-len(all))
		prefix := run + strconv.FormatInt(int64(len(all)/accountsPerCall), 36) + "-"
		got, err := t.admin.makeAccounts(ctx, prefix, count)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	t.say("%d accounts made in %s", n, time.Since(began).Round(time.Millisecond))
	return all, nil
}

func (a *admin) makeAccounts(ctx context.Context, prefix string, count int) ([]account, error) {
	in := struct {
		Prefix string `json:"prefix"`
		Count  int    `json:"count"`
	}{prefix, count}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("make accounts: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin/bench-accounts", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make accounts: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("make accounts: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // all of interest has been read
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAdminAnswer))
	if err != nil {
		return nil, fmt.Errorf("make accounts: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("make accounts: answered with %s: %.200q", resp.Status, b)
	}
	var out struct {
		Accounts []account `json:"accounts"`
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("make accounts: %w", err)
	}
	if len(out.Accounts) != count {
		return nil, fmt.Errorf("make accounts: asked for %d, got %d", count, len(out.Accounts))
	}
	return out.Accounts, nil
}
