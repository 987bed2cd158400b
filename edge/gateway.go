package edge

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"beep/chat"
	"beep/tenant"
)

// Config is what a gateway is made of. Auth, Requests, Users, Log and Tenants
// must be there; the rest has defaults.
type Config struct {
	Auth     Authenticator
	Requests Requests
	Users    Users
	Log      Log
	Tenants  *tenant.Book
	Logger   *slog.Logger // default: slog.Default()
	// AllowedOrigins are further hosts, or scheme://host, whose pages may
	// connect; the gateway's own host always may.
	AllowedOrigins []string
	// HeartbeatInterval is told to clients; one who was not heard for twice as
	// long is closed. Default 30 s.
	HeartbeatInterval time.Duration
	// RequestsPerSecond is how many requests a session may make in the long run,
	// RequestBurst how many at once; message.send, which the send window bounds, does
	// not count. Beyond it they are answered rate_limited. Defaults: 50 and 100.
	RequestsPerSecond float64
	RequestBurst      int
	// Exempt reports whether the requests of a user of this name are not
	// counted (for load tests). It is asked once per session. nil: nobody's.
	Exempt func(username string) bool
	NodeID uint64           // tells this edge from the others
	Now    func() time.Time // default: time.Now

	workers int // default: one per core, at least 2
	starts  int // default: maxStarts
	waiting int // default: maxWaiting
}

const (
	defaultHeartbeat = 30 * time.Second
	// minWorkers keeps one hot hub from holding up all others.
	minWorkers = 2
)

// Gateway serves WebSocket sessions. It is an http.Handler.
type Gateway struct {
	cfg       Config
	logger    *slog.Logger
	now       func() time.Time
	node      string
	hello     []byte
	heartbeat []byte // the answer to a heartbeat
	buffers   bufferPool
	workers   []*worker
	tellers   chan telling  // to those who help with large groups
	handlers  chan handling // to those who handle messages
	starts    *admission
	reg       registry
	people    presences
	stats     counters
	vouching  atomic.Bool // tokens are being looked at again

	requestCost int64 // nanoseconds of the sustained rate that one request takes

	logs    logs
	spawnFn func(func()) bool // spawn, bound once for all connections
	loads   chan struct{}     // slots of goroutines that wait for the log

	ctx  context.Context // ends with Run
	stop context.CancelFunc

	mu       sync.Mutex // guards what follows
	draining bool
	stopped  bool
	wg       sync.WaitGroup
}

// maxLoads bounds the goroutines that load hubs and fill gaps at a time: more
// would only queue in the log.
const maxLoads = 64

// stopGrace is how long a client has to answer the last close frame.
const stopGrace = time.Second

// New makes a gateway; Run must be called for it to do anything.
func New(cfg Config) *Gateway {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.HeartbeatInterval <= 0 {
		cfg.HeartbeatInterval = defaultHeartbeat
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.workers <= 0 {
		cfg.workers = max(minWorkers, runtime.NumCPU())
	}
	if cfg.RequestsPerSecond <= 0 {
		cfg.RequestsPerSecond = defaultRequestsPerSecond
	}
	if cfg.RequestBurst <= 0 {
		cfg.RequestBurst = defaultRequestBurst
	}
	if cfg.starts <= 0 {
		cfg.starts, cfg.waiting = maxStarts, maxWaiting
	}
	g := &Gateway{
		cfg: cfg, logger: cfg.Logger, now: cfg.Now,
		node:      strconv.FormatUint(cfg.NodeID, 10),
		hello:     helloMessage(cfg.HeartbeatInterval),
		heartbeat: textMessage([]byte(heartbeatFrame)),
		loads:     make(chan struct{}, maxLoads),
		tellers:   make(chan telling),
		handlers:  make(chan handling),

		requestCost: int64(float64(time.Second) / cfg.RequestsPerSecond),
	}
	g.ctx, g.stop = context.WithCancel(context.Background())
	g.spawnFn = g.spawn
	g.starts = newAdmission(cfg.starts, cfg.waiting)
	g.reg.init()
	g.people.init()
	for range cfg.workers {
		g.workers = append(g.workers, newWorker(g))
	}
	return g
}

// Run owns all of the gateway's goroutines. When ctx ends it closes every
// session with 1001 and returns after all of them have ended. It is called
// once.
func (g *Gateway) Run(ctx context.Context) error {
	var core sync.WaitGroup
	for _, w := range g.workers {
		core.Go(w.run)
		core.Go(w.pump)
	}
	for range tellers() {
		core.Go(g.runTeller)
	}
	for range handlersPerCore * runtime.NumCPU() {
		core.Go(g.runHandler)
	}
	core.Go(func() { g.starts.run(g) })
	core.Go(g.sweeps)

	<-ctx.Done()
	g.closeAll(closeGoingAway)
	g.mu.Lock()
	g.draining, g.stopped = true, true
	g.mu.Unlock()
	g.stop()
	// Clients that do not answer the close frame in time are cut off.
	impatient := time.AfterFunc(stopGrace, func() {
		for _, s := range g.reg.find(func(*session) bool { return true }) {
			_ = s.conn.Close()
		}
	})
	g.wg.Wait()
	impatient.Stop()
	core.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// spawn runs fn in a goroutine that Run waits for. It reports false when the
// gateway has stopped.
func (g *Gateway) spawn(fn func()) bool {
	g.mu.Lock()
	if g.stopped {
		g.mu.Unlock()
		return false
	}
	g.wg.Add(1)
	g.mu.Unlock()
	go func() {
		defer g.wg.Done()
		defer g.caught("goroutine", nil) // those with somebody to tell catch their own
		fn()
	}()
	return true
}

// load is spawn for what waits for the log: at most maxLoads run at a time.
func (g *Gateway) load(fn func()) {
	g.spawn(func() {
		select {
		case g.loads <- struct{}{}:
			defer func() { <-g.loads }()
			fn()
		case <-g.ctx.Done():
		}
	})
}

// Online reports whether a member of a server is connected to any edge, as far
// as this one knows: it knows of servers that have, or had within a minute,
// sessions here.
func (g *Gateway) Online(server chat.ServerID, user chat.UserID) bool {
	p := g.people.get(server)
	return p != nil && p.online(user)
}
