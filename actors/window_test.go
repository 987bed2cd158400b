package actors_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"beep/chat"
	"beep/jetstream"
)

func TestTheEleventhMessageIsRefusedAndRetriesAreFree(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range chat.SendWindowMessages {
		if _, err := w.send(ada, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		w.pass(100 * time.Millisecond)
	}
	_, err := w.send(ada, "late")
	var refusal *chat.Error
	if !errors.As(err, &refusal) || refusal.Kind != chat.RateLimited || refusal.RetryAfter != 9*time.Second {
		t.Fatalf("the eleventh: %v", err)
	}
	if sent, err := w.send(ada, "3"); err != nil || !sent.Repeat || sent.Seq != 4 {
		t.Fatal("a repeat is answered although the window is full:", sent, err)
	}
	w.pass(9 * time.Second)
	if _, err := w.send(ada, "late"); err != nil {
		t.Fatal(err)
	}
	w.dense(chat.SendWindowMessages + 1)
}

func TestTheWindowSurvivesARestart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range chat.SendWindowMessages {
		if _, err := w.send(ada, ""); err != nil {
			t.Fatal(err)
		}
	}
	w.stop()
	w.pass(2 * time.Second)
	recent, err := w.log.RecentSends(context.Background(), w.clock().Add(-10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	w.recent = recent
	w.start()
	if _, err := w.send(ada, ""); !chat.Is(err, chat.RateLimited) {
		t.Fatal("a restart opened the window:", err)
	}
	w.pass(8 * time.Second)
	if _, err := w.send(ada, ""); err != nil {
		t.Fatal(err)
	}
}

func TestAUsersActorThatEndsInMidLifeLeavesItsWindow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range chat.SendWindowMessages {
		if _, err := w.send(ada, ""); err != nil {
			t.Fatal(err)
		}
	}
	w.log.FailNext(jetstream.ErrUnavailable) // ends ada's actor
	if _, err := w.ask(chat.UserKey(ada), &chat.SetRead{Server: home, Channel: room, Seq: 1}); !chat.Is(err, chat.Unavailable) {
		t.Fatal(err)
	}
	if _, err := w.send(ada, ""); !chat.Is(err, chat.RateLimited) {
		t.Fatal("the window was lost with the actor:", err)
	}
	w.pass(chat.SendWindowMillis * time.Millisecond)
	if _, err := w.send(ada, ""); err != nil {
		t.Fatal(err)
	}
}

func TestRefusedSendsDoNotFillTheWindow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range 3 * chat.SendWindowMessages {
		m := w.message(ada, "")
		m.Channel = 999
		if _, err := w.ask(chat.UserKey(ada), m); !chat.Is(err, chat.NotFound) {
			t.Fatal(err)
		}
	}
	if _, err := w.send(ada, ""); err != nil {
		t.Fatal(err)
	}
}
