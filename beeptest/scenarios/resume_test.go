package scenarios_test

import (
	"context"
	"testing"
	"time"

	"beep/beeptest"
	"beep/client"
	"beep/wire"
)

// resume connects with positions and returns the numbers of the channel records
// that came, up to record last: most of them before resumed, what was committed
// at that very moment after it.
func resume(t *testing.T, w *beeptest.World, token string, pos wire.Positions, last uint64) []uint64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := client.Dial(ctx, w.URL(), client.ConnOptions{Token: token, Positions: &pos})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var numbers []uint64
	resumed := false
	for !resumed || len(numbers) == 0 || numbers[len(numbers)-1] < last {
		select {
		case f, ok := <-conn.Events():
			switch {
			case !ok:
				t.Fatal("closed:", conn.Err())
			case f.Op == wire.OpEvent && f.ChannelID != 0:
				numbers = append(numbers, f.Number)
			case f.Op == wire.OpResync:
				t.Fatalf("resync at %d", f.Number)
			case f.Op == wire.OpResumed:
				resumed = true
			}
		case <-ctx.Done():
			t.Fatalf("not resumed in time (resumed: %v, %d records)", resumed, len(numbers))
		}
	}
	return numbers
}
