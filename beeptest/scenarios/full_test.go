package scenarios_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
	"beep/config"
)

// TestAFullDiskRefusesAndLosesNothing fills the smallest log there is: the cap
// stands for the disk.
func TestAFullDiskRefusesAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow(), func(c *config.Config) { c.LogMaxBytes = 18 * 8 << 20 })
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	conn, err := client.Dial(ctx, w.URL(), client.ConnOptions{Token: ada.Token, Intents: []string{"servers"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	<-conn.Events() // ready
	big := args{"channel_id": home.General, "content": strings.Repeat("\U0001F41D", chat.MaxContentRunes)}
	var last chat.Sent
	accepted := 0
	for err = nil; err == nil && accepted < 2000; accepted++ {
		err = conn.Request(ctx, "message.send", big, &last)
	}
	accepted--
	if !chat.Is(err, chat.Unavailable) || accepted < 100 {
		t.Fatalf("after %d messages: %v", accepted, err)
	}
	if err := conn.Request(ctx, "message.send", big, nil); !chat.Is(err, chat.Unavailable) {
		t.Fatal("still full:", err)
	}
	bob.Sees(last)
	// His own joining is record 1: he is shown the server with it or is told it.
	if first, end := bob.SawEverythingOnce(home.General); first > 2 || end != uint64(accepted)+1 {
		t.Fatalf("bob saw %d to %d of %d and his joining", first, end, accepted)
	}
	if page := bob.History(home.General, client.HistoryQuery{Limit: 1}); len(page) != 1 || page[0].ID != last.ID {
		t.Fatal("reading goes on")
	}
	if r := w.Verifies(); r.Messages != uint64(accepted)+1 {
		t.Fatalf("%d messages were acknowledged, %d are there", accepted, r.Messages)
	}
}
