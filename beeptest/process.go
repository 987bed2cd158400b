package beeptest

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"beep/admin"
	"beep/node"
	"beep/verify"
)

// Build compiles the program under test once; the binary is removed with the test.
func Build(t testing.TB) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "beep")
	args := []string{"build", "-o", bin}
	if raceEnabled {
		args = append(args, "-race")
	}
	out, err := exec.CommandContext(t.Context(), "go", append(args, "beep/cmd/beep")...).CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// Process is a Beep in a process of its own, which can be killed.
type Process struct {
	t    testing.TB
	bin  string
	Data string
	URL  string
	env  []string
	cmd  *exec.Cmd
	out  lockedBuffer
}

// NewProcess starts a Beep on fresh data; env are further BEEP_ variables.
func NewProcess(t testing.TB, bin string, env ...string) *Process {
	t.Helper()
	p := &Process{t: t, bin: bin, Data: t.TempDir(), env: append([]string{"BEEP_LOG_MAX_BYTES=1073741824"}, env...)}
	p.Start("127.0.0.1:0")
	t.Cleanup(func() {
		if p.cmd != nil {
			p.Kill()
		}
		if t.Failed() {
			t.Logf("the process said:\n%s", p.out.String())
		}
	})
	return p
}

// Start starts the process on the data it has, and waits until it serves.
func (p *Process) Start(listen string) {
	p.t.Helper()
	_ = os.Remove(filepath.Join(p.Data, node.ReadyFile)) // a killed one left it
	p.cmd = exec.Command(p.bin, "serve", "--data", p.Data, "--listen", listen)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if r, err := node.ReadReady(p.Data); err == nil && r.PID == p.cmd.Process.Pid {
			p.URL = r.URL
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("does not serve:\n%s", p.out.String())
		}
	}
}

// Kill is kill -9.
func (p *Process) Kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Error(err)
	}
	_ = p.cmd.Wait() // says that it was killed
	p.cmd = nil
}

// Restart starts the process again on the same address.
func (p *Process) Restart() {
	p.t.Helper()
	p.Start(p.URL[len("http://"):])
}

// Interrupt is Ctrl-C, and expects an orderly end.
func (p *Process) Interrupt() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("after Ctrl-C: %v\n%s", err, p.out.String())
	}
	p.cmd = nil
}

// Person makes an account and connects it.
func (p *Process) Person(name string) *Person {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var made node.UserMade
	operator := admin.NewClient(p.Data)
	if err := operator.Call(ctx, "/users", node.NewUser{Username: name, Validated: true}, &made); err != nil {
		p.t.Fatal(err)
	}
	var token node.TokenMade
	if err := operator.Call(ctx, "/tokens", node.NewToken{Username: name}, &token); err != nil {
		p.t.Fatal(err)
	}
	who := &Person{url: func() string { return p.URL }, t: p.t, Name: name, ID: made.ID, Token: token.Token}
	who.connects()
	p.t.Cleanup(who.leaves)
	return who
}

// Command is another command of the binary, ready to be run.
func (p *Process) Command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.bin, args...)
	cmd.Env = append(os.Environ(), p.env...)
	return cmd
}

// Said is what the process has printed so far, over all its starts.
func (p *Process) Said() string { return p.out.String() }

// Verifies runs `beep verify` and fails on the first difference.
func (p *Process) Verifies() verify.Report {
	p.t.Helper()
	out, err := p.Command("verify", "--json", "--data", p.Data).Output()
	var r verify.Report
	if jerr := json.Unmarshal(out, &r); jerr != nil {
		p.t.Fatalf("verify: %v %v %s", err, jerr, out)
	}
	if err != nil || !r.OK() {
		p.t.Fatalf("verify: %v %s %v", err, r.Error, r.Differences)
	}
	return r
}
