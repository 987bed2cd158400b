package scenarios_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"beep/admin"
	"beep/beeptest"
	"beep/chat"
	"beep/client"
	"beep/node"
)

// SRV-10: a server is carried to another instance.
func TestAServerMovesToAnotherInstance(t *testing.T) {
	t.Parallel()
	there, here := beeptest.New(t, beeptest.WithoutWindow()), beeptest.New(t, beeptest.WithoutWindow())
	ada, bob := there.Person("ada"), there.Person("bob")
	club := ada.CreatesServer("Club", chat.Public)
	bob.Joins(club)
	var sent []chat.Sent
	for i := range 40 {
		p := ada
		if i%2 == 1 {
			p = bob
		}
		sent = append(sent, p.Sends(club.General, "hello"))
	}
	ada.Does("message.delete", args{"channel_id": club.General, "message_id": sent[3].ID})
	bob.Does("message.edit", args{"channel_id": club.General, "message_id": sent[5].ID, "content": "mended"})
	bob.Does("reaction.add", args{"channel_id": club.General, "message_id": sent[6].ID, "emoji": "👍"})
	side := ada.MakesChannel(club, "side", nil)
	ada.Sends(side, "aside")
	want := bob.History(club.General, client.HistoryQuery{Limit: 100})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	var file bytes.Buffer
	operator := admin.NewClient(there.Config().Data)
	if err := operator.Stream(ctx, "/servers/export", node.ExportServer{ServerID: club.ID}, &file); err != nil {
		t.Fatalf("export: %v", err)
	}
	taking := admin.NewClient(here.Config().Data)
	take := func(data []byte, owner string) (got node.ServerImported, err error) {
		err = taking.Upload(ctx, "/servers/import", url.Values{"owner": {owner}}, bytes.NewReader(data), &got)
		return got, err
	}
	kind := func(err error) chat.ErrorKind {
		var e *chat.Error
		if !errors.As(err, &e) {
			t.Fatalf("no refusal: %v", err)
		}
		return e.Kind
	}

	zoe := here.Person("zoe")
	if _, err := take(file.Bytes()[:file.Len()/2], "zoe"); kind(err) != chat.Invalid {
		t.Errorf("half the file: %v", err)
	}
	if _, err := take(file.Bytes(), "nobody"); kind(err) != chat.NotFound {
		t.Errorf("no owner: %v", err)
	}
	got, err := take(file.Bytes(), "zoe")
	if err != nil || got.ServerID != club.ID || got.Members != 2 || got.Known != 0 {
		t.Fatalf("import: %+v, %v", got, err)
	}
	if again, err := take(file.Bytes(), "zoe"); err != nil || again != got {
		t.Errorf("the same file again: %+v, %v", again, err)
	}

	var seen struct{ Server client.Server }
	zoe.Gets("server.get", args{"server_id": club.ID}, &seen)
	if seen.Server.OwnerID != zoe.ID || len(seen.Server.Channels) != 2 {
		t.Errorf("the server is %+v", seen.Server)
	}
	have := zoe.History(club.General, client.HistoryQuery{Limit: 100})
	if len(have) != len(want) {
		t.Fatalf("%d messages, want %d", len(have), len(want))
	}
	for i := range want {
		a, b := want[i], have[i]
		if a.ID != b.ID || a.Seq != b.Seq || a.SenderID != b.SenderID || a.Content != b.Content || a.CreatedAt != b.CreatedAt || a.EditedAt != b.EditedAt {
			t.Errorf("message %d is %+v, was %+v", i, b, a)
		}
	}
	here.Verifies()

	next := zoe.Sends(club.General, "it goes on here")
	if next.Seq <= want[len(want)-1].Seq {
		t.Errorf("the next message has number %d behind %d", next.Seq, want[len(want)-1].Seq)
	}
	kit := here.Person("kit")
	kit.Joins(club)
	here.Verifies()
	if _, err := take(file.Bytes(), "zoe"); kind(err) != chat.Conflict {
		t.Errorf("after others have written: %v", err)
	}
	operatorBack := admin.NewClient(there.Config().Data)
	var back node.ServerImported
	if err := operatorBack.Upload(ctx, "/servers/import", url.Values{"owner": {"bob"}}, bytes.NewReader(file.Bytes()), &back); kind(err) != chat.Conflict {
		t.Errorf("into the instance it comes from: %v", err)
	}
}

