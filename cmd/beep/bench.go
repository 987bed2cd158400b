package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"beep/admin"
	"beep/bench"
)

// benchFlags are those that all workloads share.
type benchFlags struct {
	opt  bench.Options
	json bool
}

// newBenchCommand puts load on a server and measures it.
func newBenchCommand() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Put load on a server and measure it",
		Long: `Put load on a server and measure it.

Without --data a server is started for the occasion, on fresh data, in a second
process, and stopped afterwards. With --data DIR the server that runs on DIR is
loaded; let it lift the send window for the load's accounts first:

  BEEP_LIMITS_WINDOW_EXEMPT='bench-*' beep serve --data DIR
  beep bench send --data DIR

The result is a table, or with --json one JSON object. Progress goes to standard
error. The exit status is 1 if anything was lost or doubled.`,
		Example: `  beep bench send --channels 1000 --senders 1000 --duration 20s --json
  beep bench send --channels 1 --senders 64 --inflight 8 --latency-at 0.1
  beep bench fanout --channels 1 --members 1000 --rate 100 --sweep
  beep bench storm --connections 5000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	p := cmd.PersistentFlags()
	p.StringVar(&f.opt.URL, "url", "", "address of a running server (default: what --data says)")
	p.StringVar(&f.opt.DataDir, "data", "", "data directory of a running server, for its admin socket")
	p.IntVar(&f.opt.PID, "pid", 0, "process id of a running server (default: what --data says)")
	p.BoolVar(&f.json, "json", false, "print one JSON object")
	p.StringVar(&f.opt.Store, "store", "", "--store of the server that is started")
	p.StringVar(&f.opt.TempDir, "dir", "", "where the data of the server that is started goes (default: the system's temporary directory)")
	p.BoolVar(&f.opt.Keep, "keep", false, "keep that data")
	p.IntVar(&f.opt.Parallel, "parallel", 64, "sockets opened at a time")
	cmd.AddCommand(benchSend(&f), benchFanout(&f), benchIdle(&f), benchStorm(&f), benchHistory(&f), benchResume(&f), benchPermissions(&f), benchBigServer(&f))
	return cmd
}

func benchSend(f *benchFlags) *cobra.Command {
	p := bench.DefaultSendParams()
	cmd := &cobra.Command{
		Use:   "send",
		Short: "Messages acknowledged as durable, per second",
		Long: `Every sender is a user with a socket of its own. In the closed loop it keeps
--inflight sends unanswered; with --rate messages are sent at a steady rate,
however slow the answers are. At the end a fresh client reads the history back
and compares it with what was acknowledged.`,
	}
	fl := cmd.Flags()
	fl.IntVar(&p.Channels, "channels", p.Channels, "channels, each in a server of its own")
	fl.IntVar(&p.Senders, "senders", p.Senders, "users that send, spread over the channels")
	fl.DurationVar(&p.Duration, "duration", p.Duration, "how long to measure")
	fl.DurationVar(&p.Warmup, "warmup", p.Warmup, "how long to send before measuring")
	fl.IntVar(&p.InFlight, "inflight", p.InFlight, "unanswered sends per sender, 1 to 64")
	fl.Float64Var(&p.Rate, "rate", p.Rate, "messages per second in all, as an open loop; 0 is the closed loop")
	fl.StringVar(&p.Intents, "intents", p.Intents, "what the senders are sent: all, messages, none")
	fl.IntVar(&p.Size, "size", p.Size, "bytes of content")
	fl.Float64Var(&p.LatencyAt, "latency-at", p.LatencyAt, "measure latency once more at this fraction of the throughput; 0 is not")
	fl.IntVar(&p.VerifyMost, "verify", p.VerifyMost, "messages to read back at most, sampled beyond; 0 is none")
	f.run(cmd, func() error { return p.Check() }, func(ctx context.Context, t *bench.Target) (*bench.Result, error) { return bench.Send(ctx, t, p) })
	return cmd
}

func benchFanout(f *benchFlags) *cobra.Command {
	p := bench.DefaultFanoutParams()
	cmd := &cobra.Command{
		Use:   "fanout",
		Short: "Deliveries to members per second",
		Long: `In every channel messages are sent at a steady rate, and every member receives
