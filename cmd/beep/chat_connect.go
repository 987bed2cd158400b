package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"beep/admin"
	"beep/client"
	"beep/node"
)

// defaultURL is where beep serve listens unless it is told otherwise.
const defaultURL = "http://127.0.0.1:8080"

// chatOptions say where to connect and as whom; beep chat and beep tail share them.
type chatOptions struct {
	url           string
	user          string
	token         string
	data          string // "": no data directory to be asked
	passwordStdin bool
	remember      bool
	temporary     bool // token was made for this run
	tokenFile     string
}

func addChatFlags(cmd *cobra.Command, opt *chatOptions) {
	f := cmd.Flags()
	f.StringVar(&opt.url, "url", "", "address of the instance (default: that of --data, or "+defaultURL+")")
	f.StringVar(&opt.user, "user", "", "username or e-mail")
	f.BoolVar(&opt.passwordStdin, "password-stdin", false, "read the password from the first line of standard input")
	f.StringVar(&opt.token, "token", os.Getenv("BEEP_TOKEN"), "token to use (default: $BEEP_TOKEN)")
	f.StringVar(&opt.data, "data", "", "data directory of a running node of yours: takes its address, and with --user a token without a password")
	f.Lookup("token").DefValue = "" // help is no place for a secret
}

// resolve fills in what the flags left open.
func (opt *chatOptions) resolve(ctx context.Context) (err error) {
	if opt.url == "" && opt.data != "" {
		r, err := node.ReadReady(opt.data)
		if err != nil {
			return fmt.Errorf("find the node of %s (is it running?): %w", opt.data, err)
		}
		opt.url = r.URL
	}
	if opt.url == "" {
		opt.url = defaultURL
	}
	if opt.tokenFile == "" {
		if opt.tokenFile, err = tokenFile(); err != nil {
			return err
		}
	}
	if opt.data != "" && opt.user != "" && opt.token == "" && !opt.passwordStdin {
		var made node.TokenMade
		req := node.NewToken{Username: opt.user, Label: "beep chat"}
		if err := admin.NewClient(opt.data).Call(ctx, "/tokens", req, &made); err != nil {
			return fmt.Errorf("get a token for %s: %w", opt.user, err)
		}
		opt.token, opt.temporary = made.Token, true
	}
	return nil
}

// forget removes the token that is kept for the instance, here and there.
func (opt *chatOptions) forget(ctx context.Context) error {
	tokens, err := loadTokens(opt.tokenFile)
	if err == nil && tokens[opt.url] != "" {
		// The instance may be gone for good; what is here is removed all the same.
		_ = client.SignOut(ctx, opt.url, tokens[opt.url])
	}
	return keepToken(opt.tokenFile, opt.url, "")
}
