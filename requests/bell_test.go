package requests

import (
	"testing"
	"time"

	"beep/chat"
)

func TestAnAllowanceComesBackOneByOne(t *testing.T) {
	t.Parallel()
	b := bells{full: map[chat.UserID]int64{}}
	const now = 1_700_000_000_000
	for i := range ringBurst {
		if wait := b.ring(1, now); wait != 0 {
			t.Fatalf("act %d must wait %v", i, wait)
		}
	}
	if wait := b.ring(1, now); wait != ringEvery {
		t.Errorf("one too many must wait %v", wait)
	}
	if wait := b.ring(1, now+1000); wait != ringEvery-time.Second {
		t.Errorf("a second later it must wait %v: what is refused counts", wait)
	}
	if wait := b.ring(2, now); wait != 0 {
		t.Errorf("another must wait %v", wait)
	}
	later := int64(now + ringEvery/time.Millisecond)
	if b.ring(1, later) != 0 || b.ring(1, later) == 0 {
		t.Error("there is not exactly one more then")
	}
	later += int64(ringBurst * ringEvery / time.Millisecond)
	for range ringBurst {
		if b.ring(1, later) != 0 {
			t.Fatal("it does not come back whole")
		}
	}
	if b.ring(1, later) == 0 {
		t.Error("more than all of it has come back")
	}
}

func TestThoseWhoHaveRungAreForgotten(t *testing.T) {
	t.Parallel()
	const now, spent = 1_700_000_000_000, chat.UserID(1 << 40)
	b := bells{full: map[chat.UserID]int64{}}
	for u := range chat.UserID(maxRinging - 1) {
		b.ring(u+1, now)
	}
	for range ringBurst {
		b.ring(spent, now)
	}
	for u := range chat.UserID(1000) { // all have something to get back
		if wait := b.ring(maxRinging+u, now); wait != 0 {
			t.Fatalf("a newcomer must wait %v", wait)
		}
	}
	if len(b.full) != maxRinging {
		t.Errorf("%d users are remembered", len(b.full))
	}
	if b.ring(spent, now) == 0 {
		t.Error("others have given somebody his allowance back")
	}
	const later = now + 1_000_000
	for u := range chat.UserID(maxRinging / ringSample) {
		b.ring(2*maxRinging+u, later)
	}
	if len(b.full) > maxRinging/2 {
		t.Errorf("%d users are remembered who have everything left", len(b.full))
	}
}
