package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"beep/actors"
	"beep/admin"
	"beep/api"
	"beep/auth"
	"beep/chat"
	"beep/cluster"
	"beep/config"
	"beep/edge"
	"beep/jetstream"
	"beep/projector"
	"beep/requests"
	"beep/snowflake"
	"beep/store"
	"beep/tenant"
)

const (
	// DrainTimeout bounds an orderly stop: longer than a commit in flight can
	// take to give up.
	DrainTimeout = 25 * time.Second
	// heartbeatInterval is how often clients show that they live.
	heartbeatInterval = 30 * time.Second
	// soleWorker is the worker number of snowflakes on a node that is alone.
	soleWorker = 0
)

// Options is what a node is started with.
type Options struct {
	Config  config.Config
	Logger  *slog.Logger
	Notices io.Writer // lines for the operator: addresses and links
	Version string
}

// Node is a running Beep.
type Node struct {
	opt     Options
	cfg     config.Config
	logger  *slog.Logger
	started time.Time

	lock      *dataLock
	store     *store.Store
	broker    *jetstream.Server
	conn      *nats.Conn
	log       *jetstream.Log
	tenants   *tenant.Book
	tips      *actors.Tips
	place     *cluster.Node
	auth      *auth.Service
	requests  *requests.Service
	gateway   *edge.Gateway
	projector *projector.Projector
	listener  net.Listener
	http      *http.Server
	admin     *admin.Server
	current   atomic.Bool // the read model has been current once

	bg         context.Context // of the parts that run beside; ends when the node stops
	cancel     context.CancelFunc
	run        sync.WaitGroup
	failed     chan error // the first part that ended by itself
	stopOnce   sync.Once
	stopResult error
}

// Start builds a node and returns when it serves. A part that cannot be built
// is an error, and what was built before it is stopped again.
func Start(ctx context.Context, opt Options) (*Node, error) {
	n := &Node{opt: opt, cfg: opt.Config, logger: opt.Logger, started: time.Now(), failed: make(chan error, 1)}
	n.bg, n.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := n.build(ctx); err != nil {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), DrainTimeout)
		defer cancel()
		_ = n.Stop(stop)
		return nil, err
	}
	return n, nil
}

