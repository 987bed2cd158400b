package jetstream_test

import (
	"context"
	"testing"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

// TestACapThatShrankSinceTheLastStartIsNoObstacle: the default cap follows the
// free space, which others use as well.
func TestACapThatShrankSinceTheLastStartIsNoObstacle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var fence uint64
	for i, capBytes := range []int64{64 << 30, 1 << 30, 2 << 30} {
		srv, err := jetstream.StartServer(jetstream.ServerConfig{Dir: dir, MaxBytes: capBytes, Name: "one"})
		if err != nil {
			t.Fatal(err)
		}
		nc, err := srv.Connect("test")
		if err != nil {
			t.Fatal(err)
		}
		l, err := jetstream.Open(ctx, nc, jetstream.Config{Replicas: 1, MaxBytes: capBytes})
		if err != nil {
			t.Fatalf("start %d with a cap of %d: %v", i, capBytes, err)
		}
		rec := wire.Record{Number: uint64(i + 1), Kind: chat.KindMemberLeft, Payload: []byte(`{"user_id":"1"}`)}
		done := make(chan error, 1)
		l.Append(&wire.Commit{Key: chat.ServerKey(9), Epoch: 1, First: rec.Number, Records: []wire.Record{rec}}, fence, func(seq uint64, err error) {
			fence = seq
			done <- err
		})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		l.Close()
		nc.Close()
		srv.Shutdown()
	}
}
