package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beep/chat"
	"beep/wire"
)

// healthyAfter is how long a session must have lasted for the next failure to
// count as the first: one that breaks at once, again and again, must not be
// retried at full speed.
const healthyAfter = 10 * time.Second

var (
	errMoveOn = errors.New("the server asked to reconnect")
	errRenew  = errors.New("the intents have changed")
	errFresh  = errors.New("what is known of a server or of the user must be fetched anew")
)

// Run connects, and keeps connected until ctx ends or the server says not to
// come back. It returns ctx's error, or the *CloseError, *ProtocolError,
// *HandshakeError or *chat.Error that made coming back useless; never nil. It
// may be called once.
func (c *Client) Run(ctx context.Context) (err error) {
	c.mu.Lock()
	started := c.started
	c.started = true
	c.mu.Unlock()
	if started {
		return errors.New("run client: called twice")
	}
	defer func() {
		c.stop(err)
		close(c.events)
	}()
	for {
		err := c.session(ctx)
		c.caughtUp = false
		c.setConn(nil)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait, fatal := c.plan(err)
		if fatal {
			return err
		}
		c.log.Info("gateway connection ended", "err", err, "retry_in", wait)
		if err := c.push(ctx, Disconnected{Err: err, Retry: wait}); err != nil {
			return err
		}
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// session is one connection from its opening to its end.
func (c *Client) session(ctx context.Context) error {
	opt := ConnOptions{Token: c.opt.Token, Intents: c.wanted(), HTTPClient: c.opt.HTTPClient}
	if c.state.resumable() && !c.fresh {
		pos := c.state.Positions()
		opt.Positions = &pos
	}
	conn, err := Dial(ctx, c.opt.URL, opt)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it never fails
	var moveOn <-chan time.Time
	var began time.Time
	for {
		select {
		case f, ok := <-conn.Events():
			if !ok {
				c.settle(began)
				return conn.Err()
			}
			if f.Op == wire.OpReconnect {
				c.wait = time.Duration(max(f.AfterMS, 0)) * time.Millisecond
				moveOn = time.After(min(c.wait, maxBackoff))
				continue
			}
			if err := c.handle(ctx, conn, &f); err != nil {
				c.settle(began)
				return err
			}
			if f.Op == wire.OpReady || f.Op == wire.OpResumed {
				began = time.Now()
			}
		case <-moveOn:
			c.wait = 0
			return errMoveOn
		case <-c.renew:
			return errRenew
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// settle forgets earlier failures after a session that lasted.
func (c *Client) settle(began time.Time) {
	if !began.IsZero() && time.Since(began) >= healthyAfter {
		c.attempt = 0
	}
}

// handle takes in one frame. An error ends the connection.
func (c *Client) handle(ctx context.Context, conn *Conn, f *Frame) error {
	switch f.Op {
	case wire.OpEvent:
		return c.onEvent(ctx, f)
	case wire.OpReady:
		return c.onReady(ctx, conn, f)
	case wire.OpResumed:
		return c.onResumed(ctx, conn, f)
	case wire.OpServer:
		return c.onServer(ctx, f)
	case wire.OpServerGone:
		was, _ := c.state.Server(f.ServerID)
		c.state.forget(f.ServerID)
		return c.push(ctx, ServerGone{f.ServerID, was})
	case wire.OpView:
		hidden := c.state.view(f)
		return c.push(ctx, ViewChanged{f.ServerID, f.Show, f.Hide, hidden})
	case wire.OpMemberGone:
		c.state.apply(MemberGone{f.ServerID, f.Gone})
		return c.push(ctx, MemberGone{f.ServerID, f.Gone})
	case wire.OpResync:
		return c.onResync(ctx, f)
	}
	if e := signalOf(f); e != nil {
		return c.push(ctx, e)
	}
	return nil // not known to this version
}

func (c *Client) onReady(ctx context.Context, conn *Conn, f *Frame) error {
	if f.Self == nil || f.Self.ID == 0 {
		return &ProtocolError{Message: "ready without a user"}
	}
	c.fresh = false
	lost := c.state.reset(f)
	if err := c.push(ctx, Ready{User: f.Self.User, Servers: c.state.Servers()}); err != nil {
		return err
	}
	for _, r := range lost {
		if err := c.push(ctx, r); err != nil {
			return err
		}
	}
	c.messages, c.caughtUp = 0, true
	c.setConn(conn)
	return nil
}

func (c *Client) onResumed(ctx context.Context, conn *Conn, f *Frame) error {
	if c.fresh {
		return errFresh
	}
	err := c.push(ctx, Resumed{Replayed: f.Replayed, Messages: c.messages})
	c.messages, c.caughtUp = 0, true
	c.setConn(conn)
	return err
}

func (c *Client) onServer(ctx context.Context, f *Frame) error {
	if f.Server == nil || f.Server.ID == 0 {
		return &ProtocolError{Message: "server frame without a server"}
	}
	lost := c.state.adopt(*f.Server)
	s, _ := c.state.Server(f.Server.ID)
	if err := c.push(ctx, ServerAvailable{s}); err != nil {
		return err
	}
	for _, r := range lost {
		if err := c.push(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// onResync: of a channel the client keeps nothing but the position. What it
// keeps of a server or the user comes with ready alone, so it identifies anew,
// while resuming after the rest was replayed.
func (c *Client) onResync(ctx context.Context, f *Frame) error {
	key := f.Key()
	if !key.Valid() {
		return &ProtocolError{Message: "resync of no log"}
	}
	if _, ours := c.state.position(key); !ours {
		return nil
	}
	c.state.setPosition(key, f.Number)
	if err := c.push(ctx, Resync{key, f.Number}); err != nil {
		return err
	}
	if key.Kind == chat.KindChannel {
		return nil
	}
	c.fresh = true
	if c.caughtUp {
		return errFresh
	}
	return nil
}

// onEvent checks that the record is the next of its log and hands it out. The
// position moves only once the event is in Events: nothing is skipped by a
// client that is stopped.
func (c *Client) onEvent(ctx context.Context, f *Frame) error {
	key := f.Key()
	if !key.Valid() {
		return &ProtocolError{Message: "event of no log"}
	}
	last, ours := c.state.position(key)
	if !ours {
		return nil // of a server that is gone or not here yet
	}
	if f.Number != last+1 {
		v := &ProtocolError{Message: fmt.Sprintf("log %s: record %d came after %d", key, f.Number, last)}
		c.log.Warn("numbers are not dense", "log", key.String(), "number", f.Number, "expected", last+1)
		if err := c.push(ctx, Violation{v}); err != nil {
			return err
		}
		if f.Number > last {
			return v
		}
		return nil
	}
	e := eventOf(f)
	c.state.apply(e)
	if _, ok := e.(Message); ok && !c.caughtUp {
		c.messages++
	}
	if err := c.push(ctx, e); err != nil {
		return err
	}
	c.state.setPosition(key, f.Number)
	return nil
}

// resumable reports whether there are positions to resume from.
func (st *State) resumable() bool {
	st.mu.RLock()
	defer st.mu.RUnlock()
	return st.ready
}
