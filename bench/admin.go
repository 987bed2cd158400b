package bench

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"beep/chat"
)

const (
	// accountsPerCall and accountCalls: a server makes an account durable before
	// the next one of a call, so that several calls at a time are quicker.
	accountsPerCall = 250
	accountCalls    = 8
)

// Admin is the operator's door of the server under load.
type Admin interface {
	// Call posts in as JSON and reads the answer into out.
	Call(ctx context.Context, path string, in, out any) error
	// Upload posts what r holds and reads the answer into out.
	Upload(ctx context.Context, path string, query url.Values, r io.Reader, out any) error
}

// account is a user that a load may be.
type account struct {
	ID       chat.UserID `json:"id"`
	Username string      `json:"username"`
	Token    string      `json:"token"`
}

// accounts makes n users that can open the gateway.
func (t *Target) accounts(ctx context.Context, n int) ([]account, error) {
	// Names of different runs and calls differ by the time.
	run := accountPrefix + strconv.FormatInt(time.Now().UnixMicro(), 36) + "-"
	all := make([]account, n)
	began := time.Now()
	calls := groups(n, accountsPerCall)
	err := t.each(ctx, "groups of accounts made", calls, accountCalls, func(ctx context.Context, i int) error {
		mine := all[i*accountsPerCall : min((i+1)*accountsPerCall, n)]
		return t.makeAccounts(ctx, run+strconv.Itoa(i)+"-", mine)
	})
	if err != nil {
		return nil, err
	}
	t.say("%d accounts made in %s", n, time.Since(began).Round(time.Millisecond))
	return all, nil
}

func (t *Target) makeAccounts(ctx context.Context, prefix string, into []account) error {
	in := struct {
		Prefix string `json:"prefix"`
		Count  int    `json:"count"`
	}{prefix, len(into)}
	var out struct {
		Accounts []account `json:"accounts"`
	}
	if err := t.admin.Call(ctx, "/bench-accounts", in, &out); err != nil {
		return fmt.Errorf("make accounts: %w", err)
	}
	if copy(into, out.Accounts) != len(into) || len(out.Accounts) != len(into) {
		return fmt.Errorf("make accounts: asked for %d, got %d", len(into), len(out.Accounts))
	}
	return nil
}

// bring makes a town a server of the target, its first member's.
func (t *Target) bring(ctx context.Context, w *town) (records uint64, err error) {
	r, wr := io.Pipe()
	written := make(chan error, 1)
	go func() {
		var err error
		records, err = w.write(wr)
		_ = wr.CloseWithError(err) // never fails
		written <- err
	}()
	var out struct {
		ServerID chat.ServerID `json:"server_id"`
	}
	err = t.admin.Upload(ctx, "/servers/import", url.Values{"owner": {w.owner().String()}}, r, &out)
	_ = r.CloseWithError(io.ErrClosedPipe) // ends the writer if nobody reads any more; never fails
	if werr := <-written; err == nil {
		err = werr
	}
	if err == nil && out.ServerID != w.id {
		err = fmt.Errorf("it became server %d", out.ServerID)
	}
	if err != nil {
		return 0, fmt.Errorf("bring a server of %d members: %w", w.spec.Members, err)
	}
	return records, nil
}
