package bench

import (
	"context"
	"testing"
	"time"
)

func TestPaceFiresAtTheRateInTurnHoweverLateItIs(t *testing.T) {
	t.Parallel()
	c := clock{time.Now()}
	start := c.now()
	var dues []int64
	var who []int
	pace(t.Context(), c, 10_000, start+int64(20*time.Millisecond), 3, func(i int, due int64) {
		if i == 0 && len(dues) == 0 {
			<-time.After(5 * time.Millisecond) // a stall that must be made up for
		}
		dues, who = append(dues, due), append(who, i)
	})
	if len(dues) < 150 || len(dues) > 200 {
		t.Fatalf("%d in 20 ms at 10,000 a second", len(dues))
	}
	for i := range dues {
		if who[i] != i%3 {
			t.Fatalf("number %d went to %d", i, who[i])
		}
		if i > 0 && dues[i]-dues[i-1] != int64(100*time.Microsecond) {
			t.Fatalf("%d ns between %d and the one before", dues[i]-dues[i-1], i)
		}
	}
}

func TestPaceEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := clock{time.Now()}
	fired := 0
	pace(ctx, c, 1, c.now()+int64(time.Hour), 1, func(int, int64) {
		fired++
		cancel()
	})
	if fired != 1 {
		t.Errorf("fired %d times", fired)
	}
}
