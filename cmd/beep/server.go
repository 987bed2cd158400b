package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"beep/admin"
	"beep/archive"
	"beep/chat"
	"beep/node"
)

func newServerCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "server", Short: "Carry servers from one instance to another"}
	cmd.AddCommand(newServerExportCommand(), newServerImportCommand())
	return cmd
}

func newServerExportCommand() *cobra.Command {
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "export SERVER", Short: "Write a server with all its messages into a file", Args: cobra.ExactArgs(1),
		Long: `Write everything about a server into a file from which another instance can take it in
(beep server import): settings, channels, roles, members and all messages. SERVER is its
identifier. The file is read back and checked before it gets its name.`,
		Example: "  beep server export 1437500000000000000 -o club.beep.gz",
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := chat.ParseServerID(args[0])
			if err != nil {
				return err
			}
			data, _ := cmd.Flags().GetString("data")
			content, err := export(cmd.Context(), admin.NewClient(data), id, out, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"header": content.Header, "trailer": content.Trailer})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d records of %d channels of %s.\n",
				out, content.Trailer.Records, len(content.Server.Channels), content.Header.Name)
			return err
		},
	}
	dataFlag(cmd)
	cmd.Flags().StringVarP(&out, "output", "o", "", "the file to write; it must not be there yet")
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	_ = cmd.MarkFlagRequired("output")
	return cmd
}

// export writes the file beside its name, checks it, and then gives it the name.
func export(ctx context.Context, c *admin.Client, id chat.ServerID, out string, errOut io.Writer) (content *archive.Content, err error) {
	if _, err := os.Stat(out); err == nil {
		return nil, fmt.Errorf("%s is there already", out)
	}
	part := out + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600) // private messages
	if err != nil {
		return nil, err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(part))
		} else {
			err = os.Rename(part, out)
		}
	}()
	p := &progress{to: errOut, what: "written", next: time.Now().Add(progressEvery)}
	if err := c.Stream(ctx, "/servers/export", node.ExportServer{ServerID: id}, io.MultiWriter(f, p)); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if content, err = archive.Check(f); err != nil {
		return nil, err
	}
	return content, f.Sync()
}

func newServerImportCommand() *cobra.Command {
	var owner string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Take in a server from a file", Args: cobra.ExactArgs(1),
		Long: `Take in a server that was exported from another instance, with the same identifiers and
messages. The whole file is checked first. Members who have no account here stay as names;
the user named by --owner becomes its owner.

If it was interrupted, repeat it with the same file.`,
		Example: "  beep server import club.beep.gz --owner ada",
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			var got node.ServerImported
			data, _ := cmd.Flags().GetString("data")
			p := &progress{to: cmd.ErrOrStderr(), what: "read", next: time.Now().Add(progressEvery)}
			err = admin.NewClient(data).Upload(cmd.Context(), "/servers/import", url.Values{"owner": {owner}}, io.TeeReader(f, p), &got)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(got)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s (%s): %d channels, %d records, %d members, of whom %d have an account here.\n",
				got.Name, got.ServerID, got.Channels, got.Records, got.Members, got.Known)
			return err
		},
	}
	dataFlag(cmd)
	cmd.Flags().StringVar(&owner, "owner", "", "who is to own it here: a username or an identifier")
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	_ = cmd.MarkFlagRequired("owner")
	return cmd
}

// progressEvery is how often long work says how far it is.
const progressEvery = 2 * time.Second

// progress counts what is written to it, and says so now and then.
type progress struct {
	to    io.Writer
	what  string
	bytes int64
	next  time.Time
}

// Write counts b.
func (p *progress) Write(b []byte) (int, error) {
	p.bytes += int64(len(b))
	if now := time.Now(); now.After(p.next) {
		p.next = now.Add(progressEvery)
		fmt.Fprintf(p.to, "%d MB %s\n", p.bytes>>20, p.what)
	}
	return len(b), nil
}
