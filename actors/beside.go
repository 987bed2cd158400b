package actors

import (
	"context"
	"sync"
	"time"

	"beep/chat"
)

// retryAfter is how long an actor waits before it asks another again that could
// not answer, if the configuration says nothing else.
const retryAfter = time.Second

// stepTimeout bounds one attempt at what several logs take part in: longer than
// the log needs to give up on a commit. Afterwards it is tried again.
const stepTimeout = 25 * time.Second

// beside is what an activation does beside its own log, in goroutines that end
// with it.
type beside struct {
	ctx    context.Context
	cancel context.CancelFunc
	place  Placement
	run    sync.WaitGroup
}

func newBeside(place Placement) *beside {
	ctx, cancel := context.WithCancel(context.Background())
	return &beside{ctx: ctx, cancel: cancel, place: place}
}

// start runs do in a goroutine. How many there may be is the caller's business.
func (b *beside) start(do func(ctx context.Context)) {
	b.run.Go(func() {
		ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
		defer cancel()
		do(ctx)
	})
}

// ask brings a command to another actor and waits for the answer.
func (b *beside) ask(ctx context.Context, key chat.Key, cmd chat.Command) (any, error) {
	type answer struct {
		v   any
		err error
	}
	got := make(chan answer, 1)
	b.place.Tell(key, cmd, func(v any, err error) { got <- answer{v, err} })
	select {
	case a := <-got:
		return a.v, a.err
	case <-ctx.Done():
		return nil, &chat.Error{Kind: chat.Unavailable, Op: cmd.CommandName(), Message: "took too long", Err: ctx.Err()}
	}
}

// end stops what is under way and waits for it.
func (b *beside) end() {
	b.cancel()
	b.run.Wait()
}

// again sends the actor a message after a pause: to try once more.
func (a *shell) again(msg any) {
	pause := a.cfg.RetryAfter
	if pause <= 0 {
		pause = retryAfter
	}
	cell := a.cell
	time.AfterFunc(pause, func() { cell.Send(msg) })
}

// passing reports an error after which the same may succeed later. Everything
// else is a refusal.
func passing(err error) bool {
	if err == nil {
		return false
	}
	switch chat.KindOf(err) {
	case chat.Unavailable, chat.Internal, chat.Fenced, chat.RateLimited:
		return true
	}
	return false
}

// tryAgain is what a caller is told who need not wait for what is tried again.
func tryAgain(op string, err error) error {
	if chat.KindOf(err) == chat.Unavailable {
		return err
	}
	return &chat.Error{Kind: chat.Unavailable, Op: op, Message: "temporarily unavailable, it goes on by itself", Err: err}
}
