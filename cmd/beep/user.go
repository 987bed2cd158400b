package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"beep/admin"
	"beep/node"
)

func newUserCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Manage the accounts of a running node"}
	cmd.AddCommand(newUserCreateCommand())
	return cmd
}

func newUserCreateCommand() *cobra.Command {
	var req node.NewUser
	var fromStdin, asJSON bool
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Make an account", Args: cobra.ExactArgs(1),
		Long: `Make an account on the node that uses the data directory, through a socket there that
only its owner can open. Without --password-stdin the account can only be used with tokens
(beep token create).`,
		Example: "  echo correct-horse | beep user create ada --password-stdin --validated",
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Username = args[0]
			if fromStdin {
				p, err := readPassword(cmd.InOrStdin())
				if err != nil {
					return err
				}
				req.Password = p
			}
			var made node.UserMade
			data, _ := cmd.Flags().GetString("data")
			if err := admin.NewClient(data).Call(cmd.Context(), "/users", req, &made); err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(made)
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "Made %s (%s).\n", req.Username, made.ID)
			return err
		},
	}
	dataFlag(cmd)
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input (one line)")
	cmd.Flags().BoolVar(&req.Validated, "validated", false, "count the e-mail as validated, so that the account can be used at once")
	cmd.Flags().StringVar(&req.Email, "email", "", "e-mail address")
	cmd.Flags().BoolVar(&req.Admin, "admin", false, "make it an administrator of the instance")
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return cmd
}

// maxPasswordLine is more than any password may have.
const maxPasswordLine = 4096

func readPassword(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxPasswordLine)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("no password on standard input")
	}
	return line, nil
}

func newTokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Manage the tokens of a running node"}
	cmd.AddCommand(newTokenCreateCommand())
	return cmd
}

func newTokenCreateCommand() *cobra.Command {
	var label string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Make a token for an account", Args: cobra.ExactArgs(1),
		Long: `Make a token with which a program may act as the account NAME. It is printed once and
stored only as a hash.`,
		Example: "  export BEEP_TOKEN=$(beep token create ada)",
		RunE: func(cmd *cobra.Command, args []string) error {
			var made node.TokenMade
			data, _ := cmd.Flags().GetString("data")
			err := admin.NewClient(data).Call(cmd.Context(), "/tokens", node.NewToken{Username: args[0], Label: label}, &made)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(made)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), made.Token)
			return err
		},
	}
	dataFlag(cmd)
	cmd.Flags().StringVar(&label, "label", "command line", "what the token is for")
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return cmd
}

func newOwnerCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "owner", Short: "Take over a running node"}
	link := &cobra.Command{
		Use: "link", Short: "Print a new link for the owner to take the instance", Args: cobra.NoArgs,
		Long: "Print a new link with which the owner takes the instance. Earlier links are void.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var made node.LinkMade
			data, _ := cmd.Flags().GetString("data")
			if err := admin.NewClient(data).Call(cmd.Context(), "/owner-link", struct{}{}, &made); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), made.Link)
			return err
		},
	}
	dataFlag(link)
	cmd.AddCommand(link)
	return cmd
}
