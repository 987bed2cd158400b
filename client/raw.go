package client

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"beep/chat"
	"beep/wire"
)

const (
	defaultRawBuffer = 1024    // most frames fit; a larger one is read past the buffer
	minRawBuffer     = 256     // a control frame must fit
	keepRawScratch   = 4 << 10 // what a quiet connection may hold on to
)

// RawOptions says how to open a RawConn.
type RawOptions struct {
	Token      string
	Intents    []string
	Positions  *wire.Positions // nil: identify; else resume
	ReadBuffer int             // bytes; 0 means 1024
	// Dial opens the TCP connection; nil means net.Dialer. Loads with more than
	// 28,000 sockets choose local addresses with it.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// RawConn is a connection that decodes nothing: it costs its two small buffers
// and, while ReadFrames runs, its caller's goroutine. It sends no heartbeat by
// itself; WriteFrame(HeartbeatFrame) does. WriteFrame and Close may be called
// concurrently with ReadFrames; ReadFrames by one goroutine at a time. Who has
// too many of them for a goroutine each reads by itself: see Detach and Feed.
type RawConn struct {
	nc      net.Conn
	br      *bufio.Reader // nil when detached
	scratch []byte        // a message that does not lie in br as a whole
	begun   bool          // detached: scratch holds fragments of a message
	rest    []byte        // detached: the beginning of a frame

	w    io.WriteCloser // nc, until detached
	wmu  sync.Mutex     // one frame after the other
	wbuf []byte
}

// HeartbeatFrame is what keeps a RawConn alive.
func HeartbeatFrame() []byte { return []byte(`{"op":"heartbeat"}`) }

// RequestFrame builds a request for WriteFrame.
func RequestFrame(ref uint64, method string, data any) ([]byte, error) {
	d, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", method, err)
	}
	return json.Marshal(wire.ClientFrame{Op: wire.OpRequest, Ref: ref, Method: method, Data: d})
}

// DialRaw opens a connection: it waits for hello and sends identify or resume.
// What follows, ready or replayed events and resumed, is ReadFrames' to see.
func DialRaw(ctx context.Context, baseURL string, opt RawOptions) (*RawConn, error) {
	u, err := gatewayURL(baseURL)
	if err != nil {
		return nil, err
	}
	opening, err := openingFrame(opt.Token, opt.Intents, opt.Positions)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	nc, err := dialTCP(ctx, u, opt.Dial)
	if err != nil {
		return nil, &CloseError{Code: CloseAbnormal, Err: err}
	}
	c := newRawConn(nc, opt.ReadBuffer)
	stop := context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })
	err = c.open(u, opening)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = nc.Close() // the first error says more
		return nil, err
	}
	return c, nil
}

func newRawConn(nc net.Conn, buffer int) *RawConn {
	if buffer <= 0 {
		buffer = defaultRawBuffer
	}
	return &RawConn{nc: nc, w: nc, br: bufio.NewReaderSize(nc, max(buffer, minRawBuffer))}
}

func dialTCP(ctx context.Context, u *url.URL, dial func(context.Context, string, string) (net.Conn, error)) (net.Conn, error) {
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"ws": "80", "wss": "443"}[u.Scheme]
	}
	nc, err := dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil || u.Scheme != "wss" {
		return nc, err
	}
	tc := tls.Client(nc, &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12})
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = nc.Close() // the first error says more
		return nil, err
	}
	return tc, nil
}

func (c *RawConn) open(u *url.URL, opening []byte) error {
	if err := c.handshake(u); err != nil {
		return err
	}
	msg, err := c.readMessage()
	if err != nil {
		return err
	}
	hello, err := DecodeFrame(msg)
	if err != nil {
		return err
	}
	if hello.Op != wire.OpHello || hello.Protocol != wire.ProtocolVersion {
		return &ProtocolError{Message: "expected hello of version 1, got " + hello.Op}
	}
	return c.WriteFrame(opening)
}

// handshake upgrades the connection (RFC 6455, section 4.1).
func (c *RawConn) handshake(u *url.URL) error {
	key, accept := handshakeKey()
	req := "GET " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host +
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n"
	if _, err := c.nc.Write([]byte(req)); err != nil {
		return &CloseError{Code: CloseAbnormal, Err: err}
	}
	resp, err := http.ReadResponse(c.br, nil)
	if err != nil {
		return &CloseError{Code: CloseAbnormal, Err: err}
	}
	_ = resp.Body.Close() // after 101 there is none
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return &HandshakeError{Status: resp.StatusCode}
	}
	if resp.Header.Get("Sec-WebSocket-Accept") != accept {
		return &ProtocolError{Message: "the handshake was answered with a wrong key"}
	}
	return nil
}

// WriteFrame sends one frame, masked as the RFC demands, in a single write.
// It blocks while the peer does not read; SetWriteDeadline bounds that.
func (c *RawConn) WriteFrame(frame []byte) error { return c.writeFrame(opText, frame) }

// SetWriteDeadline bounds the writes until it is changed; zero lifts it.
func (c *RawConn) SetWriteDeadline(t time.Time) error { return c.nc.SetWriteDeadline(t) }

// SetReadDeadline bounds ReadFrames; zero lifts it.
func (c *RawConn) SetReadDeadline(t time.Time) error { return c.nc.SetReadDeadline(t) }

// Close ends the connection, at once and without a closing handshake: for the
// server it is lost. ReadFrames returns.
func (c *RawConn) Close() error { return c.w.Close() }

// ReadFrames calls fn with each frame, in order, until the connection ends or
// fn gives an error, which it returns. The bytes are fn's only during the call.
// It answers pings. Its errors are *CloseError and *ProtocolError.
func (c *RawConn) ReadFrames(fn func(frame []byte) error) error {
	for {
		msg, err := c.readMessage()
		if err != nil {
			return err
		}
		if err := splitFrames(msg, fn); err != nil {
			return err
		}
		if cap(c.scratch) > keepRawScratch {
			c.scratch = nil
		}
	}
}

// AppendSend appends a message.send request to dst, without reflection: what a
// load generator sends most.
func AppendSend(dst []byte, ref uint64, channel chat.ChannelID, content, nonce string) []byte {
	dst = fmt.Appendf(dst, `{"op":"request","ref":%d,"m":"message.send","d":{"channel_id":"%d","content":`, ref, uint64(channel))
	dst = wire.AppendString(dst, content)
	if nonce != "" {
		dst = append(dst, `,"nonce":`...)
		dst = wire.AppendString(dst, nonce)
	}
	return append(dst, `}}`...)
}
