package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"beep/admin"
	"beep/node"
	"beep/requests"
)

func newPermissionsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "permissions", Short: "Ask about rights on a running node"}
	cmd.AddCommand(newPermissionsWhyCommand())
	return cmd
}

func newPermissionsWhyCommand() *cobra.Command {
	var in node.WhyAllowed
	var asJSON bool
	cmd := &cobra.Command{
		Use: "why", Short: "Say step by step why somebody may or may not do something", Args: cobra.NoArgs,
		Long: `Say step by step why somebody may or may not do something: what each role and each
override said, and whether the permission held after it. It is the rule itself that answers.

Exit code 0: allowed. 1: not allowed.`,
		Example: `  beep permissions why --user ada --channel 1437500000000000001 --permission send_messages
  beep permissions why --user ada --server 1437500000000000000 --channel general --permission speak`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var why requests.Why
			data, _ := cmd.Flags().GetString("data")
			if err := admin.NewClient(data).Call(cmd.Context(), "/permissions/why", in, &why); err != nil {
				return err
			}
			if asJSON {
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(why); err != nil {
					return err
				}
			} else {
				printWhy(cmd.OutOrStdout(), &in, &why)
			}
			if !why.Allowed {
				return exitCode(1)
			}
			return nil
		},
	}
	dataFlag(cmd)
	cmd.Flags().StringVar(&in.User, "user", "", "whose rights: a username or an identifier")
	cmd.Flags().StringVar(&in.Channel, "channel", "", "in which channel: an identifier, or with --server a name")
	cmd.Flags().StringVar(&in.Permission, "permission", "", "which permission, such as send_messages")
	cmd.Flags().StringVar(&in.Server, "server", "", "in which server: an identifier")
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	_ = cmd.MarkFlagRequired("user")
	_ = cmd.MarkFlagRequired("permission")
	cmd.MarkFlagsOneRequired("channel", "server")
	return cmd
}

func printWhy(w io.Writer, in *node.WhyAllowed, why *requests.Why) {
	for i, s := range why.Steps {
		holds := "does not hold"
		if s.Holds {
			holds = "holds"
		}
		name := s.Rule
		if s.Name != "" {
			name += " " + s.Name
		}
		effect := s.Effect
		if effect == "nothing" {
			effect = "says nothing"
		}
		fmt.Fprintf(w, "%2d. %-40s %-13s %s %s\n", i+1, name, effect, in.Permission, holds)
	}
	verdict := "may not"
	if why.Allowed {
		verdict = "may"
	}
	fmt.Fprintf(w, "%s %s: %s\n", in.User, verdict, in.Permission)
}
