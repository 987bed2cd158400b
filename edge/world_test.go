package edge

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beep/chat"
	"beep/tenant"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// The people and places of the tests.
const (
	ada   chat.UserID    = 1001
	bob   chat.UserID    = 1002
	home  chat.ServerID  = 2001
	other chat.ServerID  = 2002
	hall  chat.ChannelID = 3001
	attic chat.ChannelID = 3002
)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a gateway with everything round it faked.
type world struct {
	t     testing.TB
	log   *fakeLog
	req   *fakeRequests
	clock *clock
	g     *Gateway
	url   string
}

func setup(t testing.TB) *world {
	t.Helper()
	return join(t, newFakeLog(), 1)
}

// join makes another edge on the same log.
func join(t testing.TB, log *fakeLog, node uint64) *world {
	t.Helper()
	return joinWith(t, log, func(c *Config) { c.NodeID = node })
}

// joinWith makes an edge with another configuration.
func joinWith(t testing.TB, log *fakeLog, change func(*Config)) *world {
	t.Helper()
	w := &world{t: t, log: log, req: &fakeRequests{}, clock: &clock{now: time.Unix(1763675464, 0)}}
	logger := slog.New(slog.DiscardHandler)
	book := tenant.New(w.log, logger)
	cfg := Config{
		Auth: fakeAuth{}, Requests: w.req, Users: w.log, Log: w.log, Tenants: book, Logger: logger,
		Now: w.clock.Now, AllowedOrigins: []string{"https://friend.example"},
	}
	change(&cfg)
	w.g = New(cfg)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.g.Run(ctx) }()
	srv := httptest.NewServer(w.g)
	w.url = "ws" + strings.TrimPrefix(srv.URL, "http")
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		srv.Close()
		book.Close()
	})
	return w
}

// user registers somebody who is in these servers.
func (w *world) user(id chat.UserID, name string, in ...chat.ServerID) {
	w.log.add(chat.UserKey(id), id, &chat.UserRegistered{ID: id, Username: name})
	for _, s := range in {
		w.joins(id, name, s)
	}
}

func (w *world) joins(id chat.UserID, name string, s chat.ServerID) {
	w.log.add(chat.ServerKey(s), id, &chat.MemberJoined{UserID: id, Username: name})
	w.log.add(chat.UserKey(id), id, &chat.ServerJoined{ServerID: s})
}

// server makes a server with these channels.
func (w *world) server(id chat.ServerID, name string, channels ...chat.ChannelID) {
	w.log.add(chat.ServerKey(id), 9, &chat.ServerCreated{
		ID: id, Name: name, Visibility: chat.Public, OwnerID: 9, Everyone: chat.DefaultEveryone,
	})
	for i, c := range channels {
		w.channel(id, c, i)
	}
}

func (w *world) channel(s chat.ServerID, c chat.ChannelID, pos int) {
	w.log.add(chat.ServerKey(s), 9, &chat.ChannelCreated{
		ID: c, ServerID: s, Name: "c" + c.String(), Type: chat.TextChannel, Position: pos,
	})
}

// say sends a message.
func (w *world) say(s chat.ServerID, c chat.ChannelID, text string) uint64 {
	return w.log.add(chat.ChannelKey(s, c), 9, &chat.MessageSent{ID: 5, ChannelID: c, Type: chat.PlainMessage, Content: text})
}

// small is the usual beginning: ada and bob in home, with one channel.
func small(t testing.TB) *world {
	w := setup(t)
	w.server(home, "Home", hall)
	w.user(ada, "ada", home)
	w.user(bob, "bob", home)
	return w
}

// frame is any frame of the server.
type frame struct {
	Op       string          `json:"op"`
	E        string          `json:"e"`
	S        chat.ServerID   `json:"s"`
	C        chat.ChannelID  `json:"c"`
	U        chat.UserID     `json:"u"`
	N        uint64          `json:"n"`
	By       chat.UserID     `json:"by"`
	D        json.RawMessage `json:"d"`
	Ref      uint64          `json:"ref"`
	Replayed int             `json:"replayed"`
	AfterMS  int64           `json:"after_ms"`
	Error    *struct {
		Kind         string `json:"kind"`
		RetryAfterMS int64  `json:"retry_after_ms"`
	} `json:"error"`
	User struct {
		ID chat.UserID `json:"id"`
		N  uint64      `json:"n"`
	} `json:"user"`
	Servers []serverJSON `json:"servers"`
	Server  serverJSON   `json:"server"`

	// view, member_gone
	Whole       bool             `json:"whole"`
	Permissions []string         `json:"permissions"`
	Member      *memberJSON      `json:"member"`
	Show        []channelJSON    `json:"show"`
	Hide        []chat.ChannelID `json:"hide"`
	Rights      []struct {
		ID     chat.ChannelID `json:"id"`
		Rights []string       `json:"rights"`
	} `json:"rights"`
	UserID chat.UserID `json:"user_id"`

	// notification
	Kind string         `json:"kind"`
	Loud bool           `json:"loud"`
	ID   chat.MessageID `json:"id"`

	raw string
}

