package actors

import (
	"log/slog"
	"sync/atomic"

	"beep/chat"
)

// follow sends what follows from a decision, and answers its call with v when all
// is done that the call waits for. reply may be nil: nobody waits here.
func (a *shell) follow(reply func(any, error), v any, then []chat.Tell) {
	if reply == nil {
		reply = func(any, error) {}
	}
	if len(then) == 0 {
		reply(v, nil)
		return
	}
	f := &following{reply: reply, v: v}
	for _, t := range then {
		if t.Wait {
			f.left.Add(1)
		}
	}
	if f.left.Load() == 0 {
		f.end()
	}
	for _, t := range then {
		wait, key, name, logger := t.Wait, t.To.String(), t.Command.CommandName(), a.cfg.Logger
		a.cfg.Place.Tell(t.To, t.Command, func(_ any, err error) {
			if wait {
				f.done(err)
			} else if err != nil && chat.KindOf(err) != chat.NotFound {
				logger.Warn("what follows from a decision was not done", slog.String("entity", key), slog.String("act", name), slog.Any("error", err))
			}
		})
	}
}

// following is a call that waits for what follows from its decision. It
// outlives its actor: the events are durable, only their consequences are not
// known yet.
type following struct {
	reply func(any, error)
	v     any
	left  atomic.Int64
	err   atomic.Pointer[error]
}

// done counts one answer. The first refusal is the call's, but for what may succeed
// later: then not all is done, and whoever asks again must hear that.
func (f *following) done(err error) {
	for err != nil {
		was := f.err.Load()
		if was != nil && (passing(*was) || !passing(err)) || f.err.CompareAndSwap(was, &err) {
			break
		}
	}
	if f.left.Add(-1) == 0 {
		f.end()
	}
}

func (f *following) end() {
	if err := f.err.Load(); err != nil {
		f.reply(nil, *err)
		return
	}
	f.reply(f.v, nil)
}
