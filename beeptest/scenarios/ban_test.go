package scenarios_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

// A member who sends without pause from two connections is banned: after the
// ban is acknowledged no record of his has a later server number, and nothing
// reaches him.
func TestABanUnderFireHolds(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	other := w.Another(bob)

	ctx, stop := context.WithCancel(t.Context())
	var firing sync.WaitGroup
	under := make(chan struct{}, 2)
	for i, p := range []*beeptest.Person{bob, other} {
		firing.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				_, err := p.Client().Send(ctx, home.General, fmt.Sprintf("%d: %d", i, n), client.SendOptions{})
				if n == 20 {
					under <- struct{}{}
				}
				if chat.Is(err, chat.NotFound) || chat.Is(err, chat.Forbidden) {
					return
				}
			}
		})
	}
	<-under
	<-under
	var ban struct{ N uint64 }
	ada.Gets("member.ban", args{"server_id": home.ID, "user_id": bob.ID}, &ban)
	after := make([]chat.Sent, 0, 50)
	for i := range cap(after) {
		after = append(after, ada.Sends(home.General, fmt.Sprintf("after the ban %d", i)))
	}
	firing.Wait()
	stop()
	bob.LosesServer(home)
	other.LosesServer(home)
	ada.Sees(after[len(after)-1])

	for _, rec := range w.Records(chat.ChannelKey(home.ID, home.General)) {
		if rec.Author == bob.ID && rec.ServerNumber >= ban.N {
			t.Errorf("record %d of the banned rests on server record %d, the ban is %d", rec.Number, rec.ServerNumber, ban.N)
		}
		if rec.Author == bob.ID && rec.ServerNumber == 0 {
			t.Errorf("record %d has no server number", rec.Number)
		}
	}
	for _, p := range []*beeptest.Person{bob, other} {
		p.NeverHeardOf("what was said after the ban", "after the ban")
		p.IsRefused(chat.NotFound, "message.list", args{"channel_id": home.General})
	}
	w.Verifies()
}
