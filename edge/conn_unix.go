//go:build unix && !linux

package edge

import "syscall"

// writeNow writes what the socket takes of m without waiting: the runtime keeps
// the descriptor non-blocking.
func writeNow(fd int, m []byte) (int, error) {
	for {
		n, err := syscall.Write(fd, m)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}