// build puts the parts together, each after those it needs.
func (n *Node) build(ctx context.Context) error {
	for _, step := range []struct {
		name string
		make func(context.Context) error
	}{
		{"lock data directory", n.makeLock},
		{"open store", n.makeStore},
		{"start broker", n.makeBroker},
		{"open log", n.makeLog},
		{"start actors", n.makeActors},
		{"start projector", n.makeProjector},
		{"mend accounts", n.mendAccounts},
		{"listen", n.makeDoors},
		{"announce", n.announce},
	} {
		if err := step.make(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func (n *Node) makeLock(context.Context) (err error) {
	if err := os.MkdirAll(n.cfg.Data, 0o700); err != nil {
		return err
	}
	n.lock, err = lockData(n.cfg.Data)
	return err
}

func (n *Node) makeStore(ctx context.Context) (err error) {
	dsn := n.cfg.Store.Reveal()
	if dsn == "" {
		dsn = filepath.Join(n.cfg.Data, "beep.db")
	}
	n.store, err = store.Open(ctx, store.Options{DSN: dsn, Logger: n.logger})
	return err
}

func (n *Node) makeBroker(context.Context) (err error) {
	n.broker, err = jetstream.StartServer(jetstream.ServerConfig{
		Dir: filepath.Join(n.cfg.Data, "jetstream"), MaxBytes: n.cfg.LogMaxBytes, Name: "beep", Logger: n.logger,
	})
	if err != nil {
		return err
	}
	n.conn, err = n.broker.Connect("beep")
	return err
}

func (n *Node) makeLog(ctx context.Context) (err error) {
	n.log, err = jetstream.Open(ctx, n.conn, jetstream.Config{Replicas: 1, MaxBytes: n.broker.MaxBytes(), Logger: n.logger})
	return err
}

// background runs a part until the node stops.
func (n *Node) background(ctx context.Context, name string, run func(context.Context) error) {
	n.run.Add(1)
	go func() {
		defer n.run.Done()
		if err := run(ctx); err != nil && ctx.Err() == nil {
			select {
			case n.failed <- fmt.Errorf("%s: %w", name, err):
			default:
			}
		}
	}()
}

func (n *Node) makeActors(ctx context.Context) error {
	recent, err := loadRecentSends(ctx, n.log, n.started)
	if err != nil {
		return fmt.Errorf("read the last sends: %w", err)
	}
	n.tenants = tenant.New(n.log, n.logger)
	n.place = cluster.New(n.logger)
	ids := snowflake.New(soleWorker, time.Now)
	n.tips = actors.NewTips(actorLog{n.log}, time.Now)
	actors.Register(n.place, &actors.Config{
		Log: actorLog{n.log}, Place: n.place, Tenants: n.tenants, Archive: n.store, Logger: n.logger,
		Now: time.Now, NewID: ids.Next, RecentSends: recent.of, WindowExempt: n.cfg.Exempt,
	}, n.tips)
	n.auth = auth.New(auth.Config{
		Accounts: n.store, NewID: ids.Next, Begin: n.beginUser, Now: time.Now, Logger: n.logger,
		Notice: n.notice, BaseURL: n.URL, Revoked: n.revoked,
	})
	presence := &latePresence{}
	n.requests = requests.New(requests.Config{
		Place: n.place, Tenants: n.tenants, Read: n.store, Live: n.log, Presence: presence, NewID: ids.Next,
		Now: time.Now, Export: n.export, Exempt: n.cfg.Exempt,
	})
	n.gateway = edge.New(edge.Config{
		Auth: n.auth, Requests: n.requests, Users: n.requests, Log: edgeLog{n.log}, Tenants: n.tenants, Logger: n.logger,
		AllowedOrigins: n.cfg.AllowedOrigins, HeartbeatInterval: heartbeatInterval, NodeID: ids.Next(), Now: time.Now,
		Exempt: n.cfg.Exempt, // load generators
	})
	presence.gateway = n.gateway
	for name, run := range map[string]func(context.Context) error{
		"tenants": n.tenants.Run, "placement": n.place.Run, "tips": n.tips.Run, "gateway": n.gateway.Run,
	} {
		n.background(n.bg, name, run)
	}
	return nil
}

func (n *Node) makeProjector(context.Context) error {
	n.projector = projector.New(projector.Config{Log: n.log, Store: n.store, Logger: n.logger})
	n.background(n.bg, "projector", n.projector.Run)
	return nil
}

// mendAccounts begins the logs of accounts that a crash left without one.
func (n *Node) mendAccounts(ctx context.Context) error { return n.auth.Mend(ctx) }

// beginUser begins the log of a new account.
func (n *Node) beginUser(ctx context.Context, c chat.RegisterUser) error {
	_, err := n.place.Ask(ctx, chat.UserKey(c.ID), &c)
	return err
}

// revoked closes the sockets of a token, or of all tokens of a user.
func (n *Node) revoked(user chat.UserID, token [32]byte) {
	if token == [32]byte{} {
		n.gateway.CloseUser(user)
		return
	}
	n.gateway.CloseToken(token)
}

func (n *Node) notice(line string) { fmt.Fprintln(n.opt.Notices, line) }

// makeDoors opens the ways in: HTTP with the gateway, and the operator's socket.
func (n *Node) makeDoors(context.Context) (err error) {
	if n.listener, err = net.Listen("tcp", n.cfg.Listen); err != nil {
		return err
	}
	n.http = api.NewServer(api.New(api.Config{
		Auth: n.auth, Requests: n.requests, Gateway: n.gateway, Ready: n.ready, Version: n.opt.Version,
		BaseURL: func() string { return n.cfg.PublicURL }, AllowedOrigins: n.cfg.AllowedOrigins,
		TrustedProxies: n.cfg.TrustedProxies, Logger: n.logger, Exempt: n.cfg.Exempt, Idempotency: answerBook{n.store},
	}), n.logger)
	n.background(n.bg, "answers", sweepAnswers(n.store, n.logger))
	n.background(n.bg, "http", func(context.Context) error {
		if err := n.http.Serve(n.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	n.admin, err = admin.Listen(admin.SocketPath(n.cfg.Data), n.adminHandler())
	return err
}

// ready says whether the node can serve: the broker answers, and the read model
// has been current once. That the read model falls behind later is no reason to
// send people away: chat goes on without it.
func (n *Node) ready() error {
	if !n.conn.IsConnected() {
		return errors.New("the broker does not answer")
	}
	if !n.current.Load() && !n.projector.Status().CaughtUp {
		return errors.New("the read model is catching up")
	}
	n.current.Store(true)
	return nil
}

// URL is the address at which people reach the node, without a slash at the end.
func (n *Node) URL() string {
	if n.cfg.PublicURL != "" {
		return n.cfg.PublicURL
	}
	return n.localURL()
}

func (n *Node) localURL() string {
	if n.listener == nil {
		return "http://" + n.cfg.Listen
	}
	return "http://" + n.listener.Addr().String()
}

// Failed yields the error of a part that ended by itself; the node should then
// be stopped.
func (n *Node) Failed() <-chan error { return n.failed }
