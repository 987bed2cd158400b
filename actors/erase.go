package actors

import (
	"context"

	"beep/chat"
	"beep/cluster"
)

// erasure is what is left to do when a direct conversation has ended: its key is
// erased, and until that has succeeded nobody is told that it has ended. So
// whoever ends it asks again until it is done, also after a crash.
type erasure struct {
	done    bool
	running bool
	held    []*held         // answered when it is done
	turns   []*cluster.Call // decided when it is done
}

// held is an answer that waits.
type held struct {
	call  *cluster.Call
	reply any
}

// due reports whether the key is still to be erased.
func (s *server) due() bool {
	return s.st.Deleted && s.st.Kind != chat.ServerOfMembers && !s.erasure.done
}

// erase begins an attempt, if one is due and none is under way.
func (s *server) erase() {
	if !s.due() || s.erasure.running {
		return
	}
	s.erasure.running = true
	cell, log, id := s.a.cell, s.a.cfg.Log, s.a.key.ID
	s.beside.start(func(ctx context.Context) { cell.Send(keyErased{log.EraseKey(ctx, id)}) })
}

// keyErased says how an attempt has ended.
type keyErased struct{ err error }

// eraseAgain begins the next one.
type eraseAgain struct{}

// onKeyErased answers those who wait: that it is done, or that it is not yet.
func (a *shell) onKeyErased(m keyErased) {
	s, ok := a.b.(*server)
	if !ok || a.dead != nil {
		return
	}
	if m.err != nil {
		a.cfg.Logger.Warn("key of a conversation could not be erased", "entity", a.key.String(), "error", m.err)
		s.release(tryAgain("erase conversation", m.err))
		a.again(eraseAgain{})
		return
	}
	s.erasure.done, s.erasure.running = true, false
	for _, h := range s.erasure.held {
		h.call.Reply(h.reply, nil)
	}
	turns := s.erasure.turns
	s.erasure.held, s.erasure.turns = nil, nil
	for _, call := range turns {
		a.onCall(call)
	}
}

func (a *shell) onEraseAgain() {
	if s, ok := a.b.(*server); ok && a.dead == nil {
		s.erasure.running = false
		s.erase()
	}
}

// release answers all who wait with an error; the erasure goes on without them.
func (s *server) release(err error) {
	for _, h := range s.erasure.held {
		h.call.Reply(nil, err)
	}
	for _, call := range s.erasure.turns {
		call.Reply(nil, err)
	}
	s.erasure.held, s.erasure.turns = nil, nil
}
