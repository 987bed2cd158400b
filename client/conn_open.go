package client

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/coder/websocket"

	"beep/chat"
	"beep/wire"
)

// open does what comes before the first frame of interest.
func (c *Conn) open(ctx context.Context, opt ConnOptions) (time.Duration, error) {
	_, msg, err := c.ws.Read(ctx)
	if err != nil {
		return 0, closeError(err)
	}
	hello, err := DecodeFrame(msg)
	if err != nil {
		return 0, err
	}
	if hello.Op != wire.OpHello {
		return 0, &ProtocolError{Message: "expected hello, got " + hello.Op}
	}
	if hello.Protocol != wire.ProtocolVersion {
		return 0, &CloseError{Code: CloseVersion, Reason: fmt.Sprintf("the server speaks version %d, this client %d", hello.Protocol, wire.ProtocolVersion)}
	}
	frame, err := openingFrame(opt.Token, opt.Intents, opt.Positions)
	if err != nil {
		return 0, err
	}
	if err := c.ws.Write(ctx, websocket.MessageText, frame); err != nil {
		return 0, closeError(err)
	}
	c.heard.Store(time.Now().UnixMilli())
	if hello.HeartbeatMS <= 0 {
		return defaultHeartbeat, nil
	}
	return time.Duration(hello.HeartbeatMS) * time.Millisecond, nil
}

// openingFrame is identify, or resume if there are positions.
func openingFrame(token string, intents []string, pos *wire.Positions) ([]byte, error) {
	f := wire.ClientFrame{Op: wire.OpIdentify, Token: token, Intents: intents}
	limit := wire.MaxClientFrame
	if pos != nil {
		f.Op, f.Positions = wire.OpResume, pos
		limit = wire.MaxResumeFrame
	}
	b, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", f.Op, err)
	}
	if len(b) > limit {
		return nil, chat.Errorf(chat.TooLarge, f.Op, "%d bytes, the limit is %d", len(b), limit)
	}
	return b, nil
}
