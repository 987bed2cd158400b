package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"beep/chat"
	"beep/client"
)

// tailPage is how many messages of history are asked for at once.
const tailPage = chat.MaxHistoryPage

func newTailCommand() *cobra.Command {
	var opt chatOptions
	var asJSON bool
	var from uint64
	cmd := &cobra.Command{
		Use:   "tail CHANNEL",
		Short: "Print what happens in a channel, for ever",
		Long: `Print every event of a channel as it happens, one per line, and go on after a loss of the
connection where it stopped: without a gap, or with a line that says so (op "resync").

CHANNEL is an id, a name, SERVER/NAME, or @FRIEND. With --from the messages from that number on come
first, as they are now; their edits and deletions of the past are not listed.
With --json each line is an object: e, s, c, n, t, by and d as in PROTOCOL.md.`,
		Example: `  beep tail general
  BEEP_TOKEN=$(beep token create ada) beep tail Home/general --json --from 1`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := opt.resolve(cmd.Context()); err != nil {
				return err
			}
			l := login{opt: opt, in: cmd.InOrStdin(), out: cmd.ErrOrStderr()}
			who, err := l.token(cmd.Context())
			if err != nil {
				return err
			}
			defer l.end(cmd.Context(), who)
			t := &tailer{
				c:    client.New(client.Options{URL: opt.url, Token: who.token, Intents: []string{client.IntentServers}}),
				name: args[0], from: from, out: cmd.OutOrStdout(), asJSON: asJSON,
				note: func(s string) { _, _ = fmt.Fprintln(cmd.ErrOrStderr(), s) }, // nobody may be looking
			}
			return t.run(cmd.Context())
		},
	}
	addChatFlags(cmd, &opt)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object per line")
	cmd.Flags().Uint64Var(&from, "from", 0, "begin with the message of this number (default: only what is new)")
	return cmd
}

// tailer prints one channel. To be free of gaps without holding anything back
// it reads history up to the position that ready told, while the client is not
// sent messages yet, and only then asks for messages: the client reconnects and
// resumes from just that position.
type tailer struct {
	c       *client.Client
	name    string
	from    uint64
	out     io.Writer
	asJSON  bool
	note    func(string)
	channel client.Channel
	live    bool
	last    uint64 // number of the newest line printed
}

// tailLine is an event as tail prints it.
type tailLine struct {
	Op      string          `json:"op,omitempty"` // "resync", otherwise absent
	Event   string          `json:"e,omitempty"`
	Server  chat.ServerID   `json:"s"`
	Channel chat.ChannelID  `json:"c"`
	Number  uint64          `json:"n"`
	Time    int64           `json:"t,omitempty"`
	By      chat.UserID     `json:"by,omitempty"`
	Data    json.RawMessage `json:"d,omitempty"`
}

