package edge

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestReadyShowsTheUserItsServersAndPositions(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.say(home, hall, "one")
	w.say(home, hall, "two")
	_, r := w.identify(ada)
	if r.User.ID != ada || r.User.N != 2 || len(r.Servers) != 1 {
		t.Fatalf("ready: %+v", r)
	}
	s := r.Servers[0]
	if s.ID != home || s.Name != "Home" || s.N != 4 || s.Members != 2 || len(s.Channels) != 1 || s.Channels[0].N != 2 {
		t.Fatalf("server in ready: %+v", s)
	}
}

func TestEventsFollowReadyInOrder(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	for range 50 {
		w.say(home, hall, "hello")
	}
	for n := uint64(1); n <= 50; n++ {
		a.event("message_sent", n)
		f := b.event("message_sent", n)
		if f.S != home || f.C != hall || f.By != 9 {
			t.Fatalf("event: %+v", f)
		}
	}
}

func TestRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	w := small(t)
	c, _ := w.identify(ada)
	c.send(`{"op":"request","ref":7,"m":"echo","d":{"x":1}}`)
	if f := c.expect("reply"); f.Ref != 7 || string(f.D) != `{"x":1}` {
		t.Fatalf("reply: %+v", f)
	}
	c.send(`{"op":"request","ref":8,"m":"nothing"}`)
	if f := c.expect("reply"); f.Ref != 8 || f.Error == nil || f.Error.Kind != "forbidden" {
		t.Fatalf("reply: %+v", f)
	}
	c.send(`{"op":"heartbeat"}`)
	c.expect("heartbeat")
}

func TestTheSixtyFifthUnansweredRequestIsRefused(t *testing.T) {
	t.Parallel()
	w := small(t)
	c, _ := w.identify(ada)
	for range maxPending {
		c.send(`{"op":"request","ref":1,"m":"wait"}`)
	}
	c.send(`{"op":"request","ref":2,"m":"wait"}`)
	if f := c.expect("reply"); f.Ref != 2 || f.Error == nil || f.Error.Kind != "rate_limited" || f.Error.RetryAfterMS == 0 {
		t.Fatalf("reply: %+v", f)
	}
	w.req.release()
	for range maxPending {
		c.expect("reply")
	}
	c.send(`{"op":"request","ref":3,"m":"echo"}`)
	if f := c.expect("reply"); f.Ref != 3 {
		t.Fatalf("reply: %+v", f)
	}
}

func TestIntentsChooseWhatIsSent(t *testing.T) {
	t.Parallel()
	w := small(t)
	c := w.dial()
	c.expect("hello")
	c.send(`{"op":"identify","token":"u1001","intents":["servers"]}`)
	c.expect("ready")
	w.say(home, hall, "unheard")
	w.channel(home, attic, 1)
	c.event("channel_created", 5)
}

func TestABadFrameClosesWithItsCode(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 17) + strings.Repeat("]", 17)
	long := strings.Repeat("x", 70_000)
	cases := map[string]struct {
		first string // "" for the frame itself to be the first
		frame string
		code  int
	}{
		"no JSON":                   {"", `hello`, 4201},
		"no object":                 {"", `[1]`, 4201},
		"null":                      {"", `null`, 4201},
		"unknown op":                {"", `{"op":"dance"}`, 4201},
		"unknown op later":          {"identify", `{"op":"dance"}`, 4201},
		"no UTF-8":                  {"", "{\"op\":\"\xff\"}", 1007},
		"too deep":                  {"", `{"op":"request","d":` + deep + `}`, 4202},
		"too large":                 {"identify", `{"op":"request","d":"` + long + `"}`, 1009},
		"too large at first":        {"", `{"op":"identify","token":"` + long + `"}`, 4202},
		"request at first":          {"", `{"op":"request","ref":1,"m":"echo"}`, 4204},
		"heartbeat at first":        {"", `{"op":"heartbeat"}`, 4204},
		"identify twice":            {"identify", `{"op":"identify","token":"u1001"}`, 4203},
		"resume after identify":     {"identify", `{"op":"resume","token":"u1001","positions":{"user":1}}`, 4203},
		"bad token":                 {"", `{"op":"identify","token":"nobody"}`, 4200},
		"no token":                  {"", `{"op":"identify"}`, 4200},
		"token cannot be checked":   {"", `{"op":"identify","token":"down"}`, 4000},
		"resume without positions":  {"", `{"op":"resume","token":"u1001"}`, 4201},
		"resume with a bad id":      {"", `{"op":"resume","token":"u1001","positions":{"servers":{"-1":2}}}`, 4201},
		"negative ref":              {"identify", `{"op":"request","ref":-1,"m":"echo"}`, 4201},
		"ref beyond exact integers": {"identify", `{"op":"request","ref":9007199254740992,"m":"echo"}`, 4201},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := small(t)
			var c *client
			if tc.first != "" {
				c, _ = w.identify(ada)
			} else {
				c = w.dial()
			}
			c.send(tc.frame)
			c.closed(tc.code)
			w.until("session is forgotten", func() bool { return w.g.Stats().Sessions == 0 })
		})
	}
}

