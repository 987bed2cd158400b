package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"testing"
	"time"

	"beep/client"
)

func modeIs(t *testing.T, file string, want os.FileMode) {
	t.Helper()
	st, err := os.Stat(file)
	if err != nil || st.Mode().Perm() != want {
		t.Fatalf("%s: %v, %v", file, st.Mode(), err)
	}
}

func TestTailPrintsHistoryThenWhatFollowsAcrossALoss(t *testing.T) {
	t.Parallel()
	g, url := newFakeGateway(t)
	g.n = 7 // two more than ready tells: they come by resuming
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, w := io.Pipe()
	tl := &tailer{
		c:    client.New(client.Options{URL: url, Token: "secret", Intents: []string{client.IntentServers}}),
		name: "Home/general", from: 1, out: w, asJSON: true, note: func(string) {},
	}
	ended := make(chan error, 1)
	go func() { ended <- tl.run(ctx) }()
	sc := bufio.NewScanner(r)
	for _, want := range []uint64{3, 6, 7} {
		var l tailLine
		if !sc.Scan() || json.Unmarshal(sc.Bytes(), &l) != nil || l.Number != want || l.Event != "message_sent" || l.By != 8 {
			t.Fatalf("got %q, want number %d", sc.Text(), want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func TestTailOfAnUnknownChannelSaysSo(t *testing.T) {
	t.Parallel()
	_, url := newFakeGateway(t)
	tl := &tailer{c: client.New(client.Options{URL: url, Token: "secret"}), name: "nowhere", out: io.Discard, note: func(string) {}}
	if err := tl.run(t.Context()); err == nil {
		t.Fatal("no error")
	}
}
