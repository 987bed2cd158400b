//go:build unix

package edge

import "syscall"

// tryLocked writes what the socket takes of m now, without waiting: one
// write(2) on a descriptor that the runtime keeps non-blocking. What is no plain
// TCP connection (TLS) takes nothing here and is written by the flusher.
func (c *conn) tryLocked(m []byte) (int, error) {
	if c.raw == nil {
		return 0, nil
	}
	c.out, c.outN, c.outErr = m, 0, nil
	err := c.raw.Write(c.attempt)
	c.out = nil
	if err != nil {
		return 0, err
	}
	return c.outN, c.outErr
}

func (c *conn) writeOnce(fd uintptr) bool {
	for {
		n, err := syscall.Write(int(fd), c.out)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
		case err != nil:
			c.outErr = err
		default:
			c.outN = n
		}
		return true
	}
}
