package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"beep/chat"
	"beep/wire"
)

// Request sends a request and waits for its reply, which it decodes into out
// (nil: it is not looked at). A refusal is a *chat.Error with the server's kind.
// If the connection ends first, the error wraps ErrLost and is of kind
// Unavailable.
//
// At most 64 requests may be unanswered; further ones wait for a place. A
// request given up by its ctx keeps its place until its reply comes.
func (c *Conn) Request(ctx context.Context, method string, data, out any) error {
	d, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode %s: %w", method, err)
	}
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
		return c.lost(method)
	}
	ref, call := c.register(method)
	frame, err := json.Marshal(wire.ClientFrame{Op: wire.OpRequest, Ref: ref, Method: method, Data: d})
	if err == nil && len(frame) > wire.MaxClientFrame {
		err = chat.Errorf(chat.TooLarge, method, "the request has %d bytes, the limit is %d", len(frame), wire.MaxClientFrame)
	}
	if err != nil {
		c.forget(ref)
		return err
	}
	if err := c.write(frame); err != nil {
		return c.lost(method)
	}
	select {
	case f := <-call.reply:
		return readReply(method, f, out)
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
	}
	select { // the reply may have been the last thing that came
	case f := <-call.reply:
		return readReply(method, f, out)
	default:
		return c.lost(method)
	}
}

func (c *Conn) register(method string) (uint64, *call) {
	cl := &call{method: method, reply: make(chan Frame, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastRef++
	c.pending[c.lastRef] = cl
	return c.lastRef, cl
}

// forget takes ref out of the unanswered ones and frees its place.
func (c *Conn) forget(ref uint64) *call {
	c.mu.Lock()
	cl := c.pending[ref]
	delete(c.pending, ref)
	c.mu.Unlock()
	if cl != nil {
		<-c.slots
	}
	return cl
}

// answer hands a reply to the one who waits. A reply to nothing is ignored.
func (c *Conn) answer(f Frame) {
	if cl := c.forget(f.Ref); cl != nil {
		cl.reply <- f
	}
}

func (c *Conn) lost(method string) error {
	<-c.done // the reader ends with the connection and leaves the reason
	err := c.Err()
	return &chat.Error{Kind: chat.Unavailable, Op: method, Message: "not answered", Err: errors.Join(ErrLost, err)}
}

func readReply(method string, f Frame, out any) error {
	if f.Error != nil {
		return &chat.Error{
			Kind: chat.ParseErrorKind(f.Error.Kind), Op: method, Message: f.Error.Message,
			RetryAfter: time.Duration(f.Error.RetryAfterMS) * time.Millisecond,
		}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(f.Data, out); err != nil {
		return &ProtocolError{Message: "bad reply to " + method, Err: err}
	}
	return nil
}