func TestABinaryMessageIsRefused(t *testing.T) {
	t.Parallel()
	w := small(t)
	c := w.dial()
	c.sendRaw(websocket.MessageBinary, `{"op":"heartbeat"}`)
	c.closed(1003)
}

func TestAFragmentedFrameIsOneFrame(t *testing.T) {
	t.Parallel()
	w := small(t)
	c, _ := w.identify(ada)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	wr, err := c.ws.Writer(ctx, websocket.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`{"op":"request",`, `"ref":1,"m":"echo",`, `"d":{"part":3}}`} {
		if _, err := wr.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := wr.Close(); err != nil {
		t.Fatal(err)
	}
	if f := c.expect("reply"); string(f.D) != `{"part":3}` {
		t.Fatalf("reply: %+v", f)
	}
}

func TestAnotherVersionIsNotSpoken(t *testing.T) {
	t.Parallel()
	w := small(t)
	w.dialAt("/gateway?v=2").closed(4205)
	w.dialAt("/gateway").closed(4205)
}

func TestAForeignOriginIsForbidden(t *testing.T) {
	t.Parallel()
	w := small(t)
	for origin, status := range map[string]int{"https://evil.example": 403, "https://friend.example": 101} {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		ws, resp, err := websocket.Dial(ctx, w.url+"/gateway?v=1", &websocket.DialOptions{
			HTTPHeader: http.Header{"Origin": {origin}},
			HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		})
		cancel()
		if resp == nil || resp.StatusCode != status {
			t.Fatalf("%s: %v %v", origin, resp, err)
		}
		if ws != nil {
			_ = ws.CloseNow()
		}
	}
}

func TestASilentSessionIsClosed(t *testing.T) {
	t.Parallel()
	w := small(t)
	c, _ := w.identify(ada)
	w.until("live", func() bool {
		return len(w.g.reg.find(func(s *session) bool { return s.phase.Load() == phaseLive })) == 1
	})
	w.clock.advance(61 * time.Second)
	w.g.sweep()
	c.closed(4003)
}

func TestAHeartbeatKeepsASessionOpen(t *testing.T) {
	t.Parallel()
	w := small(t)
	c, _ := w.identify(ada)
	for range 3 {
		w.clock.advance(45 * time.Second)
		c.send(`{"op":"heartbeat"}`)
		c.expect("heartbeat")
		w.g.sweep()
	}
	c.send(`{"op":"request","ref":1,"m":"echo"}`)
	c.expect("reply")
}

func TestASocketThatDoesNotIdentifyIsClosed(t *testing.T) {
	t.Parallel()
	w := small(t)
	c := w.dial()
	c.expect("hello")
	w.clock.advance(11 * time.Second)
	w.g.sweep()
	c.closed(4203)
}

func TestTheSixtyFifthSocketOfAUserIsRefused(t *testing.T) {
	t.Parallel()
	w := small(t)
	for range maxSocketsPerUser {
		w.identify(ada)
	}
	c := w.dial()
	c.expect("hello")
	c.send(`{"op":"identify","token":"u1001"}`)
	c.closed(4206)
	w.identify(bob)
}

func TestRevokedSessionsAreClosed(t *testing.T) {
	t.Parallel()
	w := small(t)
	a, _ := w.identify(ada)
	b, _ := w.identify(bob)
	w.g.CloseUser(ada)
	a.closed(4200)
	w.g.CloseToken(TokenHash("u1002"))
	b.closed(4200)
}

func TestDrainAsksEverybodyToComeBack(t *testing.T) {
	t.Parallel()
	w := small(t)
	c, _ := w.identify(ada)
	done := make(chan struct{})
	go func() { defer close(done); w.g.Drain(context.Background()) }()
	if f := c.expect("reconnect"); f.AfterMS < 100 {
		t.Fatalf("reconnect: %+v", f)
	}
	c.closed(4002)
	<-done
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, resp, err := websocket.Dial(ctx, w.url+"/gateway?v=1", nil)
	if err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("dialled a draining server: %v %v", resp, err)
	}
}

func FuzzClientFrame(f *testing.F) {
	for _, s := range []string{
		heartbeatFrame, `{"op":"identify","token":"u1"}`, `{"op":"resume","token":"u1","positions":{"user":1,"servers":{"1":2}}}`,
		`{"op":"request","ref":1,"m":"echo","d":{}}`, `null`, `[]`, "\xff", `{"op":"request","ref":1e3}`, ``,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fr, code := decodeFrame(b)
		if code == 0 && !json.Valid(b) {
			t.Fatalf("%q was taken for a frame: %+v", b, fr)
		}
		if code != 0 && code.reason() == "" {
			t.Fatalf("code %d has no reason", code)
		}
	})
}
