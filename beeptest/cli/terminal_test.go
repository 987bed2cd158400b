package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"beep/beeptest"
)

// patience bounds every wait; it is only used up by a failure.
const patience = 30 * time.Second

// terminal is a `beep chat` that stays.
type terminal struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *shown
	lines int
	found string // what the last pattern caught
	// answer is what was shown until the last line was carried out.
	answer string
}

func newTerminal(t *testing.T, p *beeptest.Process, name string) *terminal {
	t.Helper()
	te := &terminal{t: t, name: name, cmd: p.Command("chat", "--data", p.Data, "--user", name), out: &shown{news: make(chan struct{}, 1)}}
	te.cmd.Stdout, te.cmd.Stderr = te.out, te.out
	var err error
	if te.in, err = te.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := te.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = te.cmd.Process.Kill() // it has ended, if all went well
		if t.Failed() {
			t.Logf("%s's terminal:\n%s", name, te.out.String())
		}
	})
	te.types("start", "/quiet-start")
	return te
}

// types types a line and waits until it is carried out: an unknown command
// behind it is answered when all before it is done.
func (te *terminal) types(at, line string) {
	te.t.Helper()
	te.lines++
	before := len(te.out.String())
	if _, err := fmt.Fprintf(te.in, "%s\n/typed-%d\n", line, te.lines); err != nil {
		te.t.Fatalf("%s: %v", at, err)
	}
	te.shows(at, before, regexp.MustCompile(fmt.Sprintf(`there is no /typed-%d;`, te.lines)))
	te.answer = te.out.String()[before:]
}

// shows waits until the terminal has shown want, behind begin.
func (te *terminal) shows(at string, begin int, want *regexp.Regexp) {
	te.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		if m := want.FindStringSubmatch(te.out.String()[begin:]); m != nil {
			te.found = m[len(m)-1]
			return
		}
		select {
		case <-te.out.news:
		case <-timeout.C:
			te.t.Fatalf("%s: %s's terminal does not show it", at, te.name)
		}
	}
}

func (te *terminal) leave() {
	te.t.Helper()
	if err := te.in.Close(); err != nil {
		te.t.Error(err)
	}
	if err := te.cmd.Wait(); err != nil {
		te.t.Errorf("%s's terminal: %v", te.name, err)
	}
}

// shown is what a terminal has printed.
type shown struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	news chan struct{} // room for one: there is more
}

func (s *shown) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf.Write(b)
	select {
	case s.news <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (s *shown) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}
