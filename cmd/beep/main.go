// Command beep is Beep: the server, and everything a person or a script does
// with it from a terminal.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newRootCommand().ExecuteContext(ctx)
	stop()
	var code exitCode
	switch {
	case err == nil:
	case errors.As(err, &code):
		os.Exit(int(code))
	default:
		fmt.Fprintln(os.Stderr, "beep:", err)
		os.Exit(1)
	}
}

// exitCode ends the program with a code after everything was said.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit %d", int(c)) }

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "beep",
		Short: "A realtime community platform that people can own",
		Long: `Beep is a chat platform that anyone can host: one binary with everything inside.

Begin with:  beep serve`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
	}
	root.AddCommand(
		newServeCommand(), newConfigCommand(), newUserCommand(), newTokenCommand(), newOwnerCommand(),
		newServerCommand(), newPermissionsCommand(), newChatCommand(), newTailCommand(), newBenchCommand(), newVerifyCommand(), newVersionCommand(),
	)
	return root
}
