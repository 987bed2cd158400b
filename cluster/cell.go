package cluster

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"beep/chat"
)

// closedCell is far below anything pending can reach from zero.
const closedCell = -1 << 40

// Cell is one activation of an entity on this node: its mailbox, and how much
// is in it. The mailbox itself has no bound; the cell admits no more calls than
// MaxPending, and refuses the rest as unavailable.
type Cell struct {
	key  chat.Key
	node *Node
	pid  *actor.PID

	ready    chan struct{} // closed when pid is set
	pending  atomic.Int64  // calls not answered; below zero: closed
	lastUsed atomic.Int64  // Unix milliseconds of the last call
}

// Key is the entity that lives here.
func (c *Cell) Key() chat.Key { return c.key }

// Send puts a message of the actor's own into its mailbox, such as the outcome
// of something it started. It is not counted and never refused.
func (c *Cell) Send(msg any) {
	<-c.ready
	c.node.system.Root.Send(c.pid, msg)
}

// SendSelf puts a command into the actor's own mailbox, as if it was called.
func (c *Cell) SendSelf(cmd chat.Command, reply func(any, error)) {
	c.pending.Add(1)
	c.Send(&Call{Command: cmd, cell: c, reply: reply})
}

// TryRetire ends the activation if no call is waiting, and reports whether it
// did: from then on no call can come in. The actor calls it, and stops itself if
// it says true.
func (c *Cell) TryRetire() bool {
	if !c.pending.CompareAndSwap(0, closedCell) {
		return false
	}
	c.node.remove(c)
	return true
}

// Retire takes the activation out of reach at once, because it may not serve
// any more: the next call finds or makes another. Calls that are in the
// mailbox already must still be answered, with an error of kind Fenced.
func (c *Cell) Retire() { c.node.remove(c) }

// admit counts a call in. It says closed when the activation has ended, and
// full when there is no room.
func (c *Cell) admit() (closed, full bool) {
	n := c.pending.Add(1)
	if n <= 0 {
		c.pending.Add(-1)
		return true, false
	}
	if n > MaxPending {
		c.pending.Add(-1)
		return false, true
	}
	return false, false
}
