package bench

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func measured() *Result {
	r := newResult(&Target{info: ServerInfo{Store: "sqlite", Filesystem: "ext4"}}, "send", "messages", map[string]any{"channels": 3})
	h := new(histogram)
	for i := range 100 {
		h.record(i, time.Duration(i+1)*time.Millisecond)
	}
	r.rate(5000, 2*time.Second)
	r.latencies(h.summary())
	return r
}

func TestAResultIsOneJSONObjectWithAllItsFields(t *testing.T) {
	t.Parallel()
	r := measured()
	r.usage(usage{wall: 2 * time.Second, server: ptr(time.Second), load: ptr(500 * time.Millisecond), peakRSS: ptr(uint64(1 << 20))})
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "\n") != 1 {
		t.Errorf("not one line: %s", b.String())
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"workload": "send", "throughput_per_s": 2500.0, "ops": 5000.0, "errors": 0.0, "lost": 0.0, "duplicated": 0.0,
		"server_cpu_s": 1.0, "server_cpu_us_per_op": 200.0, "server_peak_rss_bytes": float64(1 << 20), "load_cpu_s": 0.5,
		"load_cpu_cores": 0.25, "load_bound": false, "durability": "fsynced", "max_ms": 100.0, "unit": "messages", "duration_s": 2.0,
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	for _, key := range []string{"params", "p50_ms", "p95_ms", "p99_ms", "server", "machine", "extras"} {
		if _, ok := got[key]; !ok {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestWhatCannotBeMeasuredIsNull(t *testing.T) {
	t.Parallel()
	r := measured()
	r.usage(usage{wall: time.Second})
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"server_cpu_s", "server_cpu_us_per_op", "server_peak_rss_bytes", "load_cpu_s"} {
		if !strings.Contains(b.String(), `"`+key+`":null`) {
			t.Errorf("%s is not null: %s", key, b.String())
		}
	}
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
}

func TestALoadThatWasTheLimitIsMarked(t *testing.T) {
	t.Parallel()
	r := measured()
	r.usage(usage{wall: time.Second, load: ptr(810 * time.Millisecond)})
	var b bytes.Buffer
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	if !r.LoadBound || !strings.Contains(b.String(), "LOAD-BOUND") {
		t.Errorf("not marked:\n%s", b.String())
	}
}

func TestDurabilityNamesAFileSystemInMemory(t *testing.T) {
	t.Parallel()
	if d := (&Target{info: ServerInfo{Filesystem: memoryFilesystem}}).durability(); d != "memory (tmpfs)" {
		t.Errorf("%q", d)
	}
}

func TestLossesMakeAResultUnsound(t *testing.T) {
	t.Parallel()
	r := measured()
	if err := r.Unsound(); err != nil {
		t.Error(err)
	}
	r.Duplicated = 1
	if r.Unsound() == nil {
		t.Error("a duplicate passes")
	}
	r = measured()
	r.Ops = 0
	if r.Unsound() == nil {
		t.Error("a run that did nothing passes")
	}
}
