package bench

import (
	"errors"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// polled is the end of a socket that its poller reads: what a RawConn writes to
// and closes.
type polled struct {
	p     *poller
	s     *sock
	fd    int
	ended bool // the loop's: s.done is closed

	mu     sync.Mutex // nothing is written to a descriptor that is closed
	closed bool
}

// Write writes all of b at once or fails: it never waits, for the loop itself
// answers pings. A listener writes a few bytes every now and then, so that a
// full socket means a server that reads nothing. What is written in part ends
// the socket.
func (c *polled) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	for {
		n, err := unix.SendmsgN(c.fd, b, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return 0, os.NewSyscallError("sendmsg", err)
		case n < len(b):
			_ = unix.Shutdown(c.fd, unix.SHUT_RDWR) // the loop sees the end
			return n, unix.EAGAIN
		}
		return n, nil
	}
}

// Close has the loop close the socket, abruptly; s.done says when.
func (c *polled) Close() error {
	c.mu.Lock()
	was := c.closed
	c.closed = true
	c.mu.Unlock()
	if !was {
		c.p.give(order{c: c, close: true}) // a loop that has ended has closed it
	}
	return nil
}

// shut closes the descriptor with a reset. The loop calls it, once.
func (c *polled) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	_ = unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}) // a socket that is gone needs none
	_ = unix.Close(c.fd)
}
