package actors

import (
	"context"
	"encoding/json"
	"time"

	"beep/chat"
	"beep/cluster"
)

// reachTimeout bounds how long callers wait for this node's copy after a gap: to
// read some thousand records takes milliseconds, and the log has just answered.
const reachTimeout = 10 * time.Second

// server is the behaviour of a server's actor.
type server struct {
	a       *shell
	st      *chat.Server
	beside  *beside
	erasure erasure
}

func newServer(a *shell) behaviour {
	return &server{a: a, st: chat.NewServer(), beside: newBeside(a.cfg.Place)}
}

// begin finishes the erasure of a conversation that has ended, and what the last
// activation may have left undone: a commit that was stored without an answer is in
// the state, but nobody has brought this node's copy up to it.
func (s *server) begin(ctx context.Context) error {
	s.erase()
	return s.a.cfg.Tenants.Reach(ctx, chat.ServerID(s.a.key.ID), s.st.Number)
}

func (s *server) fail(err error)            { s.release(err) }
func (s *server) end()                      { s.beside.end() }
func (s *server) idle() bool                { return !s.due() }
func (s *server) apply(rec chat.Record)     { s.st.Apply(rec) }
func (s *server) number() uint64            { return s.st.Number }
func (s *server) encode() ([]byte, error)   { return json.Marshal(s.st) }
func (s *server) handle(*cluster.Call) bool { return false }

func (s *server) restore(state []byte) error {
	s.st = chat.NewServer()
	if state == nil {
		return nil
	}
	if err := json.Unmarshal(state, s.st); err != nil {
		return err
	}
	s.st.Restore()
	return nil
}

func (s *server) decide(call *cluster.Call) (chat.Decision, error) {
	if s.due() {
		s.erasure.turns = append(s.erasure.turns, call) // at most cluster.MaxPending
		return chat.Decision{}, errParked
	}
	return s.st.Decide(call.Command, s.a.cfg.Now().UnixMilli())
}

// committed brings this node's copy up to date before anybody is answered, so
// that whoever has heard of a change finds it in force. A copy that has missed
// something first reads it in the log.
func (s *server) committed(recs []chat.Record) bool {
	s.erase()
	cell, tenants, id, number := s.a.cell, s.a.cfg.Tenants, chat.ServerID(s.a.key.ID), s.st.Number
	if tenants.Advance(id, recs) {
		return true
	}
	s.beside.start(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, reachTimeout)
		defer cancel()
		cell.Send(settled{tenants.Reach(ctx, id, number)})
	})
	return false
}

func (s *server) answer(call *cluster.Call, recs []chat.Record, reply any) (any, bool) {
	v := committedOr(recs, reply)
	if s.due() {
		s.erasure.held = append(s.erasure.held, &held{call, v})
		return nil, false
	}
	return v, true
}

// Committed answers a command that led to events: the number of the last one,
// or of nothing new when there was nothing to do.
type Committed struct {
	Number uint64
}

// committedOr is a Committed for records, else reply.
func committedOr(recs []chat.Record, reply any) any {
	if len(recs) > 0 {
		return &Committed{Number: recs[len(recs)-1].Number}
	}
	if reply == nil {
		return &Committed{}
	}
	return reply
}
