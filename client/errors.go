package client

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/coder/websocket"
)

// ErrLost is wrapped by the error of a request whose connection ended before
// the answer came: it may or may not have been carried out.
var ErrLost = errors.New("the connection was lost before the answer")

// ErrClosed is the cause of a connection's end when this side closed it.
var ErrClosed = errors.New("the connection was closed by the client")

// ProtocolError says that the server broke the protocol.
type ProtocolError struct {
	Message string
	Err     error
}

func (e *ProtocolError) Error() string {
	if e.Err != nil {
		return "protocol: " + e.Message + ": " + e.Err.Error()
	}
	return "protocol: " + e.Message
}

func (e *ProtocolError) Unwrap() error { return e.Err }

// Close codes of the protocol that have a name of their own here.
const (
	CloseAbnormal        = 1006 // no close frame came; never on the wire
	CloseFault           = 4000
	CloseTooSlow         = 4001
	CloseStopping        = 4002
	CloseNoHeartbeat     = 4003
	CloseTooMany         = 4100
	CloseUnauthenticated = 4200
	CloseBadFrame        = 4201
	CloseTooLarge        = 4202
	CloseOpening         = 4203
	CloseTooEarly        = 4204
	CloseVersion         = 4205
	CloseTooManySockets  = 4206
)

// CloseError says how a connection ended: with which code, or CloseAbnormal if
// the socket broke, Err then saying how.
type CloseError struct {
	Code   int
	Reason string
	Err    error
}

func (e *CloseError) Error() string {
	if e.Code == CloseAbnormal && e.Err != nil {
		return "connection lost: " + e.Err.Error()
	}
	s := "connection closed with " + strconv.Itoa(e.Code)
	if e.Reason != "" {
		s += ": " + strconv.QuoteToASCII(e.Reason)
	}
	return s
}

func (e *CloseError) Unwrap() error { return e.Err }

// Advice is what the protocol's table says to do after a close code.
type Advice int

// What to do after a connection has ended.
const (
	AdviceResume Advice = iota // come back soon and resume
	AdviceLater                // the same again, after 1 to 5 s
	AdviceSignIn               // the token is of no use any more
	AdviceStop                 // do not come back unchanged
)

func (a Advice) String() string {
	return [...]string{"resume", "come back later", "sign in", "stop"}[a]
}

// Advice reads the close code's row in the protocol's table. Codes that it does
// not name follow their range.
func (e *CloseError) Advice() Advice {
	switch {
	case e.Code == CloseUnauthenticated:
		return AdviceSignIn
	case e.Code >= 4200 && e.Code <= 4299:
		return AdviceStop
	case e.Code >= 4100 && e.Code <= 4199:
		return AdviceLater
	}
	switch websocket.StatusCode(e.Code) {
	case websocket.StatusProtocolError, websocket.StatusUnsupportedData,
		websocket.StatusInvalidFramePayloadData, websocket.StatusPolicyViolation,
		websocket.StatusMessageTooBig, websocket.StatusMandatoryExtension:
		return AdviceStop
	}
	return AdviceResume
}

// HandshakeError says that the gateway's address answered, but with no
// WebSocket.
type HandshakeError struct {
	Status int // HTTP
	Err    error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("open gateway: answered with HTTP %d", e.Status)
}

func (e *HandshakeError) Unwrap() error { return e.Err }

// closeError turns what the socket's reader reports into a *CloseError.
func closeError(err error) error {
	var ce websocket.CloseError
	if errors.As(err, &ce) {
		return &CloseError{Code: int(ce.Code), Reason: ce.Reason}
	}
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return &ProtocolError{Message: "message larger than any the protocol allows", Err: err}
	}
	return &CloseError{Code: CloseAbnormal, Err: err}
}
