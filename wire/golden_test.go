package wire_test

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"beep/chat"
	"beep/wire"
)

var update = flag.Bool("update", false, "write the golden files of kinds that have none yet")

// examples has one event of every kind with every field set. When a field is
// added to an event, its golden file stays as it is: tomorrow's code must read
// what today's wrote. A second example goes beside it, under its own name.
var examples = map[string]chat.Event{
	"server_created": &chat.ServerCreated{ID: 1, Name: "Garden", Description: "Plants & more", Visibility: chat.Public, OwnerID: 2,
		Everyone: 3},
	"channel_created":     &chat.ChannelCreated{ID: 4, ServerID: 1, Name: "general", Type: chat.TextChannel, Position: 5},
	"member_joined":       &chat.MemberJoined{UserID: 2, Username: "ada"},
	"member_left":         &chat.MemberLeft{UserID: 2},
	"message_sent":        &chat.MessageSent{ID: 6, ChannelID: 4, Type: chat.PlainMessage, Content: "Hällo <\u2028>", ReplyTo: 7, Nonce: "n-1"},
	"message_edited":      &chat.MessageEdited{ID: 6, Seq: 8, Content: "Hello"},
	"message_deleted":     &chat.MessageDeleted{ID: 6, Seq: 8},
	"user_registered":     &chat.UserRegistered{ID: 2, Username: "ada", FirstName: "Ada", LastName: "Lovelace"},
	"server_join_started": &chat.ServerJoinStarted{ServerID: 1, Create: &chat.ServerPlan{Name: "Garden", Description: "Plants", Visibility: chat.Private, ChannelID: 4, ChannelName: "general"}, Leave: true},
	"server_joined":       &chat.ServerJoined{ServerID: 1},
	"server_join_failed":  &chat.ServerJoinFailed{ServerID: 1},
	"server_left":         &chat.ServerLeft{ServerID: 1},
	"channel_read":        &chat.ChannelRead{ServerID: 1, ChannelID: 4, Seq: 8},
}

// A golden file is a whole commit of one record, in hexadecimal.
func TestRecordsOfTodayAreReadForEver(t *testing.T) {
	t.Parallel()
	for _, kind := range chat.EventKinds() {
		t.Run(kind.Name(), func(t *testing.T) {
			t.Parallel()
			want, ok := examples[kind.Name()]
			if !ok {
				t.Fatal("this kind has no example: add one, and its golden file with -update")
			}
			path := filepath.Join("testdata", kind.Name()+".hex")
			if *update {
				writeGolden(t, path, want)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("this kind has no golden file (write it with -update): %v", err)
			}
			data, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
			if err != nil {
				t.Fatal(err)
			}
			c, err := wire.DecodeCommit(channel, data)
			if err != nil || len(c.Records) != 1 || c.Epoch != 42 || c.First != 1000 {
				t.Fatalf("read as %+v, %v", c, err)
			}
			rec, err := wire.DecodeEvent(&c.Records[0])
			if err != nil {
				t.Fatal(err)
			}
			if rec.Number != 1000 || rec.Time != 1_700_000_000_000 || rec.Author != 2 || rec.Nonce != "nonce" || !reflect.DeepEqual(rec.Event, want) {
				t.Fatalf("read as %+v with %+v, want %+v", rec, rec.Event, want)
			}
		})
	}
}

// writeGolden never changes a file that is there: delete it by hand, and know why.
func writeGolden(t *testing.T, path string, e chat.Event) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	r, err := wire.EncodeEvent(e, 1000, 1_700_000_000_000, 2, "nonce")
	if err != nil {
		t.Fatal(err)
	}
	data := wire.AppendCommit(nil, &wire.Commit{Key: channel, Epoch: 42, First: 1000, Records: []wire.Record{r}})
	var lines strings.Builder
	for text := hex.EncodeToString(data); text != ""; {
		n := min(len(text), 64)
		lines.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
