package client

import (
	"context"
	"errors"
	"time"

	"beep/chat"
)

const (
	// busyWait is what a repeat after "unavailable" waits if the server names no
	// time; with jitter, half to one and a half of it.
	busyWait = 500 * time.Millisecond
	// maxBusyTries bounds the repeats on one answer "unavailable"; a lost
	// connection does not count.
	maxBusyTries = 5
	// sendMethod is the one request whose "rate_limited" is the caller's to know:
	// the send window is about people, not about sockets.
	sendMethod = "message.send"
)

// do makes a request that may be repeated: whenever the connection is lost
// before the answer, or the server is unavailable, it is sent again on the next
// connection. It ends with the answer, with ctx (or Options.Timeout), or with
// the client. repeated says whether it was sent more than once.
func (c *Client) do(ctx context.Context, method string, in, out any) (repeated bool, err error) {
	ctx, cancel := c.limit(ctx)
	defer cancel()
	var old *Conn
	for busy := 0; ; {
		conn, err := c.live(ctx, method, old)
		if err != nil {
			return repeated, err
		}
		err = conn.Request(ctx, method, in, out)
		switch {
		case err == nil:
			return repeated, nil
		case ctx.Err() != nil:
			return true, &chat.Error{Kind: chat.Unavailable, Op: method, Message: "not answered in time", Err: context.Cause(ctx)}
		case errors.Is(err, ErrLost):
			old = conn
		case method != sendMethod && chat.Is(err, chat.RateLimited):
			// The socket's allowance of requests is used up; it comes back soon.
			if c.sleep(ctx, c.busyWait(err)) != nil {
				return repeated, err
			}
		case chat.Is(err, chat.Unavailable) && busy < maxBusyTries:
			busy++
			if c.sleep(ctx, c.busyWait(err)) != nil {
				return repeated, err
			}
		default:
			return repeated, err
		}
		repeated = true
	}
}

// once makes a request that must not be repeated: if the connection is lost
// before the answer, the error wraps ErrLost and it is not known what happened.
func (c *Client) once(ctx context.Context, method string, in, out any) error {
	ctx, cancel := c.limit(ctx)
	defer cancel()
	conn, err := c.live(ctx, method, nil)
	if err != nil {
		return err
	}
	err = conn.Request(ctx, method, in, out)
	if ctx.Err() != nil && err != nil {
		return &chat.Error{Kind: chat.Unavailable, Op: method, Message: "not answered in time", Err: errors.Join(ErrLost, context.Cause(ctx))}
	}
	return err
}

// Do makes a request of PROTOCOL.md's table that has no method of its own here:
// out, unless nil, takes the reply's JSON. It is made once: if the connection is
// lost before the answer, the error wraps ErrLost and it is not known what happened.
func (c *Client) Do(ctx context.Context, method string, in, out any) error {
	return c.once(ctx, method, in, out)
}

// limit gives ctx the deadline of Options.Timeout if it has none.
func (c *Client) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.opt.Timeout)
}

func (c *Client) busyWait(err error) time.Duration {
	wait := busyWait
	var e *chat.Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		wait = e.RetryAfter
	}
	return wait/2 + time.Duration(c.dice()*float64(wait))
}
