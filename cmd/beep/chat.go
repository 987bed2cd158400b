package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"beep/client"
)

func newChatCommand() *cobra.Command {
	var opt chatOptions
	var forget bool
	cmd := &cobra.Command{
		Use:   "chat",
		Short: "Chat in the terminal",
		Long: `Chat in the terminal. Text is sent to the channel you are in; /help lists the commands.

Without --user, --token or a kept sign-in it asks who you are, or lets you register. Without
a terminal it reads lines and prints lines, so that scripts can use it.`,
		Example: `  beep chat
  beep chat --url https://chat.example.org --user ada
  beep chat --data ./data --user ada        on the machine of the node, without a password
  printf 'secret\nhello\n/quit\n' | beep chat --user ada --password-stdin
  beep chat --forget                        remove the kept sign-in`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opt.resolve(cmd.Context()); err != nil {
				return err
			}
			if forget {
				if err := opt.forget(cmd.Context()); err != nil {
					return err
				}
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "Forgotten.")
				return err
			}
			return runChat(cmd.Context(), opt, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	addChatFlags(cmd, &opt)
	cmd.Flags().BoolVar(&opt.remember, "remember", false, "keep the sign-in in a file that only you can read")
	cmd.Flags().BoolVar(&forget, "forget", false, "remove the kept sign-in and void it")
	return cmd
}

// runChat signs in and converses until the input ends, /quit, or ctx's end.
func runChat(ctx context.Context, opt chatOptions, in io.Reader, out io.Writer) error {
	l := login{opt: opt, in: in, out: out}
	inFile, _ := in.(*os.File)
	outFile, _ := out.(*os.File)
	if inFile != nil && outFile != nil && isTerminal(inFile) && isTerminal(outFile) {
		l.tty = inFile
	}
	who, err := l.token(ctx)
	if err != nil {
		return err
	}
	defer l.end(ctx, who)
	var scr screen
	if l.tty != nil {
		t, err := newTerminalScreen(inFile, outFile)
		if err != nil {
			return err
		}
		scr = t
	} else {
		scr = newPlainScreen(in, out)
	}
	defer scr.Close()
	err = converse(ctx, client.New(client.Options{URL: opt.url, Token: who.token}), scr)
	var ce *client.CloseError
	if who.kept && errors.As(err, &ce) && ce.Advice() == client.AdviceSignIn {
		if ferr := keepToken(opt.tokenFile, opt.url, ""); ferr != nil {
			return ferr
		}
		return errors.New("the kept sign-in is not valid any more and was removed; run beep chat again")
	}
	return err
}
