package edge

import (
	"bytes"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// maxQueued bounds the bytes that wait for a socket that is full: some
	// seconds of a hot channel. Beyond it the session is closed with 4001. A
	// message that nothing waits before is taken whatever its size, else a user
	// of very many channels could never begin; it does not count.
	maxQueued = 4 << 20
	// controlRoom is kept for control frames, the close frame above all.
	controlRoom = 4 << 10
	// maxHeld bounds what hubs tell a session while it starts, likewise.
	maxHeld = 4 << 20
	// stuckTimeout is how long a socket may take nothing at all.
	stuckTimeout = 10 * time.Second
	// noDescriptor says that the flusher writes everything.
	noDescriptor = -1
	// closeTimeout is how long a socket that is being closed may take nothing.
	closeTimeout = 2 * time.Second
)

// conn is the connection under a session's WebSocket. The library reads from it
// and writes its control frames to it; everything else is given to send. One
// lock keeps what is written whole and in order, and nobody who writes waits:
// what the socket does not take at once is queued and written by a goroutine
// that lives as long as the queue.
type conn struct {
	net.Conn
	early *bytes.Reader // what the client sent before the hijacking, nil once read

	spawn  func(func()) bool // runs the flushing goroutine
	onSlow func()            // called once, on a goroutine of its own, when the client is too slow

	mu       sync.Mutex // guards what follows; never held across a wait
	fd       int        // of Conn, noDescriptor if it has none to use; valid until dead
	queue    [][]byte
	queued   int // bytes in queue and in the flusher's hands; bounded by maxQueued and large
	large    int // of queued, what is left of a message beyond maxQueued; it is the first
	flushing bool
	begun    bool          // the first of queue is the rest of a message
	drained  chan struct{} // closed when the queue is next empty; nil if nobody waits
	holding  bool
	held     [][]byte // what hubs said while holding
	heldSize int      // bounded by maxHeld
	closing  bool     // a close frame is the next and last
	dead     bool     // nothing is written any more
}

// Read implements net.Conn for the library.
func (c *conn) Read(p []byte) (int, error) {
	if c.early != nil {
		n, err := c.early.Read(p)
		if err != io.EOF {
			return n, err
		}
		c.early = nil
	}
	return c.Conn.Read(p)
}

// Write implements net.Conn for the library's control frames. It never waits.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return 0, net.ErrClosed
	}
	c.putLocked(p, true)
	return len(p), nil
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.mu.Lock()
	c.killLocked()
	c.mu.Unlock()
	return c.Conn.Close()
}

// tell gives the session a message from a hub. While the session starts it
// waits its turn.
func (c *conn) tell(m []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.dead || c.closing:
	case !c.holding:
		c.putLocked(m, false)
	case c.heldSize+len(m) > maxHeld:
		c.slowLocked()
	default:
		c.held = append(c.held, m)
		c.heldSize += len(m)
	}
}

// send gives the session a message that does not wait for the start: replies,
// heartbeats, and the start itself.
func (c *conn) send(m []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.dead && !c.closing {
		c.putLocked(m, false)
	}
}

// hold makes messages of hubs wait until release.
func (c *conn) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = true
}

// release lets what was held follow m, which may be nil, and ends holding.
func (c *conn) release(m []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead || c.closing {
		return
	}
	if m != nil {
		c.putLocked(m, false)
	}
	for _, h := range c.held {
		c.putLocked(h, false)
	}
	c.holding, c.held, c.heldSize = false, nil, 0
}

// backlog returns a channel that is closed when nothing waits any more, nil if
// less than limit bytes wait now.
func (c *conn) backlog(limit int) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead || c.queued < limit {
		return nil
	}
	if c.drained == nil {
		c.drained = make(chan struct{})
	}
	return c.drained
}

// shut drops what waits, but for a message that was begun, so that a close
// frame written next is the last thing the client gets, and soon.
func (c *conn) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	c.held, c.heldSize = nil, 0
	// What the flusher has in its hands was begun; the queue behind it was not.
	keep := 0
	if c.begun {
		keep = 1
	}
	for i := keep; i < len(c.queue); i++ {
		c.queued -= len(c.queue[i])
	}
	c.queue = c.queue[:min(keep, len(c.queue))]
}

// putLocked writes m or queues what the socket does not take of it. After a
// message that found no room nothing but the close frame follows: what the
// client gets has no gap.
func (c *conn) putLocked(m []byte, control bool) {
	if c.dead || c.closing && !control {
		return
	}
	begun := false
	if !c.flushing {
		n, err := c.tryLocked(m)
		if err != nil {
			c.killLocked()
			return
		}
		if n == len(m) {
			return
		}
		m, begun = m[n:], n > 0
	}
	switch room := maxQueued + c.large - c.queued; {
	case len(m) <= room:
	case c.queued == 0:
		c.large = len(m)
	case !control:
		c.slowLocked()
		return
	case len(m) > room+controlRoom:
		c.killLocked() // it pings and does not read
		return
	}
	if control {
		m = bytes.Clone(m) // the library uses its buffer again; control frames are small
	}
	c.queue = append(c.queue, m)
	c.queued += len(m)
	if !c.flushing {
		c.flushing, c.begun = true, begun
		if !c.spawn(c.flush) {
			c.killLocked()
		}
	}
}

// tryLocked writes what the socket takes of m now, without waiting. The
// descriptor is good: Close sets dead, under the lock, before it closes.
func (c *conn) tryLocked(m []byte) (int, error) {
	if c.fd == noDescriptor {
		return 0, nil
	}
	return writeNow(c.fd, m)
}

// flush writes the queue until it is empty.
func (c *conn) flush() {
	for {
		c.mu.Lock()
		if len(c.queue) == 0 || c.dead {
			c.flushing, c.queue = false, nil
			c.wakeLocked()
			c.mu.Unlock()
			return
		}
		m := c.queue[0]
		c.queue[0] = nil
		c.queue, c.begun = c.queue[1:], false
		timeout := stuckTimeout
		if c.closing {
			timeout = closeTimeout
		}
		c.mu.Unlock()

		err := c.writeAll(m, timeout)

		c.mu.Lock()
		c.queued -= len(m)
		c.large = 0 // it is the first, if any
		if err != nil && !c.dead {
			c.slowLocked()
			c.killLocked()
		}
		c.mu.Unlock()
	}
}

// writeAll waits for the socket as long as it takes something within timeout.
func (c *conn) writeAll(m []byte, timeout time.Duration) error {
	defer func() { _ = c.Conn.SetWriteDeadline(time.Time{}) }()
	for len(m) > 0 {
		if err := c.Conn.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
			return err
		}
		n, err := c.Conn.Write(m[:min(len(m), 64<<10)])
		m = m[n:]
		if err != nil && n == 0 {
			return err
		}
	}
	return nil
}

// slowLocked gives the client up, once.
func (c *conn) slowLocked() {
	if c.dead || c.closing {
		return
	}
	c.closing = true
	c.held, c.heldSize = nil, 0
	c.onSlow()
}

// killLocked ends all writing.
func (c *conn) killLocked() {
	c.dead = true
	c.held, c.heldSize, c.queue = nil, 0, nil
	c.wakeLocked()
}

func (c *conn) wakeLocked() {
	if c.drained != nil {
		close(c.drained)
		c.drained = nil
	}
}
