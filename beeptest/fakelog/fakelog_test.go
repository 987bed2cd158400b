package fakelog_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/beeptest/fakelog"
	"beep/beeptest/logsuite"
	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func setup(t *testing.T) *fakelog.Log {
	l := fakelog.New()
	t.Cleanup(l.Close)
	return l
}

func TestTheFakeIsALog(t *testing.T) {
	t.Parallel()
	logsuite.Run(t, func(t *testing.T) logsuite.Log { return setup(t) })
}

func one(first uint64) *wire.Commit {
	return &wire.Commit{Key: chat.UserKey(9), Epoch: 1, First: first, Records: []wire.Record{{
		Number: first, Time: time.Now().UnixMilli(), Author: 9, Kind: chat.KindServerLeft, Payload: []byte(`{}`),
	}}}
}

func do(l *fakelog.Log, c *wire.Commit, fence uint64) error {
	done := make(chan error, 1)
	l.Append(c, fence, func(_ uint64, err error) { done <- err })
	return <-done
}

func TestFailuresCanBeStoredOrNot(t *testing.T) {
	t.Parallel()
	l := setup(t)
	l.FailNext(jetstream.ErrUnavailable)
	l.FailNextStored(jetstream.ErrUnavailable)
	for want := range uint64(2) {
		if err := do(l, one(1), 0); !errors.Is(err, jetstream.ErrUnavailable) {
			t.Fatalf("append reports %v", err)
		}
		if h, err := l.Head(context.Background(), chat.UserKey(9)); err != nil || h.Last != want {
			t.Fatalf("head is %+v, want number %d", h, want)
		}
	}
}

func TestHeldAppendsWaitAndCloseEndsThem(t *testing.T) {
	t.Parallel()
	l := setup(t)
	release := l.Hold()
	done := make(chan error, 1)
	l.Append(one(1), 0, func(_ uint64, err error) { done <- err })
	if l.Waiting() != 1 {
		t.Fatal("a held append was begun")
	}
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	l.Hold()
	l.Append(one(2), 1, func(_ uint64, err error) { done <- err })
	l.Close()
	if err := <-done; !errors.Is(err, jetstream.ErrUnavailable) {
		t.Fatalf("an append held at the end reports %v", err)
	}
}
