package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

// loadBoundCores is how much of a core a load may use before its figures are
// as much about itself as about the server.
const loadBoundCores = 0.8

// Result is what a workload found. Figures about the server's process are null
// where they cannot be read: on another machine, or another system than Linux.
type Result struct {
	Workload       string         `json:"workload"`
	Params         map[string]any `json:"params"`
	ThroughputPerS float64        `json:"throughput_per_s"`
	Unit           string         `json:"unit"` // of the operations
	Ops            uint64         `json:"ops"`
	DurationS      float64        `json:"duration_s"`
	P50MS          float64        `json:"p50_ms"`
	P95MS          float64        `json:"p95_ms"`
	P99MS          float64        `json:"p99_ms"`
	MaxMS          float64        `json:"max_ms"`
	Errors         uint64         `json:"errors"`
	Lost           uint64         `json:"lost"`
	Duplicated     uint64         `json:"duplicated"`
	ServerCPUS     *float64       `json:"server_cpu_s"`
	ServerCPUUSPer *float64       `json:"server_cpu_us_per_op"`
	ServerPeakRSS  *uint64        `json:"server_peak_rss_bytes"`
	LoadCPUS       *float64       `json:"load_cpu_s"`
	LoadCPUCores   *float64       `json:"load_cpu_cores"`
	LoadBound      bool           `json:"load_bound"`
	Durability     string         `json:"durability"` // of what was acknowledged
	Server         ServerInfo     `json:"server"`
	Machine        Machine        `json:"machine"`
	Extras         map[string]any `json:"extras"`
}

// ServerInfo says what was measured.
type ServerInfo struct {
	Version     string   `json:"version"`
	SelfStarted bool     `json:"self_started"`
	Store       string   `json:"store"`        // sqlite, postgres, or unknown
	Filesystem  string   `json:"filesystem"`   // of the data directory; "" if unknown
	FsyncP50US  *float64 `json:"fsync_p50_us"` // a 4 KiB write and fsync there, before the load
}

// Machine says where.
type Machine struct {
	CPUs int    `json:"cpus"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
	Go   string `json:"go"`
}

func newResult(t *Target, workload, unit string, params map[string]any) *Result {
	return &Result{
		Workload: workload, Params: params, Unit: unit, Durability: t.durability(), Server: t.info,
		Machine: thisMachine(), Extras: map[string]any{},
	}
}

func thisMachine() Machine {
	return Machine{CPUs: runtime.NumCPU(), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version()}
}

// latencies fills in the quantiles.
func (r *Result) latencies(s summary) {
	r.P50MS, r.P95MS, r.P99MS, r.MaxMS = millis(s.quantile(0.5)), millis(s.quantile(0.95)), millis(s.quantile(0.99)), millis(s.max)
}

// rate fills in how many operations there were in how long.
func (r *Result) rate(ops uint64, in time.Duration) {
	r.Ops, r.DurationS = ops, round(in.Seconds(), 3)
	r.ThroughputPerS = perSecond(ops, in)
}

// usage fills in what both processes used for the operations of r.
func (r *Result) usage(u usage) {
	r.LoadBound = u.loadBound()
	if u.load != nil {
		r.LoadCPUS, r.LoadCPUCores = ptr(round(u.load.Seconds(), 3)), ptr(round(u.loadCores(), 3))
	}
	if u.server != nil {
		r.ServerCPUS = ptr(round(u.server.Seconds(), 3))
		if r.Ops > 0 {
			r.ServerCPUUSPer = ptr(round(float64(u.server.Microseconds())/float64(r.Ops), 3))
		}
	}
	r.ServerPeakRSS = u.peakRSS
}

// Unsound says what makes the result a failure whatever its figures, nil if
// nothing does.
func (r *Result) Unsound() error {
	switch {
	case r.Lost > 0 || r.Duplicated > 0:
		return fmt.Errorf("bench %s: %d lost, %d duplicated", r.Workload, r.Lost, r.Duplicated)
	case r.Ops == 0:
		return fmt.Errorf("bench %s: nothing was done, %d errors", r.Workload, r.Errors)
	}
	return nil
}

// WriteJSON writes r as one JSON object on one line.
func (r *Result) WriteJSON(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(r); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// WriteTable writes r for people.
func (r *Result) WriteTable(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name string, format string, args ...any) {
		_, _ = fmt.Fprintf(tw, name+"\t"+format+"\n", args...) // Flush reports what went wrong
	}
	row("workload", "%s  %s", r.Workload, compact(r.Params))
	row("throughput", "%.1f %s/s  (%d in %.1f s)", r.ThroughputPerS, r.Unit, r.Ops, r.DurationS)
	row("latency", "p50 %.2f ms   p95 %.2f ms   p99 %.2f ms   max %.2f ms", r.P50MS, r.P95MS, r.P99MS, r.MaxMS)
	row("correctness", "%d errors, %d lost, %d duplicated", r.Errors, r.Lost, r.Duplicated)
	if r.Durability != "" { // without: no server was asked
		row("durability", "%s  (%s)", r.Durability, r.Server.disk())
	}
	if r.ServerCPUS != nil {
		per := ""
		if r.ServerCPUUSPer != nil {
			per = fmt.Sprintf(", %.2f us per operation", *r.ServerCPUUSPer)
		}
		row("server CPU", "%.2f s%s", *r.ServerCPUS, per)
	}
	if r.ServerPeakRSS != nil {
		row("server memory", "%.1f MiB at most", float64(*r.ServerPeakRSS)/(1<<20))
	}
	if r.LoadCPUS != nil {
		bound := ""
		if r.LoadBound {
			bound = "  LOAD-BOUND: the load was the limit, or near it"
		}
		row("load CPU", "%.2f s, %.2f cores%s", *r.LoadCPUS, *r.LoadCPUCores, bound)
	}
	for _, k := range slices.Sorted(maps.Keys(r.Extras)) {
		row(k, "%s", compact(r.Extras[k]))
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

func (s ServerInfo) disk() string {
	fs := s.Filesystem
	if fs == "" {
		fs = "file system unknown"
	}
	if s.FsyncP50US == nil {
		return fs
	}
	return fmt.Sprintf("%s, an fsync takes %.0f us", fs, *s.FsyncP50US)
}

func compact(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func perSecond(n uint64, in time.Duration) float64 {
	if in <= 0 {
		return 0
	}
	return round(float64(n)/in.Seconds(), 1)
}

func millis(d time.Duration) float64 { return round(float64(d)/float64(time.Millisecond), 3) }

func round(f float64, digits int) float64 {
	p := math.Pow(10, float64(digits))
	return math.Round(f*p) / p
}

func ptr[T any](v T) *T { return &v }
