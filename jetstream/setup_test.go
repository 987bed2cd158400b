package jetstream_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/beeptest/logsuite"
	"beep/chat"
	"beep/jetstream"
	"beep/wire"
)

var _ logsuite.Log = (*jetstream.Log)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testStore  = 1 << 30
	bootWait   = 60 * time.Second
	quickRetry = 300 * time.Millisecond
)

// single starts one server with a log on it.
func single(t testing.TB, dir string) (*jetstream.Server, *jetstream.Log) {
	t.Helper()
	s, err := jetstream.StartServer(jetstream.ServerConfig{Dir: dir, MaxBytes: testStore, Name: "one"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Shutdown)
	return s, openLog(t, s, jetstream.Config{MaxBytes: testStore, AttemptTimeout: quickRetry})
}

func openLog(t testing.TB, s *jetstream.Server, cfg jetstream.Config) *jetstream.Log {
	t.Helper()
	nc, err := s.Connect("test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	ctx, cancel := context.WithTimeout(context.Background(), bootWait)
	defer cancel()
	l, err := jetstream.Open(ctx, nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// cluster starts three servers on loopback with random ports.
func cluster(t *testing.T) []*jetstream.Server {
	t.Helper()
	return clusterIn(t, []string{t.TempDir(), t.TempDir(), t.TempDir()})
}

func clusterIn(t *testing.T, dirs []string) []*jetstream.Server {
	t.Helper()
	var servers []*jetstream.Server
	for _, cfg := range clusterConfigs(t, dirs) {
		servers = append(servers, startServer(t, cfg))
	}
	return servers
}

func startServer(t *testing.T, cfg jetstream.ServerConfig) *jetstream.Server {
	t.Helper()
	s, err := jetstream.StartServer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Shutdown)
	return s
}

func clusterConfigs(t *testing.T, dirs []string) []jetstream.ServerConfig {
	t.Helper()
	addrs := freeAddrs(t, len(dirs))
	routes := make([]string, len(addrs))
	for i, a := range addrs {
		routes[i] = "nats://" + a
	}
	list := make([]jetstream.ServerConfig, len(addrs))
	for i, a := range addrs {
		list[i] = jetstream.ServerConfig{
			Dir: dirs[i], MaxBytes: testStore, Name: fmt.Sprint("node", i),
			ClusterName: "test", ClusterListen: a, Routes: routes, Listen: "127.0.0.1:0",
		}
	}
	return list
}

// freeAddrs asks the system for ports and gives them back just before use.
func freeAddrs(t *testing.T, n int) []string {
	t.Helper()
	var addrs []string
	var ls []net.Listener
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addrs, ls = append(addrs, l.Addr().String()), append(ls, l)
	}
	for _, l := range ls {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return addrs
}

func commit(key chat.Key, epoch, first uint64, n int) *wire.Commit {
	c := &wire.Commit{Key: key, Epoch: epoch, First: first}
	for i := range n {
		c.Records = append(c.Records, wire.Record{
			Number: first + uint64(i), Time: time.Now().UnixMilli(), Author: 7, Kind: chat.KindMessageSent,
			Payload: []byte(`{"id":"1","channel_id":"1","type":"message","content":"hello"}`),
		})
	}
	return c
}

func do(l *jetstream.Log, c *wire.Commit, fence uint64) (uint64, error) {
	type outcome struct {
		seq uint64
		err error
	}
	ch := make(chan outcome, 1)
	l.Append(c, fence, func(seq uint64, err error) { ch <- outcome{seq, err} })
	o := <-ch
	return o.seq, o.err
}

func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), bootWait)
	t.Cleanup(cancel)
	return ctx
}
