package bench

import (
	"encoding/json"
	"testing"
	"time"

	"beep/chat"
	"beep/client"
	"beep/wire"
)

func TestAVisitorCountsWhatAViewShowsAndHides(t *testing.T) {
	t.Parallel()
	for view, want := range map[string][2]int{
		`{"op":"view","s":"1","permissions":["view_channels"]}`:                                                                               {0, 0},
		`{"op":"view","s":"1","show":[{"id":"2","name":"a \"created_at\": b","created_at":1,"n":0}],"hide":["3","4"]}`:                        {1, 2},
		`{"op":"view","s":"1","hide":["3"],"rights":[{"id":"9","rights":["speak"]}]}`:                                                         {0, 1},
		`{"op":"view","s":"1","show":[{"id":"2","created_at":1,"permissions":[{"id":"7"}]},{"id":"3","created_at":2}],"rights":[{"id":"9"}]}`: {2, 0},
		`{"op":"view","s":"1","hide":[`: {0, 0},
	} {
		if s, h := countShown([]byte(view)), countHidden([]byte(view)); s != want[0] || h != want[1] {
			t.Errorf("%s: %d shown, %d hidden, want %v", view, s, h, want)
		}
	}
}

func TestAVisitorHasAChangeWhenItsEventAndItsViewAreThere(t *testing.T) {
	t.Parallel()
	v := &visitor{clock: clock{time.Now()}}
	v.adopt(&client.Server{ID: 5, Number: 7})
	v.begin(1, 0)
	if v.reached(7) {
		t.Error("nothing came yet")
	}
	v.onEvent([]byte(`{"op":"event","e":"role_updated","s":"5","n":8,"t":1,"d":{}}`))
	if v.reached(8) {
		t.Error("the view is missing")
	}
	if op, taken := v.skim([]byte(`{"op":"view","s":"5","show":[{"id":"2","created_at":1}]}`)); op != wire.OpView || !taken {
		t.Errorf("a view is taken as %q, %v", op, taken)
	}
	if !v.reached(8) || v.reached(9) {
		t.Error("it has record 8, and not 9")
	}
}

func TestAVisitorComparesReadyWithWhatItIsToSee(t *testing.T) {
	t.Parallel()
	ready := func(chs ...chat.ChannelID) []byte {
		s := client.Server{ID: 5, OwnerID: 9, Number: 7}
		for _, ch := range chs {
			s.Channels = append(s.Channels, client.Channel{Channel: chat.Channel{ID: ch, ServerID: 5}})
		}
		b, err := json.Marshal(map[string]any{"op": wire.OpReady, "servers": []client.Server{s}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		there []chat.ChannelID
		want  map[chat.ChannelID]bool
		right bool
	}{
		{[]chat.ChannelID{1, 2}, map[chat.ChannelID]bool{1: true, 2: true}, true},
		{[]chat.ChannelID{1}, map[chat.ChannelID]bool{1: true, 2: true}, false},
		{[]chat.ChannelID{1, 3}, map[chat.ChannelID]bool{1: true, 2: true}, false},
		{[]chat.ChannelID{1, 2, 3}, map[chat.ChannelID]bool{1: true, 2: true}, false},
	} {
		v := &visitor{clock: clock{time.Now()}}
		v.ready.Store(ptr(ready(c.there...)))
		if got := v.settle(5, 1, c.want); got != c.right {
			t.Errorf("%v against %v: %v", c.there, c.want, got)
		}
		if c.right && (v.serverN.Load() != 7 || v.index(1) == nil || v.index(2) != nil) {
			t.Error("it follows another log than the town's and the lobby's")
		}
	}
	if (&visitor{}).settle(5, 1, nil) {
		t.Error("without a ready it was right")
	}
}
