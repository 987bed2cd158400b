package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beep/wire"
)

const fakeReady = `{"op":"ready","user":{"id":"7","username":"ada","n":3},"servers":[{"id":"100","name":"Home","n":12,"members":2,` +
	`"channels":[{"id":"200","server_id":"100","name":"general","type":"text","n":5}]}]}`

// fakeGateway answers like a server with one channel. It drops its first
// connection when somebody sends "drop", after one more message.
type fakeGateway struct {
	t       *testing.T
	mu      sync.Mutex
	n       int
	dropped bool
	resumed []wire.Positions
	ready   string                // "": fakeReady
	answers map[string]fakeAnswer // by method, before its own answers
	asked   []string              // "method data" of each request
}

// fakeAnswer is a reply, and the frames that come before it.
type fakeAnswer struct {
	frames []string
	reply  string
}

func newFakeGateway(t *testing.T) (*fakeGateway, string) {
	t.Helper()
	g := &fakeGateway{t: t, n: 5}
	srv := httptest.NewServer(g)
	t.Cleanup(srv.Close)
	return g, srv.URL
}

func (g *fakeGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	send := func(s string) { _ = ws.Write(r.Context(), websocket.MessageText, []byte(s)) }
	send(`{"op":"hello","protocol":1,"heartbeat_ms":30000}`)
	for {
		_, b, err := ws.Read(r.Context())
		if err != nil {
			return
		}
		f, err := wire.DecodeClientFrame(b)
		if err != nil {
			g.t.Errorf("the client sent %q", b)
			return
		}
		if !g.answer(f, send) {
			return
		}
	}
}

func fakeMessage(n int, content string) string {
	c, _ := json.Marshal(content)
	return fmt.Sprintf(`{"op":"event","e":"message_sent","s":"100","c":"200","n":%d,"t":1763675464123,"by":"8","d":{"id":"%d","channel_id":"200","type":"message","content":%s}}`, n, 1000+n, c)
}

// answer reports whether the connection goes on.
func (g *fakeGateway) answer(f wire.ClientFrame, send func(string)) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	reply := func(d string) { send(string(wire.AppendReply(nil, f.Ref, []byte(d)))) }
	if f.Op == wire.OpRequest {
		g.asked = append(g.asked, f.Method+" "+string(f.Data))
	}
	if a, ok := g.answers[f.Method]; ok {
		for _, frame := range a.frames {
			send(frame)
		}
		reply(a.reply)
		return true
	}
	switch {
	case f.Op == wire.OpIdentify:
		send(cmp.Or(g.ready, fakeReady))
	case f.Op == wire.OpResume:
		g.resumed = append(g.resumed, *f.Positions)
		missed := 0
		for n := int(f.Positions.Channels[200]) + 1; n <= g.n; n++ {
			send(fakeMessage(n, "missed"))
			missed++
		}
		send(fmt.Sprintf(`{"op":"resumed","replayed":%d}`, missed))
	case f.Method == "message.list":
		var q struct{ Before, After uint64 }
		_ = json.Unmarshal(f.Data, &q)
		if q.After >= 3 {
			reply(`{"messages":[]}`)
			return true
		}
		reply(`{"messages":[{"id":"1003","channel_id":"200","sender_id":"8","seq":3,"type":"message","content":"old \u001b[31m","created_at":1}]}`)
	case f.Method == "user.get":
		reply(`{"users":[{"id":"8","username":"bob"}]}`)
	case f.Method == "message.send":
		var d struct{ Content string }
		_ = json.Unmarshal(f.Data, &d)
		if d.Content == "drop" && !g.dropped {
			g.dropped = true
			g.n++
			return false
		}
		g.n++
		send(fakeMessage(g.n, d.Content))
		reply(fmt.Sprintf(`{"id":"%d","channel_id":"200","seq":%d,"created_at":9}`, 1000+g.n, g.n))
	case f.Op == wire.OpRequest:
		reply(`{}`)
	}
	return true
}

// chatWith plays input to beep chat and gives what it printed.
func chatWith(t *testing.T, url, input string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out bytes.Buffer
	opt := chatOptions{url: url, token: "secret", tokenFile: t.TempDir() + "/tokens"}
	if err := runChat(ctx, opt, strings.NewReader(input), &out); err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Fatalf("did not end by itself:\n%s", out.String())
	}
	return out.String()
}

func contains(t *testing.T, out string, wants ...string) {
	t.Helper()
	for _, w := range wants {
		if !strings.Contains(out, w) {
			t.Errorf("%q is missing in:\n%s", w, out)
		}
	}
}

func TestAScriptCanChat(t *testing.T) {
	t.Parallel()
	_, url := newFakeGateway(t)
	out := chatWith(t, url, "hello\n/reply 2 yes\n//slash\n/bogus\n/channels\n/edit 9 x\n/quit\nnot sent\n")
	contains(t, out, "signed in as ada", "[1] ", "bob: old �[31m", "bob: hello", "bob: yes", "bob: /slash", "there is no /bogus", "  1 *#general", "! /edit N")
	if strings.Contains(out, "\x1b") || strings.Contains(out, "not sent") {
		t.Errorf("printed %q", out)
	}
}

func TestChatResumesAndSaysWhatWasMissed(t *testing.T) {
	t.Parallel()
	g, url := newFakeGateway(t)
	out := chatWith(t, url, "drop\n")
	contains(t, out, "connection lost, resuming…", "bob: missed", "resumed, 1 missed message", "bob: drop")
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.resumed) != 1 || g.resumed[0].Channels[200] != 5 {
		t.Errorf("resumed from %+v", g.resumed)
	}
}

func TestTokensAreKeptForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/beep/tokens.json"
	for url, token := range map[string]string{"http://a": "1", "http://b": "2"} {
		if err := keepToken(file, url, token); err != nil {
			t.Fatal(err)
		}
	}
	if err := keepToken(file, "http://a", ""); err != nil {
		t.Fatal(err)
	}
	got, err := loadTokens(file)
	if err != nil || len(got) != 1 || got["http://b"] != "2" {
		t.Fatalf("kept %v, %v", got, err)
	}
	modeIs(t, file, 0o600)
}

func TestAnAnswerTakesNothingOfWhatFollows(t *testing.T) {
	t.Parallel()
	in := strings.NewReader("pass word\r\nhello\n")
	if got, err := readAnswer(in); err != nil || got != "pass word" {
		t.Fatalf("got %q, %v", got, err)
	}
	if rest, _ := io.ReadAll(in); string(rest) != "hello\n" {
		t.Fatalf("left %q", rest)
	}
	if _, err := readAnswer(strings.NewReader(strings.Repeat("x", 2*maxAnswer))); err == nil {
		t.Fatal("an endless answer was taken")
	}
}
