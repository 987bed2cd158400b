package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beep/chat"
	"beep/client"
	"beep/wire"
)

// freshTimeout bounds each wait for the gateway.
const freshTimeout = 30 * time.Second

// freshClient is a connection that begins with nothing: what it is shown is
// what anybody is shown.
type freshClient struct {
	who     chat.UserID
	conn    *client.Conn
	token   string
	forget  func(context.Context, string) error
	servers map[chat.ServerID]client.Server
	drained chan struct{} // closed when nobody reads events any more
}

func (r *run) connect(ctx context.Context, as chat.UserID) (*freshClient, error) {
	token, err := r.cfg.Token(ctx, as)
	if err != nil {
		return nil, fmt.Errorf("make a token: %w", err)
	}
	conn, err := client.Dial(ctx, r.cfg.URL, client.ConnOptions{Token: token, Intents: []string{"servers"}})
	if err != nil {
		_ = r.cfg.Forget(ctx, token)
		return nil, fmt.Errorf("connect: %w", err)
	}
	f := &freshClient{who: as, conn: conn, token: token, forget: r.cfg.Forget, servers: map[chat.ServerID]client.Server{}, drained: make(chan struct{})}
	wait := time.NewTimer(freshTimeout)
	defer wait.Stop()
	for {
		select {
		case frame, ok := <-conn.Events():
			if !ok {
				f.close(ctx)
				return nil, fmt.Errorf("wait for ready: %w", conn.Err())
			}
			if frame.Op == wire.OpReady {
				for _, s := range frame.Servers {
					f.servers[s.ID] = s
				}
				go f.drain()
				return f, nil
			}
		case <-wait.C:
			f.close(ctx)
			return nil, fmt.Errorf("no ready within %s", freshTimeout)
		case <-ctx.Done():
			f.close(ctx)
			return nil, ctx.Err()
		}
	}
}

// request makes a request, and waits where it is told to: a fresh client has no
// more than anybody's share.
func (f *freshClient) request(ctx context.Context, method string, in, out any) error {
	for {
		err := f.conn.Request(ctx, method, in, out)
		var e *chat.Error
		if !errors.As(err, &e) || e.Kind != chat.RateLimited {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(e.RetryAfter, time.Millisecond)):
		}
	}
}

// drain lets events pass that came in meanwhile: pages are what counts.
func (f *freshClient) drain() {
	defer close(f.drained)
	for range f.conn.Events() { //nolint:revive // what is read is not wanted
	}
}

func (f *freshClient) close(ctx context.Context) {
	_ = f.conn.Close()
	_ = f.forget(context.WithoutCancel(ctx), f.token)
}

// freshServer compares what ready showed of a server.
func (r *run) freshServer(f *freshClient, st *chat.Server) {
	key := chat.ServerKey(st.ID)
	seen, ok := f.servers[st.ID]
	if !ok {
		r.differ(key, "its owner's ready does not show it")
		return
	}
	if seen.Name != st.Name || seen.Number < st.Number || len(seen.Channels) < len(st.Channels) {
		r.differ(key, "the log has name %q, %d channels and record %d; ready shows %q, %d and %d",
			st.Name, len(st.Channels), st.Number, seen.Name, len(seen.Channels), seen.Number)
	}
}

// freshChannel pages through a channel from the newest end to its beginning.
func (r *run) freshChannel(ctx context.Context, f *freshClient, key chat.Key, folded []chat.Message) (uint64, error) {
	rest := folded
	for before := uint64(0); ; {
		var page struct {
			Messages []seen `json:"messages"`
		}
		args := map[string]any{"channel_id": chat.ChannelID(key.ID), "limit": chat.MaxHistoryPage}
		if before > 0 {
			args["before"] = before
		}
		if err := f.request(ctx, "message.list", args, &page); err != nil {
			return 0, fmt.Errorf("page through %s: %w", describe(key), err)
		}
		n := len(page.Messages)
		if n > len(rest) {
			r.differ(key, "a fresh client is shown %d messages more than the log has", n-len(rest))
			return 0, nil
		}
		tail := rest[len(rest)-n:]
		for i := range page.Messages {
			r.compareSeen(key, f.who, &tail[i], &page.Messages[i])
		}
		rest = rest[:len(rest)-n]
		if n < chat.MaxHistoryPage {
			break
		}
		before = page.Messages[0].Seq
	}
	if len(rest) != 0 {
		r.differ(key, "a fresh client is not shown the oldest %d messages", len(rest))
	}
	return uint64(len(folded) - len(rest)), nil
}
