package api

import (
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const (
	// Version is the version of the REST interface, not of the server.
	Version = "1.0.0"

	// maxHeaderBytes is four times what a browser sends with a long token.
	maxHeaderBytes = 16 << 10
	// readHeaderTimeout ends connections that send their head by drops.
	readHeaderTimeout = 10 * time.Second
	// writeTimeout is above callTimeout, so that a slow answer still gets out.
	// It does not hold for the gateway, which takes its connection over.
	writeTimeout = callTimeout + 30*time.Second
	idleTimeout  = 2 * time.Minute
)

// Config is what the HTTP door is made of. Auth, Requests and Gateway must be given.
type Config struct {
	Auth     Auth
	Requests Requests
	Gateway  http.Handler
	// Ready answers why this node cannot serve now; nil is always ready.
	Ready func() error
	// Version of the server, shown on the landing page.
	Version string
	// BaseURL is the address at which people reach this instance, if its
	// operator said so; nil or "" is what each request came by.
	BaseURL func() string
	// AllowedOrigins are the origins (https://chat.example.org) of other web
	// clients that may call this API from a browser.
	AllowedOrigins []string
	// TrustedProxies are whose X-Forwarded-For and X-Forwarded-Proto are believed.
	TrustedProxies []netip.Prefix
	// Exempt reports whether the requests of a user of this name are not
	// counted; nil counts all.
	Exempt func(username string) bool
	// Idempotency remembers answers; with nil, requests that carry a key are
	// answered Unavailable, but for those that send messages.
	Idempotency Idempotency
	Now         func() time.Time // nil is the clock
	Logger      *slog.Logger     // nil discards
}

type api struct {
	Config
	huma    huma.API
	mux     *http.ServeMux
	origins map[string]bool // of AllowedOrigins
	spec    func() []byte   // the OpenAPI document

	operations []operation
	throttle   *throttle
	exports    chan struct{} // one for each export under way
}

// New makes the handler of everything that is reached by HTTP.
func New(c Config) http.Handler {
	return build(c).handler()
}

// NewServer is an HTTP server with the limits that h relies on.
func NewServer(h http.Handler, logger *slog.Logger) *http.Server {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// What clients do wrong on a connection is not worth more than debug.
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

func build(c Config) *api {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Ready == nil {
		c.Ready = func() error { return nil }
	}
	if c.BaseURL == nil {
		c.BaseURL = func() string { return "" }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	a := &api{Config: c, mux: http.NewServeMux(), origins: map[string]bool{}, exports: make(chan struct{}, maxExports)}
	a.throttle = newThrottle(c.Now, a.exempted)
	for _, o := range c.AllowedOrigins {
		a.origins[o] = true
	}
	a.huma = humago.New(a.mux, humaConfig())
	a.authOperations()
	a.userOperations()
	a.friendOperations()
	a.conversationOperations()
	a.serverOperations()
	a.invitationOperations()
	a.channelOperations()
	a.conferenceOperations()
	a.permissionOperations()
	a.roleOperations()
	a.memberOperations()
	a.banOperations()
	a.messageOperations()
	a.reactionOperations()
	a.notificationOperations()
	a.exportOperations()
	a.describe()
	a.spec = sync.OnceValue(a.encodeSpec)
	a.pages()
	a.mux.HandleFunc("GET /openapi.json", a.serveSpec)
	a.mux.HandleFunc("GET /livez", a.livez)
	a.mux.HandleFunc("GET /readyz", a.readyz)
	return a
}

// handler is the mux behind everything that holds for every request.
func (a *api) handler() http.Handler {
	h := http.Handler(http.HandlerFunc(a.route))
	h = a.checkBody(h)
	h = a.checkOrigin(h)
	h = a.identify(h)
	h = a.recovered(secure(h))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gateway" {
			// As it came: the gateway takes the connection over and checks
			// origin, method and size by its own rules.
			a.Gateway.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// route is the mux, with problems in place of its own plain errors.
func (a *api) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := a.mux.Handler(r)
	if pattern != "" {
		a.mux.ServeHTTP(w, r)
		return
	}
	probe := &headerProbe{header: http.Header{}}
	h.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		writeProblem(w, statusProblem(probe.status, "this address does not know the method "+r.Method))
		return
	}
	writeProblem(w, statusProblem(http.StatusNotFound, "there is nothing at this address"))
}

// headerProbe keeps the head of a response and drops its body.
type headerProbe struct {
	header http.Header
	status int
}

func (p *headerProbe) Header() http.Header         { return p.header }
func (p *headerProbe) WriteHeader(status int)      { p.status = status }
func (p *headerProbe) Write(b []byte) (int, error) { return len(b), nil }

// livez answers as long as the process can answer at all.
func (a *api) livez(w http.ResponseWriter, _ *http.Request) { writeText(w, "ok\n") }

// readyz answers whether requests should be sent here.
func (a *api) readyz(w http.ResponseWriter, _ *http.Request) {
	if err := a.Ready(); err != nil {
		p := a.problemOf("readiness", err)
		if p.Kind != "unavailable" {
			p = statusProblem(http.StatusServiceUnavailable, "not ready")
		}
		writeProblem(w, p)
		return
	}
	writeText(w, "ok\n")
}

func writeText(w http.ResponseWriter, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(s)) // whoever hung up does not want it
}
