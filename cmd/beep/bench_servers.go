package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"beep/bench"
)

func benchPermissions(f *benchFlags) *cobra.Command {
	p := bench.DefaultPermissionsParams()
	cmd := &cobra.Command{
		Use: "permissions", Short: "Evaluations of permissions per second on one core", Args: cobra.NoArgs,
		Long: `The pure function alone, in this process, on one thread: random members in random
channels of a server that is made up for it. The latencies are those of all
channels of one member, as a session's beginning needs them. No server is asked.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			res, err := bench.Permissions(p)
			if err != nil {
				return err
			}
			cmd.SilenceUsage = true
			return errors.Join(f.print(cmd.OutOrStdout(), res), res.Unsound())
		},
	}
	fl := cmd.Flags()
	fl.IntVar(&p.Members, "members", p.Members, "members of the server")
	fl.IntVar(&p.Roles, "roles", p.Roles, "its roles, beside everyone")
	fl.IntVar(&p.Channels, "channels", p.Channels, "its channels, categories included")
	fl.DurationVar(&p.Duration, "duration", p.Duration, "how long to measure, each of two times")
	return cmd
}

func benchBigServer(f *benchFlags) *cobra.Command {
	p := bench.DefaultBigServerParams()
	cmd := &cobra.Command{
		Use: "big-server", Short: "One server with 100,000 members: sessions, changes of roles, memory, restarts",
		Long: `A server is made up, with roles for every member and rules for its channels, and
brought in as a file. Measured are: opening sessions, one after the other and
many at once; the size of ready against that of a small server; messages to all
sessions; changes of roles that show and hide channels, until every session has
heard; and, after restarts with and without a snapshot, the first session and
the first request, and the memory that the server's copy and its actor take.

It restarts the server, so it takes none that is running.`,
	}
	fl := cmd.Flags()
	fl.IntVar(&p.Members, "members", p.Members, "members of the server")
	fl.IntVar(&p.Connected, "connected", p.Connected, "of these, on sockets")
	fl.IntVar(&p.Roles, "roles", p.Roles, "its roles, beside everyone")
	fl.IntVar(&p.Channels, "channels", p.Channels, "its channels, categories included")
	fl.IntVar(&p.AtOnce, "at-once", p.AtOnce, "sessions opened at the same time")
	fl.IntVar(&p.Rounds, "rounds", p.Rounds, "how often the roles are changed, four changes each time")
	fl.Float64Var(&p.Rate, "rate", p.Rate, "messages per second into one channel")
	fl.DurationVar(&p.Duration, "duration", p.Duration, "how long messages are sent")
	fl.DurationVar(&p.Settle, "settle", p.Settle, "how long the server may take to be calm")
	f.run(cmd, func() error { return p.Check() }, func(ctx context.Context, t *bench.Target) (*bench.Result, error) { return bench.BigServer(ctx, t, p) })
	return cmd
}