them on a socket of its own. Latency is from the moment a message was due to its
receipt. Members check that no number is missing and none comes twice.`,
	}
	fl := cmd.Flags()
	fl.IntVar(&p.Channels, "channels", p.Channels, "channels, each in a server of its own")
	fl.IntVar(&p.Members, "members", p.Members, "members on sockets per channel (with --one-server: in all)")
	fl.IntVar(&p.Senders, "senders", p.Senders, "users that send, per channel")
	fl.Float64Var(&p.Rate, "rate", p.Rate, "messages per second and channel")
	fl.DurationVar(&p.Duration, "duration", p.Duration, "how long to measure, each step of a sweep")
	fl.DurationVar(&p.Warmup, "warmup", p.Warmup, "how long to send before measuring")
	fl.IntVar(&p.Size, "size", p.Size, "bytes of content")
	fl.StringVar(&p.Intents, "intents", p.Intents, "what the members are sent: all, messages")
	fl.BoolVar(&p.OneServer, "one-server", p.OneServer, "all channels in one server")
	fl.BoolVar(&p.Sweep, "sweep", p.Sweep, "raise the rate until p99 passes the limit; report the best step within it")
	fl.DurationVar(&p.P99Limit, "p99-limit", p.P99Limit, "the limit of a sweep")
	f.run(cmd, func() error { return p.Check() }, func(ctx context.Context, t *bench.Target) (*bench.Result, error) { return bench.Fanout(ctx, t, p) })
	return cmd
}

func benchIdle(f *benchFlags) *cobra.Command {
	p := bench.DefaultIdleParams()
	cmd := &cobra.Command{Use: "idle", Short: "Server memory per idle connection"}
	fl := cmd.Flags()
	fl.IntVar(&p.Connections, "connections", p.Connections, "sockets, each of a user of its own")
	fl.IntVar(&p.PerServer, "per-server", p.PerServer, "members of each server that they are in; 0: they are in none")
	fl.DurationVar(&p.Settle, "settle", p.Settle, "how long memory may take to settle")
	fl.DurationVar(&p.Hold, "hold", p.Hold, "how long to measure what idling costs")
	f.run(cmd, func() error { return p.Check() }, func(ctx context.Context, t *bench.Target) (*bench.Result, error) { return bench.Idle(ctx, t, p) })
	return cmd
}

func benchStorm(f *benchFlags) *cobra.Command {
	p := bench.DefaultStormParams()
	cmd := &cobra.Command{
		Use:   "storm",
		Short: "Sockets cut at once, until all are resumed; then connecting anew",
		Long: `All sockets are reset at the same time and come back, --parallel at a time. The
greatest latency is when all were resumed. Then they are reset again and
identify afresh: connect_anew_per_s.`,
	}
	fl := cmd.Flags()
	fl.IntVar(&p.Connections, "connections", p.Connections, "sockets, each of a user of its own")
	fl.IntVar(&p.PerServer, "per-server", p.PerServer, "members of each server; every user is in one")
	fl.IntVar(&p.Missed, "missed", p.Missed, "messages sent to every channel meanwhile")
	fl.DurationVar(&p.Settle, "settle", p.Settle, "how long memory may take to settle before")
	f.run(cmd, func() error { return p.Check() }, func(ctx context.Context, t *bench.Target) (*bench.Result, error) { return bench.Storm(ctx, t, p) })
	return cmd
}

func benchHistory(f *benchFlags) *cobra.Command {
	p := bench.DefaultHistoryParams()
	cmd := &cobra.Command{Use: "history", Short: "Pages of 50 messages per second"}
	fl := cmd.Flags()
	fl.IntVar(&p.Connections, "connections", p.Connections, "sockets that read, each of a user of its own")
	fl.IntVar(&p.Channels, "channels", p.Channels, "channels that they are spread over")
	fl.IntVar(&p.Messages, "messages", p.Messages, "messages in each channel")
	fl.IntVar(&p.Depth, "depth", p.Depth, "pages read in turn, from the newest end backwards")
	fl.IntVar(&p.InFlight, "inflight", p.InFlight, "unanswered requests per socket, 1 to 64")
	fl.DurationVar(&p.Duration, "duration", p.Duration, "how long to measure")
	fl.DurationVar(&p.Warmup, "warmup", p.Warmup, "how long to read before measuring")
	f.run(cmd, func() error { return p.Check() }, func(ctx context.Context, t *bench.Target) (*bench.Result, error) { return bench.History(ctx, t, p) })
	return cmd
}

func benchResume(f *benchFlags) *cobra.Command {
	p := bench.DefaultResumeParams()
	cmd := &cobra.Command{Use: "resume", Short: "Time to resume after a gap, and records replayed per second"}
	fl := cmd.Flags()
	fl.IntVar(&p.Gap, "gap", p.Gap, "messages sent while away")
	fl.IntVar(&p.Sessions, "sessions", p.Sessions, "clients that resume at the same time")
	fl.IntVar(&p.Repeat, "repeat", p.Repeat, "how often they do it")
	f.run(cmd, func() error { return p.Check() }, func(ctx context.Context, t *bench.Target) (*bench.Result, error) { return bench.Resume(ctx, t, p) })
	return cmd
}

// run gives cmd what all workloads do: check, open the server, load it, print,
// close. Ctrl-C ends the load, and the server that was started for it.
func (f *benchFlags) run(cmd *cobra.Command, check func() error, load func(context.Context, *bench.Target) (*bench.Result, error)) {
	cmd.Args = cobra.NoArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if err := check(); err != nil {
			return err
		}
		cmd.SilenceUsage = true // from here on it is not the flags
		ctx := cmd.Context()
		f.opt.Progress = cmd.ErrOrStderr()
		f.opt.Admin = func(dataDir string) bench.Admin { return admin.NewClient(dataDir) }
		t, err := bench.Open(ctx, f.opt)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, t.Close()) }()
		res, err := load(ctx, t)
		if err != nil {
			return err
		}
		return errors.Join(f.print(cmd.OutOrStdout(), res), res.Unsound())
	}
}

func (f *benchFlags) print(w io.Writer, res *bench.Result) error {
	if f.json {
		return res.WriteJSON(w)
	}
	return res.WriteTable(w)
}