// run prints until ctx ends, which is no error.
func (t *tailer) run(ctx context.Context) error {
	rctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- t.c.Run(rctx) }()
	err := t.follow(ctx)
	cancel()
	for range t.c.Events() { //nolint:revive // what comes now is nobody's
	}
	runErr := <-ended
	if err == nil {
		err = runErr
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// follow handles events until they end.
func (t *tailer) follow(ctx context.Context) error {
	for e := range t.c.Events() {
		var err error
		switch e := e.(type) {
		case client.Ready:
			err = t.onReady(ctx)
		case client.Resync:
			err = t.onResync(ctx, e)
		case client.Disconnected:
			if e.Retry > 0 {
				t.note("connection lost, resuming: " + clean(e.Err.Error()))
			}
		case client.ServerGone:
			if e.Server == t.channel.ServerID {
				err = chat.Errorf(chat.NotFound, "tail", "the channel is no longer to be seen")
			}
		case client.ViewChanged:
			if slices.Contains(e.Hide, t.channel.ID) {
				err = chat.Errorf(chat.NotFound, "tail", "the channel is no longer to be seen")
			}
		case client.Violation:
			t.note(clean(e.Err.Error()))
		case client.Message:
			err = t.record(&e.Record)
		case client.Edited:
			err = t.record(&e.Record)
		case client.Deleted:
			err = t.record(&e.Record)
		case client.Other:
			err = t.record(&e.Record)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// onReady finds the channel, prints the history up to where ready stands, and
// asks for what follows.
func (t *tailer) onReady(ctx context.Context) error {
	if t.live {
		return nil // gaps were told by a Resync
	}
	ch, ok := findChannel(t.c.State(), 0, t.name)
	if !ok {
		return chat.Errorf(chat.NotFound, "tail", "there is no channel %q in your servers", t.name)
	}
	t.channel, t.last = ch, ch.Number
	if t.from > 0 {
		t.last = t.from - 1
		if err := t.history(ctx, ch.Number); err != nil {
			return err
		}
	}
	t.last = max(t.last, ch.Number)
	t.live = true
	t.c.SetIntents([]string{client.IntentServers, client.IntentMessages})
	return nil
}

// onResync says that there is a gap and fills it with what history has.
func (t *tailer) onResync(ctx context.Context, e client.Resync) error {
	if e.Key != chat.ChannelKey(t.channel.ServerID, t.channel.ID) {
		return nil
	}
	if err := t.print(tailLine{Op: "resync", Number: e.Number}); err != nil {
		return err
	}
	err := t.history(ctx, e.Number)
	t.last = e.Number
	return err
}

// history prints the messages after the last line, up to number upTo.
func (t *tailer) history(ctx context.Context, upTo uint64) error {
	for t.last < upTo {
		q := client.HistoryQuery{After: t.last, Limit: tailPage}
		if t.last == 0 {
			// 0 would ask for the newest page; the first record is always a message.
			q = client.HistoryQuery{Before: min(upTo, tailPage) + 1, Limit: tailPage}
		}
		page, err := t.c.History(ctx, t.channel.ID, q)
		if err != nil {
			return err
		}
		for i := range page {
			if page[i].Seq > upTo {
				return nil
			}
			if err := t.message(&page[i].Message); err != nil {
				return err
			}
		}
		switch {
		case q.Before != 0:
			t.last = max(t.last, q.Before-1)
		case len(page) == 0:
			return nil
		}
	}
	return nil
}

// message prints a message of history as the event that it was, with the time
// of its last edit beside its content.
func (t *tailer) message(m *chat.Message) error {
	d, err := json.Marshal(struct {
		ID        chat.MessageID   `json:"id"`
		ChannelID chat.ChannelID   `json:"channel_id"`
		Type      chat.MessageType `json:"type"`
		Content   string           `json:"content"`
		ReplyTo   chat.MessageID   `json:"reply_to,omitempty"`
		EditedAt  int64            `json:"edited_at,omitempty"`
	}{m.ID, m.ChannelID, m.Type, m.Content, m.ReplyTo, m.EditedAt})
	if err != nil {
		return fmt.Errorf("print message: %w", err)
	}
	t.last = m.Seq
	return t.print(tailLine{Event: chat.KindMessageSent.Name(), Number: m.Seq, Time: m.CreatedAt, By: m.SenderID, Data: d})
}

// record prints a live event of the channel.
func (t *tailer) record(r *client.Record) error {
	if r.Key != chat.ChannelKey(t.channel.ServerID, t.channel.ID) || r.Number <= t.last {
		return nil
	}
	t.last = r.Number
	return t.print(tailLine{Event: r.Name, Number: r.Number, Time: r.Time, By: r.By, Data: r.Data})
}

func (t *tailer) print(l tailLine) error {
	l.Server, l.Channel = t.channel.ServerID, t.channel.ID
	var err error
	if t.asJSON {
		err = json.NewEncoder(t.out).Encode(l)
	} else {
		name := l.Event
		if name == "" {
			name = l.Op
		}
		_, err = fmt.Fprintf(t.out, "%d %s %s %s\n", l.Number, clean(name), l.By, clean(string(l.Data)))
	}
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
