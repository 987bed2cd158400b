package edge

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// errFault stands for a panic where an error is wanted.
var errFault = errors.New("panic")

// A panic here is a mistake of ours in one message, one session or one hub. It
// costs those who are in it their connection, never the node: clients are
// closed with 4000, and what they resume on is loaded anew.

// caught makes an end of a panic: it is noted, now and then with its stack, and
// then is called, which may be nil. It must be deferred itself.
func (g *Gateway) caught(what string, then func()) {
	p := recover()
	if p == nil {
		return
	}
	g.stats.panics.Add(1)
	if g.complains(&g.logs.panics) {
		// The value may quote what a client sent; its type does not.
		g.logger.Error("panic", slog.String("in", what), slog.String("type", fmt.Sprintf("%T", p)),
			slog.String("cause", cause(p)), slog.String("stack", string(debug.Stack())))
	}
	if then != nil {
		then()
	}
}

// cause is what the runtime says of its own panics; other values are kept out
// of the log, for they may hold data.
func cause(p any) string {
	if e, ok := p.(interface {
		error
		RuntimeError()
	}); ok {
		return e.Error()
	}
	return "not shown"
}

// guard runs fn, which concerns h; a panic breaks h off.
func (w *worker) guard(h *hub, what string, fn func()) {
	defer w.g.caught(what, func() { w.breakOff(h) })
	fn()
}

// doFor has the worker run fn, which concerns h, guarded.
func (w *worker) doFor(h *hub, what string, fn func()) bool {
	return w.do(func(w *worker) { w.guard(h, what, fn) })
}

// breakOff forgets a hub whose state cannot be trusted any more and sends its
// sessions away; they resume on one that is loaded anew. h may be nil.
func (w *worker) breakOff(h *hub) {
	if h == nil {
		return
	}
	w.unload(h)
	for _, g := range h.groups {
		for _, s := range g.sessions {
			s.close(closeFault)
		}
	}
	for s := range h.wanting {
		s.close(closeFault)
	}
	for _, list := range [][]*attach{h.waiting, h.parked} {
		for _, a := range list {
			a.s.close(closeFault)
		}
	}
}