// SRV-10: nobody gets another's place because their identifiers are the same by
// chance; who is the same on both instances finds the server in his list.
func TestAMemberOfBothInstancesComesAlong(t *testing.T) {
	t.Parallel()
	there, here := beeptest.New(t), beeptest.New(t)
	ada, bob := there.Person("ada"), there.Person("bob")
	club := ada.CreatesServer("Club", chat.Private)
	bob.JoinsBy(ada.Invites(club, nil))
	said := bob.Sends(club.General, "hello")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var file bytes.Buffer
	if err := admin.NewClient(there.Config().Data).Stream(ctx, "/servers/export", node.ExportServer{ServerID: club.ID}, &file); err != nil {
		t.Fatalf("export: %v", err)
	}
	zoe, kit := here.Person("zoe"), here.Person("kit")
	take := func(data []byte) (got node.ServerImported, err error) {
		err = admin.NewClient(here.Config().Data).Upload(ctx, "/servers/import", url.Values{"owner": {zoe.ID.String()}}, bytes.NewReader(data), &got)
		return got, err
	}
	asKit := rewritten(t, file.Bytes(), bob.ID.String(), kit.ID.String())
	var e *chat.Error
	if _, err := take(asKit); !errors.As(err, &e) || e.Kind != chat.Conflict {
		t.Fatalf("bob has kit's identifier: %v", err)
	}
	kit.IsRefused(chat.NotFound, "server.get", args{"server_id": club.ID})
	got, err := take(rewritten(t, asKit, `"username":"bob"`, `"username":"kit"`))
	if err != nil || got.Known != 1 {
		t.Fatalf("kit is on both: %+v, %v", got, err)
	}
	kit.Awaits("the server", func(e client.Event) bool {
		s, ok := e.(client.ServerAvailable)
		return ok && s.Server.ID == club.ID
	})
	page := kit.History(club.General, client.HistoryQuery{Limit: 100})
	if last := page[len(page)-1]; last.ID != said.ID || last.SenderID != kit.ID {
		t.Errorf("the last message is %+v", last)
	}
	here.Verifies()
}

// A channel that the file creates and deletes again is not among those that come
// with it, but folding its end would take the messages of one here.
func TestAFileCannotTakeAChannelOfAnotherServerWithIt(t *testing.T) {
	t.Parallel()
	there, here := beeptest.New(t), beeptest.New(t)
	ada := there.Person("ada")
	club := ada.CreatesServer("Club", chat.Private)
	side := ada.MakesChannel(club, "side", nil)
	ada.Does("channel.delete", args{"channel_id": side})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var file bytes.Buffer
	if err := admin.NewClient(there.Config().Data).Stream(ctx, "/servers/export", node.ExportServer{ServerID: club.ID}, &file); err != nil {
		t.Fatalf("export: %v", err)
	}
	zoe := here.Person("zoe")
	home := zoe.CreatesServer("Home", chat.Private)
	kept := zoe.Sends(home.General, "kept")
	here.Verifies() // the read model has come as far
	hostile := rewritten(t, file.Bytes(), side.String(), home.General.String())
	var got node.ServerImported
	err := admin.NewClient(here.Config().Data).Upload(ctx, "/servers/import", url.Values{"owner": {"zoe"}}, bytes.NewReader(hostile), &got)
	var e *chat.Error
	if !errors.As(err, &e) || e.Kind != chat.Conflict {
		t.Fatalf("the file was taken in: %+v, %v", got, err)
	}
	if page := zoe.History(home.General, client.HistoryQuery{Limit: 10}); page[len(page)-1].ID != kept.ID {
		t.Errorf("what is left is %+v", page)
	}
	here.Verifies()
}

// rewritten is a file with other words, and the checksum of those.
func rewritten(t *testing.T, file []byte, from, to string) []byte {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	body, last, _ := strings.Cut(strings.ReplaceAll(string(text), from, to), `{"end"`)
	sum := sha256.Sum256([]byte(body))
	last = regexp.MustCompile(`"sha256":"[0-9a-f]*"`).ReplaceAllString(last, fmt.Sprintf(`"sha256":"%s"`, hex.EncodeToString(sum[:])))
	var b bytes.Buffer
	out := gzip.NewWriter(&b)
	if _, err := io.WriteString(out, body+`{"end"`+last); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
