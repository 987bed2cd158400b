package cluster

import (
	"sync/atomic"

	"beep/chat"
)

// Call is a command on its way to an actor, with the way back.
type Call struct {
	Command chat.Command
	cell    *Cell
	reply   func(any, error)
	done    atomic.Bool
}

// Reply answers the call. Only the first answer counts, and the caller must get
// one: an actor that stops answers everything it still holds.
func (c *Call) Reply(v any, err error) {
	if c.done.Swap(true) {
		return
	}
	c.cell.pending.Add(-1)
	c.reply(v, err)
}

// Messages a node sends to its actors, besides calls.
type (
	// Idle tells an actor that nobody has called it for a while: it may save
	// itself and retire.
	Idle struct{}
	// Stop tells an actor to finish what it has begun, save itself, and retire.
	Stop struct{}
)
