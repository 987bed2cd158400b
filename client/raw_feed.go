package client

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// Detach gives the connection's TCP part away, so that the caller may read it
// with others in one loop; from then on what comes is given to Feed and
// ReadFrames must not be called. take says what WriteFrame and Close use from
// now on, and closes the TCPConn if it does not need it; deadlines are its own.
// It must be called before ReadFrames and before the RawConn is shared.
//
//	1 a connection with TLS: errors.ErrUnsupported, nothing has changed
//	2 take gives an error: the same error, nothing has changed
//	3 bytes have been read already: they are kept, and come first in Feed
func (c *RawConn) Detach(take func(*net.TCPConn) (io.WriteCloser, error)) error {
	tcp, ok := c.nc.(*net.TCPConn)
	if !ok {
		return fmt.Errorf("detach a connection with TLS: %w", errors.ErrUnsupported)
	}
	w, err := take(tcp)
	if err != nil {
		return err
	}
	b, _ := c.br.Peek(c.br.Buffered()) // they are there
	c.rest = append([]byte(nil), b...)
	c.w, c.br, c.scratch = w, nil, nil
	return nil
}

// Feed is ReadFrames for a detached connection: it takes in the next bytes, of
// any number, and calls fn with each frame that they complete. Its errors are
// those of ReadFrames, and after one there is nothing more to feed; that reading
// ended is the caller's to see. It keeps the beginning of a frame, which
// maxServerMessage bounds. One goroutine at a time.
func (c *RawConn) Feed(b []byte, fn func(frame []byte) error) error {
	in := b
	if len(c.rest) > 0 {
		c.rest = append(c.rest, b...)
		in = c.rest
	}
	used := 0
	for used < len(in) {
		n, err := c.feedOne(in[used:], fn)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		used += n
	}
	left := in[used:]
	if cap(c.rest) > keepRawScratch && len(left) <= keepRawScratch {
		c.rest = nil // left still holds on to what it was
	}
	c.rest = append(c.rest[:0], left...)
	return nil
}

// feedOne takes in the frame that b begins with and says how long it was, 0 if
// it is not there as a whole. What is wrong with its header is told at once.
func (c *RawConn) feedOne(b []byte, fn func(frame []byte) error) (int, error) {
	if len(b) < 2 {
		return 0, nil
	}
	fin, op, size, err := firstBytes(b)
	if err != nil {
		return 0, err
	}
	head := 2
	switch size {
	case 126:
		head = 4
		if len(b) < head {
			return 0, nil
		}
		size = uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		head = 10
		if len(b) < head {
			return 0, nil
		}
		size = binary.BigEndian.Uint64(b[2:])
	}
	if err := checkHeader(fin, op, size, c.begun, len(c.scratch)); err != nil {
		return 0, err
	}
	if uint64(len(b)-head) < size {
		return 0, nil
	}
	end := head + int(size)
	return end, c.take(fin, op, b[head:end], fn)
}

// take takes in a whole frame whose header is in order.
func (c *RawConn) take(fin bool, op byte, payload []byte, fn func(frame []byte) error) error {
	switch {
	case op >= opClose:
		return c.control(op, payload)
	case fin && !c.begun:
		return splitFrames(payload, fn)
	}
	c.begun = !fin
	c.scratch = append(c.scratch, payload...)
	if !fin {
		return nil
	}
	err := splitFrames(c.scratch, fn)
	c.scratch = c.scratch[:0]
	if cap(c.scratch) > keepRawScratch {
		c.scratch = nil
	}
	return err
}
