package beeptest

import (
	"sync"
	"testing"
	"time"

	"beep/chat"
)

// AtOnce does things at once, as nearly as goroutines can, and returns what each
// came to.
func AtOnce(acts ...func() error) []error {
	errs := make([]error, len(acts))
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i, act := range acts {
		wg.Go(func() {
			<-gate
			errs[i] = act()
		})
	}
	close(gate)
	wg.Wait()
	return errs
}

// ExactlyOne fails unless one of errs is nil and all others are of kind.
func ExactlyOne(t testing.TB, errs []error, kind chat.ErrorKind) {
	t.Helper()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !chat.Is(err, kind) {
			t.Errorf("refused with %v, want %s", err, kind)
		}
	}
	if done != 1 {
		t.Errorf("%d of %d succeeded: %v", done, len(errs), errs)
	}
}

// eventuallyPause is between two looks of Eventually.
const eventuallyPause = 20 * time.Millisecond

// Eventually waits for something that no event announces.
func Eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline, look := time.NewTimer(patience), time.NewTicker(eventuallyPause)
	defer deadline.Stop()
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// Settles waits until the read model holds all that was done in a server so far.
func (w *World) Settles(p *Person, s Server) {
	w.t.Helper()
	// Looking for members answers only when the read model has come as far as the
	// server's own log.
	p.Does("member.list", Args{"server_id": s.ID, "limit": 1, "query": p.Name})
}
