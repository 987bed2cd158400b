package jetstream

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const (
	// maxPayload is NATS's bound of one message. Commits stay below 256 KiB; the
	// room above is for snapshots of large servers.
	maxPayload = 8 << 20
	// readyWait is how long a server may take to recover its streams at start.
	// 200,000 subjects in a stream were measured at 3 s.
	readyWait = 2 * time.Minute
	// reconnectWait is short: in-process the server is back as soon as it runs.
	reconnectWait = 100 * time.Millisecond
)

// ServerConfig describes an embedded nats-server.
type ServerConfig struct {
	Dir string // store directory
	// MaxBytes caps the file store; 0: three quarters of what is free on the disk
	// plus what the store already uses. A full disk latches a stream dead until
	// restart, so the cap must be reached first.
	MaxBytes int64
	Name     string
	Logger   *slog.Logger // warnings and errors only; nil: none

	ClusterName   string   // "" for a single server
	ClusterListen string   // host:port for the routes of the cluster
	Routes        []string // nats://host:port of all members
	// Listen is host:port for clients; "": in-process only, no port at all. A
	// cluster needs one: nats-server opens its routes only behind a client port.
	Listen string
}

// Server is an embedded nats-server with JetStream, fsync on every write.
type Server struct {
	ns       *server.Server
	logger   *slog.Logger
	maxBytes int64
}

// StartServer starts the server and returns when it accepts connections. In a
// cluster JetStream itself is ready only when a majority is up: Open waits for it.
func StartServer(cfg ServerConfig) (*Server, error) {
	logger := orDiscard(cfg.Logger)
	if cfg.Dir == "" {
		return nil, errors.New("start nats server: no store directory")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("start nats server: %w", err)
	}
	if cfg.MaxBytes == 0 {
		n, err := defaultCap(cfg.Dir)
		if err != nil {
			return nil, fmt.Errorf("start nats server: %w", err)
		}
		cfg.MaxBytes = n
	}
	opts, err := serverOptions(cfg)
	if err != nil {
		return nil, fmt.Errorf("start nats server: %w", err)
	}
	ns, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("start nats server: %w", err)
	}
	log := &serverLogger{logger: logger}
	ns.SetLoggerV2(log, false, false, false)
	ns.Start()
	s := &Server{ns: ns, logger: logger, maxBytes: cfg.MaxBytes}
	if p := log.fatal.Load(); p != nil {
		s.Shutdown()
		return nil, fmt.Errorf("start nats server: %s", *p)
	}
	if !ns.ReadyForConnections(readyWait) {
		s.Shutdown()
		return nil, errors.New("start nats server: not ready in time")
	}
	return s, nil
}

// syncQueue is how many answers one question may have waiting: two batches. The
// library's default of 65,536 is half a megabyte for each question.
const syncQueue = 2 * batchMessages

// noReservation is more than any disk holds. JetStream reserves each stream's cap
// against it: were it the cap itself, a node whose disk has filled up since its
// first start could not open its own streams again. The streams' caps, set anew
// at each start, are what keeps the store under the disk.
const noReservation = 1 << 60

func serverOptions(cfg ServerConfig) (*server.Options, error) {
	opts := &server.Options{
		ServerName:        cfg.Name,
		NoSigs:            true, // signals belong to the program
		DontListen:        cfg.Listen == "",
		MaxPayload:        maxPayload,
		JetStream:         true,
		StoreDir:          cfg.Dir,
		SyncAlways:        true, // acknowledged means fsynced
		JetStreamMaxStore: noReservation,
	}
	var err error
	if cfg.Listen != "" {
		if opts.Host, opts.Port, err = splitAddr(cfg.Listen); err != nil {
			return nil, err
		}
	}
	if cfg.ClusterName == "" {
		return opts, nil
	}
	if cfg.Listen == "" {
		return nil, errors.New("a cluster needs an address to listen on for clients")
	}
	opts.Cluster.Name = cfg.ClusterName
	if opts.Cluster.Host, opts.Cluster.Port, err = splitAddr(cfg.ClusterListen); err != nil {
		return nil, err
	}
	for _, r := range cfg.Routes {
		opts.Routes = append(opts.Routes, server.RoutesFromStr(r)...)
	}
	return opts, nil
}

// splitAddr reads host:port; port 0 asks for any free one, which nats-server
// spells -1.
func splitAddr(addr string) (string, int, error) {
	host, p, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("read address %q: %w", addr, err)
	}
	port, err := strconv.Atoi(p)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("read address %q: port must be 0 to 65535", addr)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port, nil
}

// Connect opens an in-process connection that reconnects for ever. While it is
// cut, nothing is buffered: publishing fails at once, and whoever must not lose
// anything (Append) tries again by itself.
func (s *Server) Connect(name string) (*nats.Conn, error) {
	nc, err := nats.Connect("", append(ConnOptions(name, s.logger), nats.InProcessServer(s.ns))...)
	if err != nil {
		return nil, fmt.Errorf("connect to own nats server: %w", err)
	}
	return nc, nil
}

// ConnOptions are what every connection that carries the log should have; for
// connections to servers of somebody else.
func ConnOptions(name string, logger *slog.Logger) []nats.Option {
	logger = orDiscard(logger)
	// A subscription reports each of its turns to being slow, and there is one
	// for each tenant that is listened to; other errors must not be lost in that.
	slow, other := new(limiter), new(limiter)
	return []nats.Option{
		nats.Name(name),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectJitter(reconnectWait, reconnectWait),
		nats.ReconnectBufSize(-1),
		nats.SyncQueueLen(syncQueue),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			lines := other
			if errors.Is(err, nats.ErrSlowConsumer) {
				lines = slow
			}
			n, ok := lines.pass(time.Now(), 1)
			if !ok {
				return
			}
			subject := ""
			if sub != nil {
				subject = sub.Subject
			}
			logger.Warn("nats connection reports errors", "count", n, "connection", name, "subject", subject, "error", err)
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				logger.Warn("nats connection lost", "connection", name, "error", err)
			}
		}),
	}
}

// ClientURL is where clients of other processes connect; without Listen it leads nowhere.
func (s *Server) ClientURL() string { return s.ns.ClientURL() }

// MaxBytes is the cap of the file store, given or computed: what Config.MaxBytes
// of the log should be on a node that has the server to itself.
func (s *Server) MaxBytes() int64 { return s.maxBytes }

// Shutdown stops the server and returns when all it stored is closed.
func (s *Server) Shutdown() {
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
}

func orDiscard(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}
