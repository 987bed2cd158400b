package scenarios_test

import (
	"fmt"
	"testing"

	"beep/beeptest"
	"beep/beeptest/postgres"
	"beep/chat"
	"beep/client"
)

func TestPostgresAwayIsNoChatOutageAndCatchUpIsComplete(t *testing.T) {
	t.Parallel()
	pg := postgres.New(t)
	w := beeptest.New(t, beeptest.WithStore(pg.Database(t)), beeptest.WithoutWindow())
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	for i := range 2 * chat.RecentMessages {
		ada.Sends(home.General, fmt.Sprint("before ", i))
	}
	old := args{"channel_id": home.General, "before": 20}
	if err := bob.Asks("message.list", old, nil); err != nil {
		t.Fatal(err)
	}

	pg.Stop(t)
	during := ada.Sends(home.General, "meanwhile")
	bob.Sees(during)
	if page := bob.History(home.General, client.HistoryQuery{Limit: 50}); page[49].ID != during.ID {
		t.Fatal("the newest page comes from memory")
	}
	e := bob.IsRefused(chat.Unavailable, "message.list", old) // a new socket: its token is remembered
	t.Log("told:", e)
	bob.IsRefused(chat.Unavailable, "server.browse", args{})
	for i := range chat.RecentMessages {
		ada.Sends(home.General, fmt.Sprint("still ", i))
	}

	pg.Start(t)
	r := w.Verifies()
	want := uint64(3*chat.RecentMessages + 2) // bob's joining is one
	if r.Messages != want || r.SeenByFresh != want {
		t.Fatalf("%d messages, %d seen, want %d", r.Messages, r.SeenByFresh, want)
	}
	if err := bob.Asks("message.list", old, nil); err != nil {
		t.Fatal(err)
	}
	bob.SawEverythingOnce(home.General)
}
