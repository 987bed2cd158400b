package cluster

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"beep/chat"
)

const (
	// MaxPending is how many calls may wait for one actor: at 20,000 a second
	// about half a second of work, beyond which waiting is worse than a refusal.
	MaxPending = 8192

	// idleAfter is how long an actor lives without a call.
	idleAfter = time.Minute
	// sweepEvery is how often idle actors are looked for.
	sweepEvery = 15 * time.Second

	// maxMoves bounds how often one call follows an actor that keeps moving.
	maxMoves = 5
	// moveDelay is the first pause before following it; it doubles.
	moveDelay = 10 * time.Millisecond
)

// Producer makes the actor of an entity for its cell.
type Producer func(cell *Cell) actor.Actor

// Node is the place of all actors on this node.
type Node struct {
	system *actor.ActorSystem
	now    func() time.Time
	logger *slog.Logger

	mu       sync.Mutex
	kinds    map[chat.EntityKind]Producer
	cells    map[chat.Key]*Cell
	draining bool
	empty    chan struct{} // closed when draining and no cell is left
}

// New makes a node without actors.
func New(logger *slog.Logger) *Node {
	system := actor.NewActorSystem(
		// What the library reports (dead letters of actors that retired) is of
		// no interest to an operator: calls are answered by their cells.
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }),
		// Each burst of dead letters starts a goroutine for as long.
		actor.WithDeadLetterThrottleInterval(time.Millisecond),
	)
	return &Node{
		system: system, now: time.Now, logger: logger,
		kinds: map[chat.EntityKind]Producer{}, cells: map[chat.Key]*Cell{}, empty: make(chan struct{}),
	}
}

// Register says how actors of a kind are made. Call it before the first Tell.
func (n *Node) Register(kind chat.EntityKind, p Producer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kinds[kind] = p
}

// Run retires actors that nobody calls, until ctx ends.
func (n *Node) Run(ctx context.Context) error {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
			for _, c := range n.idle(n.now().Add(-idleAfter)) {
				c.Send(&Idle{})
			}
		}
	}
}

// Tell brings cmd to the actor of key. reply is called exactly once, on
// whatever goroutine has the answer, and must not block. Errors are of kind
// Unavailable (the mailbox is full, the node is stopping, the actor could not
// be activated or keeps moving) or the actor's own.
func (n *Node) Tell(key chat.Key, cmd chat.Command, reply func(any, error)) {
	n.tell(key, cmd, reply, 0)
}

func (n *Node) tell(key chat.Key, cmd chat.Command, reply func(any, error), moves int) {
	follow := func(v any, err error) {
		if !chat.Is(err, chat.Fenced) || moves >= maxMoves {
			reply(v, err)
			return
		}
		time.AfterFunc(moveDelay<<moves, func() { n.tell(key, cmd, reply, moves+1) })
	}
	for {
		c, err := n.cell(key, cmd)
		if err != nil {
			reply(nil, err)
			return
		}
		closed, full := c.admit()
		if closed {
			continue // it has just retired; the map knows by now
		}
		if full {
			reply(nil, chat.Errorf(chat.Unavailable, cmd.CommandName(), "too much is waiting here, try again"))
			return
		}
		c.lastUsed.Store(n.now().UnixMilli())
		c.Send(&Call{Command: cmd, cell: c, reply: follow})
		return
	}
}

// Ask is Tell for callers who wait. When ctx ends first the error is
// Unavailable, and the command may still have its effect.
func (n *Node) Ask(ctx context.Context, key chat.Key, cmd chat.Command) (any, error) {
	type answer struct {
		v   any
		err error
	}
	got := make(chan answer, 1)
	n.Tell(key, cmd, func(v any, err error) { got <- answer{v, err} })
	select {
	case a := <-got:
		return a.v, a.err
	case <-ctx.Done():
		return nil, &chat.Error{Kind: chat.Unavailable, Op: cmd.CommandName(), Message: "took too long", Err: ctx.Err()}
	}
}

// cell finds the activation of key or makes one.
func (n *Node) cell(key chat.Key, cmd chat.Command) (*Cell, error) {
	n.mu.Lock()
	if c := n.cells[key]; c != nil {
		n.mu.Unlock()
		return c, nil
	}
	produce := n.kinds[key.Kind]
	if n.draining || produce == nil || !key.Valid() {
		n.mu.Unlock()
		if !key.Valid() || produce == nil {
			return nil, chat.Errorf(chat.NotFound, cmd.CommandName(), "there is no such thing")
		}
		return nil, chat.Errorf(chat.Unavailable, cmd.CommandName(), "this node is stopping")
	}
	c := &Cell{key: key, node: n, ready: make(chan struct{})}
	c.lastUsed.Store(n.now().UnixMilli())
	n.cells[key] = c
	n.mu.Unlock()
	c.pid = n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return produce(c) }))
	close(c.ready)
	return c, nil
}

func (n *Node) remove(c *Cell) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cells[c.key] == c {
		delete(n.cells, c.key)
		if n.draining && len(n.cells) == 0 {
			close(n.empty)
		}
	}
}

func (n *Node) idle(before time.Time) []*Cell {
	n.mu.Lock()
	defer n.mu.Unlock()
	var cells []*Cell
	for _, c := range n.cells {
		if c.pending.Load() == 0 && c.lastUsed.Load() < before.UnixMilli() {
			cells = append(cells, c)
		}
	}
	return cells
}

// Actors is how many actors live here.
func (n *Node) Actors() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.cells)
}

// Drain takes in no new activations, tells every actor to stop, and waits until
// all have, or ctx ends.
func (n *Node) Drain(ctx context.Context) error {
	n.mu.Lock()
	first := !n.draining
	n.draining = true
	cells := make([]*Cell, 0, len(n.cells))
	for _, c := range n.cells {
		cells = append(cells, c)
	}
	if first && len(cells) == 0 {
		close(n.empty)
	}
	n.mu.Unlock()
	for _, c := range cells {
		c.Send(&Stop{})
	}
	select {
	case <-n.empty:
		n.system.Shutdown()
		return nil
	case <-ctx.Done():
		n.system.Shutdown()
		return ctx.Err()
	}
}
