package actors

import (
	"context"

	"beep/chat"
	"beep/cluster"
)

// maxTurns bounds the calls that wait for their turn at one pair. Two people with
// a few devices never come near; more are refused with Unavailable.
const maxTurns = 16

// pairWork is what is under way between the user, as the keeper, and another. It
// is there while the pair has a step.
type pairWork struct {
	carrying bool
	waiting  []*cluster.Call // answered when the step has ended
	turns    []*cluster.Call // decided when the step has ended; at most maxTurns
	refusal  error           // of the other's actor, for those that wait
}

// release answers everybody with an error: the work goes on without them.
func (w *pairWork) release(err error) {
	w.conclude(nil, err)
	for _, call := range w.turns {
		call.Reply(nil, err)
	}
	w.turns = nil
}

// conclude answers those who wait: with the refusal, if there was one.
func (w *pairWork) conclude(v any, err error) {
	if w.refusal != nil {
		v, err = nil, w.refusal
	}
	for _, call := range w.waiting {
		call.Reply(v, err)
	}
	w.waiting, w.refusal = nil, nil
}

func (u *user) work(peer chat.UserID) *pairWork {
	w := u.pairs[peer]
	if w == nil {
		w = &pairWork{}
		u.pairs[peer] = w
	}
	return w
}

// park puts a call aside while another change of the same pair is under way, and
// reports whether it did.
func (u *user) park(call *cluster.Call, c *chat.Relate) bool {
	peer := c.Other.UserID
	if peer == u.st.ID {
		peer = c.By.UserID
	}
	if u.st.Pairs[peer].Step == "" {
		return false
	}
	if w := u.work(peer); len(w.turns) < maxTurns {
		w.turns = append(w.turns, call)
		return true
	}
	return false // and is refused by the rules
}

// awaitPair keeps the caller until what he has decided is carried out: then both
// logs say so.
func (u *user) awaitPair(call *cluster.Call, c *chat.Relate, recs []chat.Record) (any, bool) {
	peer := c.Other.UserID
	if peer == u.st.ID {
		peer = c.By.UserID
	}
	if len(recs) == 0 || u.st.Pairs[peer].Step == "" {
		return committedOr(recs, nil), true
	}
	w := u.work(peer)
	w.waiting = append(w.waiting, call)
	u.carry(peer)
	return nil, false
}

// carry begins the pair's step, if it has one and it is not under way. What it
// rests on is durable: it runs after a commit, or at the activation.
func (u *user) carry(peer chat.UserID) {
	p := u.st.Pairs[peer]
	if p.Step == "" || u.work(peer).carrying {
		return
	}
	u.work(peer).carrying = true
	s := &pairStep{
		log: u.a.cfg.Log, beside: u.beside, peer: peer, pair: p,
		keeper: chat.Recipient{UserID: u.st.ID, Username: u.st.Username},
	}
	cell := u.a.cell
	u.beside.start(func(ctx context.Context) {
		err := s.run(ctx)
		cell.Send(stepEnded{s, err})
	})
}

// stepEnded says how an attempt at a step has ended.
type stepEnded struct {
	s   *pairStep
	err error
}

// stepAgain repeats a step that could not be carried out.
type stepAgain struct{ peer chat.UserID }

// turnCome are calls that have waited for their turn.
type turnCome struct{ calls []*cluster.Call }

// onStepEnded puts the outcome into the log, or has the step repeated.
func (a *shell) onStepEnded(m stepEnded) {
	u, ok := a.b.(*user)
	if !ok || a.dead != nil {
		return
	}
	w := u.work(m.s.peer)
	if passing(m.err) {
		if chat.KindOf(m.err) == chat.Internal {
			a.cfg.Logger.Warn("a step between two users failed", "entity", a.key.String(), "step", m.s.pair.Step, "error", m.err)
		}
		w.release(tryAgain("change friendship", m.err)) // the log remembers
		a.again(stepAgain{m.s.peer})
		return
	}
	if m.err != nil {
		w.refusal = m.err
	}
	a.cell.SendSelf(&chat.FinishPair{
		Peer: m.s.peer, Version: m.s.pair.Version, Refused: m.err != nil, Unmade: !m.s.made,
	}, func(any, error) {})
}

func (a *shell) onStepAgain(m stepAgain) {
	if u, ok := a.b.(*user); ok && a.dead == nil {
		u.work(m.peer).carrying = false
		u.carry(m.peer)
		u.rest(m.peer)
	}
}

func (a *shell) onTurnCome(m turnCome) {
	for _, call := range m.calls {
		a.onCall(call)
	}
}

// finished goes on after a step: with the one that takes it back, or by answering
// those who have waited. What is decided next has a step of its own.
func (u *user) finished(c *chat.FinishPair) {
	w := u.work(c.Peer)
	w.carrying = false
	if !c.Refused || u.st.Pairs[c.Peer].Step == "" {
		w.conclude(&Committed{Number: u.st.Number}, nil)
	}
	u.carry(c.Peer)
	u.rest(c.Peer)
}

// rest lets those go on who wait for their turn, and forgets the work, if the pair
// has no step any more.
func (u *user) rest(peer chat.UserID) {
	w := u.pairs[peer]
	if w == nil || u.st.Pairs[peer].Step != "" {
		return
	}
	delete(u.pairs, peer)
	if len(w.turns) > 0 {
		cell, calls := u.a.cell, w.turns
		cell.Send(turnCome{calls})
	}
}
