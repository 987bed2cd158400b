package bench

import (
	"strings"
	"testing"
	"time"
)

func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"send": DefaultSendParams().Check(), "fanout": DefaultFanoutParams().Check(), "idle": DefaultIdleParams().Check(),
		"storm": DefaultStormParams().Check(), "history": DefaultHistoryParams().Check(), "resume": DefaultResumeParams().Check(),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrongParametersAreNamed(t *testing.T) {
	t.Parallel()
	send := func(change func(*SendParams)) error { p := DefaultSendParams(); change(&p); return p.Check() }
	fanout := func(change func(*FanoutParams)) error { p := DefaultFanoutParams(); change(&p); return p.Check() }
	history := func(change func(*HistoryParams)) error { p := DefaultHistoryParams(); change(&p); return p.Check() }
	for flag, err := range map[string]error{
		"--channels must":       send(func(p *SendParams) { p.Channels = 0 }),
		"at least 2 senders":    send(func(p *SendParams) { p.Channels, p.Senders = 51, 1 }),
		"--duration":            send(func(p *SendParams) { p.Duration = time.Millisecond }),
		"--inflight must":       send(func(p *SendParams) { p.InFlight = 65 }),
		"--rate":                send(func(p *SendParams) { p.Rate = -1 }),
		"--intents":             send(func(p *SendParams) { p.Intents = "some" }),
		"--size":                send(func(p *SendParams) { p.Size = 5000 }),
		"--latency-at":          send(func(p *SendParams) { p.LatencyAt = 1.5 }),
		"--members":             fanout(func(p *FanoutParams) { p.Members = 0 }),
		"--rate must":           fanout(func(p *FanoutParams) { p.Rate = 0 }),
		"want no messages":      fanout(func(p *FanoutParams) { p.Intents = intentsNone }),
		"at most 500":           fanout(func(p *FanoutParams) { p.OneServer, p.Channels = true, 501 }),
		"--p99-limit":           fanout(func(p *FanoutParams) { p.P99Limit = 0 }),
		"--messages":            history(func(p *HistoryParams) { p.Depth = 5 }),
		"--connections must be": IdleParams{}.Check(),
		"--per-server must be":  StormParams{Connections: 1}.Check(),
		"--gap":                 ResumeParams{Sessions: 1, Repeat: 1}.Check(),
		"--repeat":              ResumeParams{Sessions: 1, Gap: 1}.Check(),
	} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%v, want something about %q", err, flag)
		}
	}
}

func TestAURLAloneIsNotEnough(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.Context(), Options{URL: "http://127.0.0.1:1"}); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("%v, want to be told of --data", err)
	}
	if _, err := Open(t.Context(), Options{DataDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), readyFile) {
		t.Errorf("%v, want to be told of %s", err, readyFile)
	}
}

func TestMoreSocketsThanFilesAreRefused(t *testing.T) {
	t.Parallel()
	tg := &Target{files: 1000}
	if err := tg.needFiles(900); err != nil {
		t.Error(err)
	}
	if tg.needFiles(901) == nil {
		t.Error("901 sockets and the process's own pass with 1000 files")
	}
}