type serverJSON struct {
	ID          chat.ServerID    `json:"id"`
	Kind        string           `json:"kind"`
	Name        string           `json:"name"`
	N           uint64           `json:"n"`
	Members     int              `json:"members"`
	Member      memberJSON       `json:"member"`
	Permissions []string         `json:"permissions"`
	Recipients  []chat.Recipient `json:"recipients"`
	Roles       []struct {
		ID chat.RoleID `json:"id"`
	} `json:"roles"`
	Channels []channelJSON `json:"channels"`
}

type channelJSON struct {
	ID        chat.ChannelID  `json:"id"`
	ServerID  *chat.ServerID  `json:"server_id"`
	N         uint64          `json:"n"`
	Read      uint64          `json:"read"`
	Rights    []string        `json:"rights"`
	Overrides []chat.Override `json:"permissions"`
}

type memberJSON struct {
	Nickname   string        `json:"nickname"`
	Roles      []chat.RoleID `json:"roles"`
	MutedUntil int64         `json:"muted_until"`
}

// client is a real WebSocket client.
type client struct {
	t      testing.TB
	ws     *websocket.Conn
	frames []frame // of the last message, not yet taken
}

func (w *world) dial() *client { return w.dialAt("/gateway?v=1") }

func (w *world) dialAt(path string) *client {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, w.url+path, &websocket.DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	if err != nil {
		w.t.Fatalf("dial: %v", err)
	}
	ws.SetReadLimit(16 << 20)
	w.t.Cleanup(func() { _ = ws.CloseNow() })
	return &client{t: w.t, ws: ws}
}

func (c *client) sendRaw(typ websocket.MessageType, b string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.ws.Write(ctx, typ, []byte(b)); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

func (c *client) send(s string) { c.t.Helper(); c.sendRaw(websocket.MessageText, s) }

// next is the next frame.
func (c *client) next() (frame, error) {
	for len(c.frames) == 0 {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		typ, b, err := c.ws.Read(ctx)
		cancel()
		if err != nil {
			return frame{}, err
		}
		if typ != websocket.MessageText {
			c.t.Fatalf("message of type %v", typ)
		}
		for _, line := range bytes.Split(b, []byte("\n")) {
			var f frame
			if err := json.Unmarshal(line, &f); err != nil {
				c.t.Fatalf("frame %q: %v", line, err)
			}
			f.raw = string(line)
			c.frames = append(c.frames, f)
		}
	}
	f := c.frames[0]
	c.frames = c.frames[1:]
	return f, nil
}

// expect takes the next frame, which must have this op.
func (c *client) expect(op string) frame {
	c.t.Helper()
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", op, err)
		}
		if f.Op == "presence" && op != "presence" {
			continue // comes when it likes
		}
		if f.Whole && op != "view" {
			continue // every resume says what one may do
		}
		if f.Op != op {
			c.t.Fatalf("got %+v, want %s", f, op)
		}
		return f
	}
}

// event takes the next frame, which must be record n of a log.
func (c *client) event(name string, n uint64) frame {
	c.t.Helper()
	f := c.expect("event")
	if f.E != name || f.N != n {
		c.t.Fatalf("got event %s %d, want %s %d", f.E, f.N, name, n)
	}
	return f
}

// closed reads to the end, which must have this code.
func (c *client) closed(code int) {
	c.t.Helper()
	for {
		if _, err := c.next(); err != nil {
			if got := int(websocket.CloseStatus(err)); got != code {
				c.t.Fatalf("closed with %d (%v), want %d", got, err, code)
			}
			return
		}
	}
}

// identify opens a session of a user and returns it with its ready.
func (w *world) identify(u chat.UserID) (*client, frame) {
	w.t.Helper()
	c := w.dial()
	c.expect("hello")
	c.send(`{"op":"identify","token":"u` + u.String() + `"}`)
	return c, c.expect("ready")
}

// resume opens a session with positions, given as JSON.
func (w *world) resume(u chat.UserID, positions string) *client {
	w.t.Helper()
	c := w.dial()
	c.expect("hello")
	c.send(`{"op":"resume","token":"u` + u.String() + `","positions":` + positions + `}`)
	return c
}

// positions is the JSON of a client's positions in its user's log, home and
// hall.
func positions(user, server, channel uint64) string {
	return `{"user":` + strconv.FormatUint(user, 10) +
		`,"servers":{"` + home.String() + `":` + strconv.FormatUint(server, 10) +
		`},"channels":{"` + hall.String() + `":` + strconv.FormatUint(channel, 10) + `}}`
}

// until waits for a condition that other goroutines bring about and that
// nothing announces.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !ok() {
		if !pause(ctx, time.Millisecond) {
			w.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// tick makes every worker do its work of a second and waits for it.
func (w *world) tick() {
	w.t.Helper()
	for _, wk := range w.g.workers {
		done := make(chan struct{})
		wk.do(func(wk *worker) { wk.clock = time.Now(); wk.onTick(); close(done) })
		<-done
	}
}
