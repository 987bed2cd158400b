package edge

import (
	"bytes"
	"log/slog"
	"time"

	"beep/chat"
	"beep/wire"
)

const (
	// maxRef is the greatest integer that every JSON reader keeps exact.
	maxRef = 1<<53 - 1
	// pendingRetry is what a client with too many unanswered requests is told
	// to wait: a few round trips.
	pendingRetry = 100 * time.Millisecond
	// maxMethod bounds what the log shows of a method, which the client names.
	maxMethod = 64
)

// onRequest hands a request on. Requests of a session that starts wait until
// it is known whose they are.
func (s *session) onRequest(f wire.ClientFrame) closeCode {
	if s.phase.Load() == phaseNew {
		return closeEarly
	}
	if f.Ref > maxRef {
		return closeBadFrame
	}
	select {
	case <-s.known:
	case <-s.ctx.Done():
		return 0
	}
	if wait := s.throttle(f.Method); wait > 0 {
		s.reply(f.Ref, f.Method, nil, &chat.Error{
			Kind: chat.RateLimited, Op: f.Method, RetryAfter: wait, Message: "too many requests",
		})
		return 0
	}
	if s.pending.Add(1) > maxPending {
		s.pending.Add(-1)
		s.reply(f.Ref, f.Method, nil, &chat.Error{
			Kind: chat.RateLimited, Op: f.Method, RetryAfter: pendingRetry,
			Message: "too many unanswered requests",
		})
		return 0
	}
	data := bytes.Clone(f.Data) // the frame's memory is reused
	s.g.cfg.Requests.Call(&s.ctx, s.who(), f.Method, data, func(data []byte, err error) {
		s.pending.Add(-1)
		s.reply(f.Ref, f.Method, data, err)
	})
	return 0
}

// reply writes an answer. It may be called from any goroutine and does not
// wait; after the session's end it is nothing.
func (s *session) reply(ref uint64, method string, data []byte, err error) {
	defer s.g.caught("reply", func() { s.close(closeFault) })
	if err != nil && chat.Is(err, chat.Internal) && s.ctx.Err() == nil {
		// The client is told that this has been noted.
		if s.g.complains(&s.g.logs.internal) {
			s.g.logger.Error("request failed", slog.String("method", method[:min(len(method), maxMethod)]), slog.Any("error", err))
		}
	}
	d := newDraft(64 + len(data))
	if err != nil {
		d = wire.AppendError(d, ref, err)
	} else {
		if len(data) == 0 {
			data = []byte("{}")
		}
		d = wire.AppendReply(d, ref, data)
	}
	s.conn.send(d.message())
}
