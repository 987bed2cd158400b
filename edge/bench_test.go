package edge

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"beep/chat"
)

// rawDial opens a WebSocket by hand: the cheapest client there is.
func rawDial(t testing.TB, url string) (net.Conn, *bufio.Reader) {
	t.Helper()
	nc, err := net.Dial("tcp", strings.TrimPrefix(url, "ws://"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(nc, "GET /gateway?v=1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReaderSize(nc, 4096)
	resp, err := http.ReadResponse(br, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %v %v", resp, err)
	}
	return nc, br
}

// rawSend writes a text message, masked with zeroes.
func rawSend(t testing.TB, nc net.Conn, s string) {
	t.Helper()
	b := []byte{finText, 0x80 | byte(len(s))}
	if len(s) > 125 {
		b = binary.BigEndian.AppendUint16([]byte{finText, 0x80 | 126}, uint16(len(s)))
	}
	b = append(append(b, 0, 0, 0, 0), s...)
	if _, err := nc.Write(b); err != nil {
		t.Fatal(err)
	}
}

// rawRead reads one message and throws it away.
func rawRead(t testing.TB, br *bufio.Reader) {
	t.Helper()
	n, err := messageSize(br)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := br.Discard(n); err != nil {
		t.Fatal(err)
	}
}

// messageSize reads a message's header.
func messageSize(br *bufio.Reader) (int, error) {
	var h [10]byte
	if _, err := io.ReadFull(br, h[:2]); err != nil {
		return 0, err
	}
	switch n := int(h[1]); n {
	case 126:
		_, err := io.ReadFull(br, h[:2])
		return int(binary.BigEndian.Uint16(h[:])), err
	case 127:
		_, err := io.ReadFull(br, h[:8])
		return int(binary.BigEndian.Uint64(h[:])), err
	default:
		return n, nil
	}
}

// crowd is n users in home.
func crowd(t testing.TB, n int) *world {
	w := setup(t)
	w.server(home, "Home", hall)
	for i := range n {
		w.user(chat.UserID(10_000+i), "u", home)
	}
	return w
}

// BenchmarkFanout prints what one delivery of one message to one of 1,000
// sessions costs, clients' reading included.
func BenchmarkFanout(b *testing.B) {
	const sessions = 1000
	w := crowd(b, sessions)
	var readers sync.WaitGroup
	var conns []net.Conn
	for i := range sessions {
		nc, br := rawDial(b, w.url)
		rawRead(b, br)
		rawSend(b, nc, `{"op":"identify","token":"u`+chat.UserID(10_000+i).String()+`"}`)
		rawRead(b, br)
		conns = append(conns, nc)
		readers.Go(func() { _, _ = io.Copy(io.Discard, nc) })
	}
	b.Cleanup(func() {
		for _, nc := range conns {
			_ = nc.Close()
		}
		readers.Wait()
	})
	b.ResetTimer()
	for range b.N {
		before := w.g.Stats().Delivered
		w.say(home, hall, "hello, this is a message of the usual length, more or less")
		for w.g.Stats().Delivered < before+sessions {
			runtime.Gosched()
		}
		done := make(chan struct{})
		w.g.worker(uint64(home)).do(func(*worker) { close(done) })
		<-done
	}
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*sessions), "ns/delivery")
}

// BenchmarkConnect prints what a session costs from the dial to its ready, and
// what memory it keeps when it is idle, the client's part included.
func BenchmarkConnect(b *testing.B) {
	w := crowd(b, b.N)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var mu sync.Mutex
	var conns []net.Conn
	work := make(chan int)
	var dialers sync.WaitGroup
	b.ResetTimer()
	for range 16 {
		dialers.Go(func() {
			for i := range work {
				nc, br := rawDial(b, w.url)
				rawRead(b, br)
				rawSend(b, nc, `{"op":"identify","token":"u`+chat.UserID(10_000+i).String()+`"}`)
				rawRead(b, br)
				mu.Lock()
				conns = append(conns, nc)
				mu.Unlock()
			}
		})
	}
	for i := range b.N {
		work <- i
	}
	close(work)
	dialers.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
	for range 3 {
		runtime.GC()
		<-time.After(10 * time.Millisecond)
	}
	runtime.ReadMemStats(&after)
	kept := float64(after.HeapInuse+after.StackInuse) - float64(before.HeapInuse+before.StackInuse)
	b.ReportMetric(kept/float64(b.N), "B/session")
	b.ReportMetric((float64(after.StackInuse)-float64(before.StackInuse))/float64(b.N), "stackB/session")
	b.Cleanup(func() {
		for _, nc := range conns {
			_ = nc.Close()
		}
	})
}
