package bench_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/admin"
	"beep/bench"
	"beep/config"
	"beep/node"
)

// TestMain is also the server: a load starts this very binary with the
// arguments that it gives to beep.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		if err := serve(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func serve(args []string) error {
	flags := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		flags[args[i][len("--"):]] = args[i+1]
	}
	cfg, err := config.Load(config.Sources{Environ: os.Environ(), Flags: flags})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	n, err := node.Start(ctx, node.Options{Config: cfg, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)), Notices: io.Discard, Version: "test"})
	if err != nil {
		return err
	}
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.Background(), node.DrainTimeout)
	defer cancel()
	return n.Stop(ctx)
}

func TestEveryWorkloadRunsAgainstAServerInAnotherProcess(t *testing.T) {
	t.Parallel()
	target, err := bench.Open(t.Context(), bench.Options{Command: os.Args[:1], TempDir: t.TempDir(), Admin: operator, Progress: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	const short = 300 * time.Millisecond
	send := bench.DefaultSendParams()
	send.Channels, send.Senders, send.InFlight, send.Warmup, send.Duration, send.LatencyAt = 5, 3, 4, short, short, 0.1
	busy := send
	busy.Channels, busy.Senders, busy.Rate, busy.LatencyAt, busy.VerifyMost = 1, 8, 200, 0, 100
	fanout := bench.DefaultFanoutParams()
	fanout.Channels, fanout.Members, fanout.Senders, fanout.Warmup, fanout.Duration = 2, 5, 2, short, short
	shared := fanout
	shared.OneServer, shared.Intents = true, "all"
	sweep := fanout
	sweep.Sweep, sweep.P99Limit = true, time.Millisecond // no commit is that quick: the sweep must end all the same
	idle := bench.IdleParams{Connections: 10, PerServer: 5, Settle: short, Hold: short}
	storm := bench.StormParams{Connections: 20, PerServer: 7, Missed: 3, Settle: short}
	history := bench.DefaultHistoryParams()
	history.Connections, history.Channels, history.Depth, history.Warmup, history.Duration = 3, 2, 4, short, short
	resume := bench.ResumeParams{Gap: 300, Sessions: 3, Repeat: 2}
	for name, load := range map[string]func(context.Context) (*bench.Result, error){
		"send":              func(ctx context.Context) (*bench.Result, error) { return bench.Send(ctx, target, send) },
		"send open loop":    func(ctx context.Context) (*bench.Result, error) { return bench.Send(ctx, target, busy) },
		"fanout":            func(ctx context.Context) (*bench.Result, error) { return bench.Fanout(ctx, target, fanout) },
		"fanout one server": func(ctx context.Context) (*bench.Result, error) { return bench.Fanout(ctx, target, shared) },
		"fanout sweep":      func(ctx context.Context) (*bench.Result, error) { return bench.Fanout(ctx, target, sweep) },
		"idle":              func(ctx context.Context) (*bench.Result, error) { return bench.Idle(ctx, target, idle) },
		"storm":             func(ctx context.Context) (*bench.Result, error) { return bench.Storm(ctx, target, storm) },
		"history":           func(ctx context.Context) (*bench.Result, error) { return bench.History(ctx, target, history) },
		"resume":            func(ctx context.Context) (*bench.Result, error) { return bench.Resume(ctx, target, resume) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := res.Unsound(); err != nil {
				t.Error(err)
			}
			if res.Errors != 0 || res.ThroughputPerS <= 0 || res.MaxMS < res.P50MS || res.P50MS <= 0 {
				t.Errorf("%+v", res)
			}
		})
	}
}

func operator(dataDir string) bench.Admin { return admin.NewClient(dataDir) }

func TestAServerThatDoesNotStartIsToldOf(t *testing.T) {
	t.Parallel()
	_, err := bench.Open(t.Context(), bench.Options{Command: os.Args[:1], TempDir: t.TempDir(), Store: "nonsense", Admin: operator})
	if err == nil {
		t.Fatal("it started")
	}
	if !strings.Contains(err.Error(), "nonsense") && !strings.Contains(err.Error(), "store") {
		t.Errorf("%v, want the server's own last words", err)
	}
}

func TestABigServerIsMeasuredThroughItsRestarts(t *testing.T) {
	t.Parallel()
	target, err := bench.Open(t.Context(), bench.Options{Command: os.Args[:1], TempDir: t.TempDir(), Admin: operator, Progress: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	p := bench.DefaultBigServerParams()
	// More than 64 records, so that a stopping actor makes a snapshot.
	p.Members, p.Connected, p.Roles, p.Channels, p.AtOnce, p.Rounds = 60, 12, 8, 20, 5, 2
	p.Duration, p.Settle = 300*time.Millisecond, 300*time.Millisecond
	res, err := bench.BigServer(t.Context(), target, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Unsound(); err != nil {
		t.Error(err)
	}
	if res.Errors != 0 || res.ThroughputPerS <= 0 || res.MaxMS < res.P50MS || res.P50MS <= 0 || res.Extras["talk_deliveries_per_s"].(float64) <= 0 {
		t.Errorf("%+v", res)
	}
	if worst := res.Extras["role_change_worst_ms"].(float64); worst < 0 || worst > 30_000 {
		t.Errorf("the slowest change of a role took %v ms", worst)
	}
}

func TestABigServerIsNotMeasuredOnARunningOne(t *testing.T) {
	t.Parallel()
	if _, err := bench.BigServer(t.Context(), &bench.Target{}, bench.DefaultBigServerParams()); err == nil {
		t.Fatal("it was to be restarted")
	}
}
