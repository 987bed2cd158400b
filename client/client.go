package client

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"beep/chat"
)

const (
	defaultEventBuffer = 1024
	defaultTimeout     = 60 * time.Second // for a request whose ctx has no deadline
)

// ErrStopped is wrapped by requests made after Run has ended.
var ErrStopped = errors.New("the client has stopped")

// Options says how a Client works. URL and Token are needed.
type Options struct {
	URL     string // of the instance: http://… or https://…
	Token   string
	Intents []string // nil: all
	// Buffer is how many events may wait in Events; 0 means 1024. When it is full
	// the client stops reading from its connection: nothing is lost, but replies
	// wait as well, and a client that stays full is closed by the server with
	// 4001 and resumes when there is room again.
	Buffer int
	// Timeout bounds a request whose context has no deadline; 0 means 60 s. It is
	// what frees a program that waits for a reply where it should read events.
	Timeout    time.Duration
	Logger     *slog.Logger // nil: silent
	HTTPClient *http.Client // nil: http.DefaultClient
}

// Client keeps a session with the server over any number of connections. Make
// it with New, call Run once in a goroutine of yours, and read Events until it
// is closed. All methods may be called concurrently.
type Client struct {
	opt    Options
	log    *slog.Logger
	state  *State
	events chan Event    // full: reading stops, see Options.Buffer
	sends  chan struct{} // a place per unanswered send, see maxUnsent

	// For tests: how time passes and dice fall.
	sleep func(context.Context, time.Duration) error
	dice  func() float64 // 0 to 1

	mu      sync.Mutex
	conn    *Conn         // nil unless ready or resumed
	changed chan struct{} // closed and replaced whenever conn or ended changes
	started bool
	ended   error // why Run returned
	intents []string
	renew   chan struct{} // room for one wish to reconnect

	// Owned by Run.
	attempt  int           // connections in a row that came to nothing
	wait     time.Duration // the server's wish for the next reconnect
	fresh    bool          // identify rather than resume
	caughtUp bool          // ready or resumed has come on this connection
	messages int           // Message events while catching up
}

// New makes a Client. Nothing happens before Run.
func New(opt Options) *Client {
	if opt.Buffer <= 0 {
		opt.Buffer = defaultEventBuffer
	}
	if opt.Timeout <= 0 {
		opt.Timeout = defaultTimeout
	}
	log := opt.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Client{
		opt: opt, log: log, state: newState(), intents: opt.Intents,
		events: make(chan Event, opt.Buffer), sends: make(chan struct{}, maxUnsent),
		changed: make(chan struct{}), renew: make(chan struct{}, 1),
		sleep: sleepFor, dice: rand.Float64,
	}
}

// State is what the client knows.
func (c *Client) State() *State { return c.state }

// Events gives everything there is to tell. It is closed when Run returns.
func (c *Client) Events() <-chan Event { return c.events }

// SetIntents changes what the client wants to be sent. The client reconnects
// for it and resumes, so that nothing of the newly wanted is missed from its
// positions on.
func (c *Client) SetIntents(intents []string) {
	c.mu.Lock()
	c.intents = intents
	c.mu.Unlock()
	select {
	case c.renew <- struct{}{}:
	default: // it will happen anyway
	}
}

func (c *Client) wanted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.intents
}

// setConn makes conn the one that requests use; nil while there is none.
func (c *Client) setConn(conn *Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = conn
	close(c.changed)
	c.changed = make(chan struct{})
}

// stop ends all waiting requests.
func (c *Client) stop(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn, c.ended = nil, err
	close(c.changed)
	c.changed = make(chan struct{})
}

// live waits for a connection that is ready and is not old.
func (c *Client) live(ctx context.Context, op string, old *Conn) (*Conn, error) {
	for {
		c.mu.Lock()
		conn, changed, ended := c.conn, c.changed, c.ended
		c.mu.Unlock()
		if ended != nil {
			return nil, &chat.Error{Kind: chat.Unavailable, Op: op, Message: "not connected", Err: errors.Join(ErrStopped, ended)}
		}
		if conn != nil && conn != old {
			return conn, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, &chat.Error{Kind: chat.Unavailable, Op: op, Message: "not connected", Err: context.Cause(ctx)}
		}
	}
}

// push hands out e; it waits while Events is full.
func (c *Client) push(ctx context.Context, e Event) error {
	select {
	case c.events <- e:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func sleepFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
