package cluster_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.uber.org/goleak"

	"beep/chat"
	"beep/cluster"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers every call, or holds them until it is let go.
type echo struct {
	cell *cluster.Cell
	gate <-chan struct{}
}

func (e *echo) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *cluster.Call:
		if e.gate != nil {
			<-e.gate
		}
		m.Reply(e.cell.Key(), nil)
	case *cluster.Stop, *cluster.Idle:
	default:
		return
	}
	if _, stop := ctx.Message().(*cluster.Call); !stop && e.cell.TryRetire() {
		ctx.Stop(ctx.Self())
	}
}

func setup(t *testing.T, gate <-chan struct{}) *cluster.Node {
	t.Helper()
	n := cluster.New(slog.New(slog.DiscardHandler))
	n.Register(chat.KindUser, func(c *cluster.Cell) actor.Actor { return &echo{c, gate} })
	return n
}

func drain(t *testing.T, n *cluster.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := n.Drain(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestEveryCallIsAnsweredOnceByItsOwnEntity(t *testing.T) {
	t.Parallel()
	n := setup(t, nil)
	defer drain(t, n)
	var wg sync.WaitGroup
	for i := range 2000 {
		key := chat.UserKey(chat.UserID(i%50 + 1))
		wg.Add(1)
		n.Tell(key, &chat.GetUser{}, func(v any, err error) {
			defer wg.Done() // panics if it comes twice
			if err != nil || v.(chat.Key) != key {
				t.Error(v, err)
			}
		})
	}
	wg.Wait()
}

func TestAFullMailboxRefusesAndForgetsNothingItTook(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	n := setup(t, gate)
	defer drain(t, n)
	var wg sync.WaitGroup
	var refused atomic.Int64
	for range cluster.MaxPending + 100 {
		wg.Add(1)
		n.Tell(chat.UserKey(1), &chat.GetUser{}, func(_ any, err error) {
			defer wg.Done()
			if chat.Is(err, chat.Unavailable) {
				refused.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	if refused.Load() != 100 {
		t.Errorf("%d were refused", refused.Load())
	}
	close(gate)
	wg.Wait()
}

func TestAStoppingNodeAnswersWhatItTookAndTakesNothingNew(t *testing.T) {
	t.Parallel()
	n := setup(t, nil)
	if _, err := n.Ask(t.Context(), chat.UserKey(1), &chat.GetUser{}); err != nil {
		t.Fatal(err)
	}
	drain(t, n)
	if _, err := n.Ask(t.Context(), chat.UserKey(1), &chat.GetUser{}); !chat.Is(err, chat.Unavailable) {
		t.Fatal(err)
	}
	if n.Actors() != 0 {
		t.Fatal("actors are left")
	}
}

func TestWhatCannotExistIsNotFound(t *testing.T) {
	t.Parallel()
	n := setup(t, nil)
	defer drain(t, n)
	for _, key := range []chat.Key{{}, chat.ServerKey(1), {Kind: chat.KindUser, Tenant: 1, ID: 2}} {
		if _, err := n.Ask(t.Context(), key, &chat.GetUser{}); !chat.Is(err, chat.NotFound) {
			t.Errorf("%v: %v", key, err)
		}
	}
}
