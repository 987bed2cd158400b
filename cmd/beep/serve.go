package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"beep/chat"
	"beep/config"
	"beep/node"
)

func newServeCommand() *cobra.Command {
	var profile string
	cmd := &cobra.Command{
		Use: "serve", Short: "Run Beep", Args: cobra.NoArgs,
		Long: `Run Beep with everything inside: broker, database, accounts, gateway. No configuration
and no other service is needed. Ctrl-C drains and stops; a restart keeps everything.

When it serves, the address is printed and <data>/ready.json written. On the first run a
link is printed with which the owner takes the instance.

Every setting is a flag, a variable BEEP_<NAME>, or a line of the file given with --config.`,
		Example: `  beep serve
  beep serve --listen 0.0.0.0:8080 --public-url https://chat.example.org
  beep serve --store postgres://beep@localhost/beep`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			if profile != "" {
				stop := serveProfiles(profile, cmd.ErrOrStderr())
				defer stop()
			}
			return serve(cmd.Context(), cfg, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	addSettings(cmd)
	cmd.Flags().StringVar(&profile, "profile", "", "loopback host:port for Go profiles, for developers")
	return cmd
}

// serve runs a node until ctx ends (Ctrl-C) or a part of it fails.
//
// Each log stream syncs its writes by itself, and a thread that waits for the
// disk keeps its processor (Go's P) until the runtime notices. With one more P
// per stream the others go on meanwhile: on two cores 1,000 channels commit
// 7,200 times a second instead of 4,200.
func serve(ctx context.Context, cfg config.Config, out, errOut io.Writer) error {
	raiseFileLimit()
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.NumCPU() + chat.Shards)
	}
	tuning, tuned := context.WithCancel(ctx)
	var tuner sync.WaitGroup
	tuner.Go(func() { tuneMemory(tuning) })
	defer tuner.Wait()
	defer tuned()
	n, err := node.Start(ctx, node.Options{Config: cfg, Logger: newLogger(cfg, errOut), Notices: out, Version: version()})
	if err != nil {
		return err
	}
	var failure error
	select {
	case <-ctx.Done():
		fmt.Fprintln(out, "Stopping: sessions are sent away, what was begun is finished.")
	case failure = <-n.Failed():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), node.DrainTimeout)
	defer cancel()
	err = n.Stop(stop)
	if failure != nil {
		return failure
	}
	if err == nil {
		fmt.Fprintln(out, "Stopped.")
	}
	return err
}

func newLogger(cfg config.Config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.LogLevel)) // Validate has checked it
	opt := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opt))
	}
	return slog.New(slog.NewTextHandler(w, opt))
}

// serveProfiles offers net/http/pprof on an address of its own.
func serveProfiles(addr string, errOut io.Writer) (stop func()) {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	s := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.ListenAndServe(); err != nil && err != http.ErrServerClosed {
			fmt.Fprintln(errOut, "beep: profiles:", err)
		}
	}()
	return func() {
		_ = s.Close()
		<-done
	}
}

// dataFlag adds --data to a command that talks to a running node.
func dataFlag(cmd *cobra.Command) {
	def := config.Default().Data
	if d := os.Getenv("BEEP_DATA"); d != "" {
		def = d
	}
	cmd.Flags().String("data", def, "data directory of the node")
}
