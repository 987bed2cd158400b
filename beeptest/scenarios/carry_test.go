package scenarios_test

import (
	"bytes"
	"context"
	"errors"
	"net/url"
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
