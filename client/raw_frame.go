package client

import (
	crand "crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math/rand/v2"

	"github.com/coder/websocket"
)

// What RFC 6455, section 5.2, calls its opcodes.
const (
	opContinuation = 0x0
	opText         = 0x1
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA

	finBit     = 0x80
	maskBit    = 0x80
	maxControl = 125

	// acceptGUID is the constant of section 1.3 that proves a WebSocket server.
	acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
)

// handshakeKey is a fresh key and the answer that a server must give to it. The
// RFC prescribes SHA-1 here; it protects nothing.
func handshakeKey() (key, accept string) {
	var b [16]byte
	_, _ = crand.Read(b[:]) // never fails
	key = base64.StdEncoding.EncodeToString(b[:])
	sum := sha1.Sum([]byte(key + acceptGUID))
	return key, base64.StdEncoding.EncodeToString(sum[:])
}

// writeFrame sends one whole frame, masked.
func (c *RawConn) writeFrame(op byte, payload []byte) error {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	c.wbuf = appendMasked(c.wbuf[:0], op, payload, rand.Uint32())
	_, err := c.w.Write(c.wbuf)
	if cap(c.wbuf) > keepRawScratch {
		c.wbuf = nil
	}
	if err != nil {
		return &CloseError{Code: CloseAbnormal, Err: err}
	}
	return nil
}

// appendMasked appends a client's frame: header, masking key, masked payload.
func appendMasked(dst []byte, op byte, payload []byte, key uint32) []byte {
	dst = append(dst, finBit|op)
	switch n := len(payload); {
	case n <= 125:
		dst = append(dst, maskBit|byte(n))
	case n <= 0xffff:
		dst = append(dst, maskBit|126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	default:
		dst = append(dst, maskBit|127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	var mask [4]byte
	binary.LittleEndian.PutUint32(mask[:], key)
	dst = append(dst, mask[:]...)
	start := len(dst)
	dst = append(dst, payload...)
	b := dst[start:]
	wide := uint64(key) | uint64(key)<<32
	for ; len(b) >= 8; b = b[8:] {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
	}
	for i := range b {
		b[i] ^= mask[i&3]
	}
	return dst
}

// readMessage reads one text message and answers pings on the way. The message
// lies in the connection's buffers and holds until the next call.
func (c *RawConn) readMessage() ([]byte, error) {
	c.scratch = c.scratch[:0]
	begun := false
	for {
		fin, op, size, err := c.readHeader()
		if err != nil {
			return nil, err
		}
		if err := checkHeader(fin, op, size, begun, len(c.scratch)); err != nil {
			return nil, err
		}
		if op >= opClose {
			b, err := c.peek(int(size))
			if err == nil {
				err = c.control(op, b)
			}
			if err != nil {
				return nil, err
			}
			continue
		}
		if fin && !begun && size <= uint64(c.br.Size()) {
			return c.peek(int(size))
		}
		begun = true
		if err := c.collect(int(size)); err != nil {
			return nil, err
		}
		if fin {
			return c.scratch, nil
		}
	}
}

// checkHeader refuses a frame that must not come here: begun says whether a
// message of fragments has begun, and so many bytes of it are there.
func checkHeader(fin bool, op byte, size uint64, begun bool, have int) error {
	switch {
	case op >= opClose:
		if !fin || size > maxControl || op > opPong {
			return &ProtocolError{Message: "bad control frame"}
		}
	case op == opText && begun, op == opContinuation && !begun:
		return &ProtocolError{Message: "fragments out of order"}
	case op != opText && op != opContinuation:
		return &ProtocolError{Message: "not a text message"}
	case size > maxServerMessage-uint64(have):
		return &ProtocolError{Message: "message larger than any the protocol allows"}
	}
	return nil
}

func (c *RawConn) readHeader() (fin bool, op byte, size uint64, err error) {
	h, err := c.peek(2)
	if err != nil {
		return false, 0, 0, err
	}
	fin, op, size, err = firstBytes(h)
	if err != nil {
		return false, 0, 0, err
	}
	switch size {
	case 126:
		h, err = c.peek(2)
		if err == nil {
			size = uint64(binary.BigEndian.Uint16(h))
		}
	case 127:
		h, err = c.peek(8)
		if err == nil {
			size = binary.BigEndian.Uint64(h)
		}
	}
	return fin, op, size, err
}

// firstBytes reads the two bytes every header begins with; a size of 126 or 127
// says how the true one follows.
func firstBytes(h []byte) (fin bool, op byte, size uint64, err error) {
	if h[0]&0x70 != 0 || h[1]&maskBit != 0 {
		return false, 0, 0, &ProtocolError{Message: "reserved bits or a mask in a server's frame"}
	}
	return h[0]&finBit != 0, h[0] & 0x0f, uint64(h[1] & 0x7f), nil
}

// peek takes the next n bytes out of the buffer without copying them.
func (c *RawConn) peek(n int) ([]byte, error) {
	b, err := c.br.Peek(n)
	if err != nil {
		if err == io.EOF && len(b) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return nil, &CloseError{Code: CloseAbnormal, Err: err}
	}
	_, err = c.br.Discard(n) // cannot fail: they are there
	return b, err
}

// collect appends the next n bytes to scratch.
func (c *RawConn) collect(n int) error {
	start := len(c.scratch)
	c.scratch = append(c.scratch, make([]byte, n)...)
	if _, err := io.ReadFull(c.br, c.scratch[start:]); err != nil {
		return &CloseError{Code: CloseAbnormal, Err: err}
	}
	return nil
}

// control takes in a ping, pong or close with its payload.
func (c *RawConn) control(op byte, b []byte) error {
	switch op {
	case opPing:
		return c.writeFrame(opPong, b)
	case opClose:
		e := &CloseError{Code: int(websocket.StatusNoStatusRcvd)}
		if len(b) >= 2 {
			e.Code, e.Reason = int(binary.BigEndian.Uint16(b)), string(b[2:])
		}
		_ = c.writeFrame(opClose, b[:min(len(b), 2)]) // the peer may be gone already
		return e
	}
	return nil
}
