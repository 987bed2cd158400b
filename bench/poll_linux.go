package bench

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"beep/client"
)

const (
	pollEvents = 512       // sockets a wait may tell of; the others come next time
	pollBuffer = 256 << 10 // one read takes what any socket has, in practice
)

// poller reads many sockets in one goroutine: a wait for all of them, then a
// single read of each that has something. A goroutine each would pay for two
// reads and a switch per delivery, on a machine that it shares with the server.
//
// The loop alone reads, ends and closes sockets; others give it orders. That is
// why no descriptor is used again while a wait's events are worked through.
type poller struct {
	ep, bell int // the epoll instance; an eventfd that is rung for orders

	socks map[int32]*polled // by descriptor; the loop's

	mu      sync.Mutex
	orders  []order // at most two per socket
	stopped bool    // no orders are taken any more
}

// order is a socket to read from now on, one to close, or none: the end.
type order struct {
	c     *polled
	close bool
}

// newPoller makes a poller; its loop is the caller's to run, and closes it.
func newPoller() (*poller, error) {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make a poll loop: %w", os.NewSyscallError("epoll_create1", err))
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(ep) // the first error says more
		return nil, fmt.Errorf("make a poll loop: %w", os.NewSyscallError("eventfd", err))
	}
	p := &poller{ep: ep, bell: bell, socks: map[int32]*polled{}}
	if err := p.control(unix.EPOLL_CTL_ADD, bell); err != nil {
		p.release()
		return nil, fmt.Errorf("make a poll loop: %w", err)
	}
	return p, nil
}

// take reads s from now on. When it gives errors.ErrUnsupported, s is as it was
// and wants a goroutine of its own.
func (p *poller) take(s *sock) error {
	c := &polled{p: p, s: s}
	err := s.raw.Detach(func(tcp *net.TCPConn) (io.WriteCloser, error) {
		var err error
		if c.fd, err = ownDescriptor(tcp); err != nil {
			return nil, err
		}
		return c, nil
	})
	if err != nil {
		return err
	}
	if !p.give(order{c: c}) {
		c.shut()
		return net.ErrClosed
	}
	return nil
}

// ownDescriptor takes the socket out of the runtime's hands, whose own poller
// would be woken by it as well.
func ownDescriptor(tcp *net.TCPConn) (fd int, err error) {
	rc, err := tcp.SyscallConn()
	if err != nil {
		return 0, err
	}
	var derr error
	err = rc.Control(func(old uintptr) { fd, derr = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
	if err = errors.Join(err, os.NewSyscallError("fcntl", derr)); err != nil {
		return 0, err
	}
	_ = tcp.Close() // of a copy: nothing is sent, nothing can be lost
	return fd, nil
}

// give hands the loop an order, unless it has ended.
func (p *poller) give(o order) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return false
	}
	p.orders = append(p.orders, o)
	if len(p.orders) == 1 {
		_, _ = unix.Write(p.bell, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // cannot fail: it counts to 2^64
	}
	return true
}

// stop ends the loop, and with it all sockets that are left. Only the first
// call has an effect.
func (p *poller) stop() { p.give(order{}) }

// loop reads until stop.
func (p *poller) loop() {
	defer p.release()
	events, buf := make([]unix.EpollEvent, pollEvents), make([]byte, pollBuffer)
	for {
		n, err := unix.EpollWait(p.ep, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return // a wait for a valid descriptor does not fail; every socket is told lost
		}
		rung := false
		for _, e := range events[:max(n, 0)] {
			if e.Fd == int32(p.bell) {
				rung = true
				continue
			}
			p.read(p.socks[e.Fd], buf)
		}
		if rung && !p.obey() {
			return
		}
	}
}

// read reads a socket once: what is left is told of by the next wait.
func (p *poller) read(c *polled, buf []byte) {
	n, err := readNow(c.fd, buf)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
	case err != nil:
		p.end(c, &client.CloseError{Code: client.CloseAbnormal, Err: os.NewSyscallError("recvfrom", err)})
	case n == 0:
		p.end(c, &client.CloseError{Code: client.CloseAbnormal, Err: io.EOF})
	default:
		if err := c.s.raw.Feed(buf[:n], c.s.frame); err != nil {
			p.end(c, err)
		}
	}
}

// obey carries the orders out and reports whether the loop goes on.
func (p *poller) obey() bool {
	var count [8]byte
	_, _ = unix.Read(p.bell, count[:]) // it was rung
	p.mu.Lock()
	orders := p.orders
	p.orders = nil
	p.mu.Unlock()
	for _, o := range orders {
		switch {
		case o.c == nil:
			return false
		case o.close:
			p.lose(o.c, net.ErrClosed)
		default:
			p.begin(o.c)
		}
	}
	return true
}

// begin takes in what the socket had read already, then waits for more.
func (p *poller) begin(c *polled) {
	p.socks[int32(c.fd)] = c
	err := c.s.raw.Feed(nil, c.s.frame)
	if err == nil {
		err = p.control(unix.EPOLL_CTL_ADD, c.fd)
	}
	if err != nil {
		p.end(c, err)
	}
}

// end tells that the socket reads no more. Its descriptor stays until Close, as
// that of any connection.
func (p *poller) end(c *polled, err error) {
	if c.ended {
		return
	}
	c.ended = true
	_ = p.control(unix.EPOLL_CTL_DEL, c.fd) // it may never have been there
	c.s.err = err
	close(c.s.done)
}

// lose ends and closes the socket.
func (p *poller) lose(c *polled, err error) {
	p.end(c, &client.CloseError{Code: client.CloseAbnormal, Err: err})
	delete(p.socks, int32(c.fd))
	c.shut()
}

// release takes no more orders, and closes everything.
func (p *poller) release() {
	p.mu.Lock()
	p.stopped = true
	orders := p.orders
	p.orders = nil
	p.mu.Unlock()
	for _, o := range orders {
		if o.c != nil && !o.close { // it came too late
			p.socks[int32(o.c.fd)] = o.c
		}
	}
	for _, c := range p.socks {
		p.lose(c, net.ErrClosed)
	}
	_ = unix.Close(p.bell) // nothing is kept in them
	_ = unix.Close(p.ep)
}

func (p *poller) control(op, fd int) error {
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.ep, op, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
}

// readNow reads without waiting. It goes past the runtime's bookkeeping for
// calls that may block, for this one never does.
func readNow(fd int, b []byte) (int, error) {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))),
		uintptr(len(b)), syscall.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
