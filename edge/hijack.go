package edge

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
)

const (
	// readBuffer holds the frames that clients send often; the rest of a longer
	// one bypasses it. Every connection has one.
	readBuffer = 256
	// writeBuffer holds the longest control frame of a server (2 + 125 bytes):
	// the library writes nothing else, and each must be one Write.
	writeBuffer = 136
)

// hijacker hands the connection it hijacks out wrapped in a conn, with small
// buffers.
type hijacker struct {
	http.ResponseWriter
	conn *conn
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, brw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	c := h.conn
	c.Conn = nc
	if n := brw.Reader.Buffered(); n > 0 {
		early, _ := brw.Reader.Peek(n)
		c.early = bytes.NewReader(bytes.Clone(early))
	}
	c.fd = descriptor(nc)
	return c, bufio.NewReadWriter(bufio.NewReaderSize(c, readBuffer), bufio.NewWriterSize(c, writeBuffer)), nil
}

// descriptor is the number under a plain TCP connection, noDescriptor if nc is
// something else (TLS). It stays nc's: whoever uses it makes sure that nc is open.
func descriptor(nc net.Conn) int {
	fd := noDescriptor
	if tcp, ok := nc.(*net.TCPConn); ok {
		if raw, err := tcp.SyscallConn(); err == nil {
			_ = raw.Control(func(n uintptr) { fd = int(n) }) // fails only once it is closed
		}
	}
	return fd
}
