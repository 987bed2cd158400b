package client

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"beep/wire"
)

func dialRaw(t *testing.T, g *gateway, opt RawOptions) (*RawConn, *peer, wire.ClientFrame) {
	t.Helper()
	c, err := DialRaw(t.Context(), g.url, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	p, f := g.accept()
	return c, p, f
}

var errEnough = errors.New("enough")

// frames reads n frames.
func frames(t *testing.T, c *RawConn, n int) []string {
	t.Helper()
	var got []string
	err := c.ReadFrames(func(b []byte) error {
		if got = append(got, string(b)); len(got) == n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("reading ended with %v", err)
	}
	return got
}

func TestARawConnectionReadsAndWritesFramesOfEverySize(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p, f := dialRaw(t, g, RawOptions{Token: "secret", Positions: &wire.Positions{User: 3}})
	if f.Op != "resume" || f.Token != "secret" || f.Positions.User != 3 {
		t.Fatalf("opened with %+v", f)
	}
	p.ws.SetReadLimit(-1)
	for _, size := range []int{1, 60, 125, 126, 1000, 65535, 65536, 300_000} {
		frame := `{"op":"x","pad":"` + strings.Repeat("a", size) + `"}`
		p.send(frame, resumedFrame)
		if got := frames(t, c, 2); got[0] != frame || got[1] != resumedFrame {
			t.Fatalf("size %d: read %.60q and %q", size, got[0], got[1])
		}
		if err := c.WriteFrame([]byte(frame)); err != nil {
			t.Fatal(err)
		}
		if _, b, err := p.ws.Read(t.Context()); err != nil || string(b) != frame {
			t.Fatalf("size %d: wrote %.60q, %v", size, b, err)
		}
	}
}

func TestARawConnectionPutsFragmentsTogetherAndAnswersPings(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p, _ := dialRaw(t, g, RawOptions{ReadBuffer: 1})
	got := make(chan []string, 1)
	go func() { got <- frames(t, c, 2) }()
	ctx := p.ws.CloseRead(t.Context())
	if err := p.ws.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	w, err := p.ws.Writer(ctx, websocket.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"{1", "}\n{", strings.Repeat("b", 5000) + "}"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if all := get(t, got); all[0] != "{1}" || len(all[1]) != 5002 {
		t.Fatalf("got %.40q", all)
	}
}

func TestARawConnectionTellsTheCloseCode(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p, _ := dialRaw(t, g, RawOptions{})
	go p.close(4002)
	var ce *CloseError
	if err := c.ReadFrames(func([]byte) error { return nil }); !errors.As(err, &ce) || ce.Code != CloseStopping {
		t.Fatalf("ended by %v", err)
	}
}

func TestBuiltRequestsAreThoseOfTheSlowPath(t *testing.T) {
	t.Parallel()
	slow, err := RequestFrame(5, "message.send", struct {
		ChannelID string `json:"channel_id"`
		Content   string `json:"content"`
		Nonce     string `json:"nonce"`
	}{"200", "a <\"b\">\n", "n1"})
	if err != nil {
		t.Fatal(err)
	}
	if fast := AppendSend(nil, 5, 200, "a <\"b\">\n", "n1"); !bytes.Equal(fast, slow) {
		t.Fatalf("fast %s\nslow %s", fast, slow)
	}
}

func FuzzRawFrames(f *testing.F) {
	f.Add([]byte("\x81\x05hello\x88\x02\x0f\xa1"))
	f.Add([]byte("\x01\x02ab\x89\x00\x80\x02cd"))
	f.Add([]byte("\x81\x7e\x00\x05hello\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		c := newRawConn(&scripted{in: bytes.NewReader(in)}, 0)
		err := c.ReadFrames(func(b []byte) error {
			if len(b) > len(in) || bytes.IndexByte(b, '\n') >= 0 {
				return fmt.Errorf("frame %q out of %q", b, in)
			}
			return nil
		})
		var ce *CloseError
		var pe *ProtocolError
		if !errors.As(err, &ce) && !errors.As(err, &pe) {
			t.Fatalf("ended by %v", err)
		}
	})
}
