package main

import (
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
