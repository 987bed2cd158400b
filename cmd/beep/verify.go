package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"beep/admin"
	"beep/config"
	"beep/node"
	"beep/verify"
)

func newVerifyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "verify", Short: "Prove that nothing was lost, doubled or reordered", Args: cobra.NoArgs,
		Long: `Compare the log, the database and what a fresh client is shown: checksums, dense numbers,
the same messages in the same order everywhere. If a node is running on the data directory it
is asked to; otherwise one is started for the purpose, on loopback.

Exit code 0: all agree. 1: they do not, and the first difference is printed.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			say := func(p verify.Progress) {
				if p.Text != "" {
					fmt.Fprintln(cmd.ErrOrStderr(), p.Text)
				}
			}
			report, err := runVerify(cmd.Context(), cfg, say, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return printReport(cmd.OutOrStdout(), &report, asJSON)
		},
	}
	addSettings(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return cmd
}

// runVerify asks the running node, or starts one.
func runVerify(ctx context.Context, cfg config.Config, say func(verify.Progress), errOut io.Writer) (verify.Report, error) {
	var report *verify.Report
	err := admin.NewClient(cfg.Data).Lines(ctx, "/verify", struct{}{}, func(line json.RawMessage) error {
		var p verify.Progress
		if err := json.Unmarshal(line, &p); err != nil {
			return err
		}
		say(p)
		report = p.Report
		return nil
	})
	if errors.Is(err, admin.ErrNotRunning) {
		return verifyOffline(ctx, cfg, say, errOut)
	}
	if err != nil {
		return verify.Report{}, err
	}
	if report == nil {
		return verify.Report{}, errors.New("the node ended before it was done")
	}
	return *report, nil
}

func verifyOffline(ctx context.Context, cfg config.Config, say func(verify.Progress), errOut io.Writer) (verify.Report, error) {
	cfg.Listen, cfg.PublicURL = "127.0.0.1:0", ""
	n, err := node.Start(ctx, node.Options{Config: cfg, Logger: newLogger(cfg, errOut), Notices: io.Discard, Version: version()})
	if err != nil {
		return verify.Report{}, err
	}
	report, err := n.Verify(ctx, say)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), node.DrainTimeout)
	defer cancel()
	return report, errors.Join(err, n.Stop(stop))
}

func printReport(w io.Writer, r *verify.Report, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(w).Encode(r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(w, "%d users, %d servers, %d channels (and %d gone), %d records (%d erased), %d messages (%d seen by a fresh client) in %.1f s\n",
			r.Users, r.Servers, r.Channels, r.Gone, r.Records, r.Erased, r.Messages, r.SeenByFresh, r.Seconds)
		for _, d := range r.Differences {
			fmt.Fprintln(w, "DIFFERENT:", d)
		}
		if r.Error != "" {
			fmt.Fprintln(w, "could not be completed:", r.Error)
		}
		if r.OK() {
			fmt.Fprintln(w, "Log, database and client agree.")
		}
	}
	if !r.OK() {
		return exitCode(1)
	}
	return nil
}
