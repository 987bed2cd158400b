package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	// accountPrefix begins the names of all accounts that loads make; the server
	// that is started here lifts the send window for them.
	accountPrefix = "bench-"
	exemptSetting = "BEEP_LIMITS_WINDOW_EXEMPT=" + accountPrefix + "*"

	startTimeout = 60 * time.Second
	readyPoll    = 20 * time.Millisecond
	stopTimeout  = 60 * time.Second // it drains 18,000 sockets on a busy machine
	logFile      = "server.log"
	logTail      = 2 << 10
)

// ownServer is a server process that the load started.
type ownServer struct {
	program string
	args    []string
	cmd     *exec.Cmd
	dir     string // holds the data directory and the log
	keep    bool
	exited  chan struct{} // closed when the process has ended; err is set before
	err     error
	say     func(string, ...any)
}

// start runs `beep serve` on a fresh data directory and waits until it serves.
func (t *Target) start(ctx context.Context, opt Options) error {
	command := opt.Command
	if len(command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("start a server: %w", err)
		}
		command = []string{self}
	}
	dir, err := os.MkdirTemp(opt.TempDir, "beep-bench-")
	if err != nil {
		return fmt.Errorf("start a server: %w", err)
	}
	s := &ownServer{program: command[0], dir: dir, keep: opt.Keep, say: t.say}
	t.DataDir = filepath.Join(dir, "data")
	if err := os.Mkdir(t.DataDir, 0o700); err != nil {
		return errors.Join(fmt.Errorf("start a server: %w", err), s.remove())
	}
	if us, err := fsyncProbe(t.DataDir); err == nil {
		t.info.FsyncP50US = &us
	}
	s.args = append(append([]string{}, command[1:]...), "serve", "--data", t.DataDir, "--listen", "127.0.0.1:0")
	t.info.Store = "sqlite"
	if opt.Store != "" {
		s.args = append(s.args, "--store", opt.Store)
		if strings.HasPrefix(opt.Store, "postgres") {
			t.info.Store = "postgres"
		}
	}
	if err := s.run(); err != nil {
		return errors.Join(err, s.remove())
	}
	r, err := s.awaitReady(ctx, t.DataDir)
	if err != nil {
		return errors.Join(err, s.stop())
	}
	t.own, t.info.Version, t.info.SelfStarted = s, r.Version, true
	t.reach(r)
	t.say("server %s started at %s, data in %s", r.Version, t.URL, t.DataDir)
	return nil
}

// reach notes where the server of our own is.
func (t *Target) reach(r ready) {
	t.URL, t.PID = strings.TrimSuffix(r.URL, "/"), r.PID
	if t.PID == 0 {
		t.PID = t.own.cmd.Process.Pid
	}
}

// restart stops the server that was started here, calls between with its data
// directory, and starts it again, at another address. No socket may be open.
func (t *Target) restart(ctx context.Context, between func(dataDir string) error) error {
	if t.own == nil {
		return errors.New("restart the server: it was not started here")
	}
	if err := t.own.halt(); err != nil {
		return err
	}
	err := os.Remove(filepath.Join(t.DataDir, readyFile))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = between(t.DataDir)
	}
	if err == nil {
		err = t.own.run()
	}
	if err != nil {
		return fmt.Errorf("restart the server: %w", err)
	}
	r, err := t.own.awaitReady(ctx, t.DataDir)
	if err != nil {
		return err
	}
	t.reach(r)
	return nil
}

// run starts the process. It is not bound to a context: stop ends it in order.
func (s *ownServer) run() error {
	log, err := os.OpenFile(filepath.Join(s.dir, logFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("start a server: %w", err)
	}
	defer func() { _ = log.Close() }() // the process has its own descriptor
	s.exited, s.err = make(chan struct{}), nil
	s.cmd = exec.Command(s.program, s.args...) //nolint:noctx // stop ends it, by a signal, in order
	s.cmd.Env = append(os.Environ(), exemptSetting)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		s.err = err
		close(s.exited)
		return fmt.Errorf("start a server: %w", err)
	}
	cmd, exited := s.cmd, s.exited
	go func() { // ends with the process, which halt waits for
		s.err = cmd.Wait()
		close(exited)
	}()
	return nil
}

func (s *ownServer) awaitReady(ctx context.Context, data string) (ready, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		if r, err := readReady(data); err == nil { // half-written is an error too
			return r, nil
		}
		select {
		case <-tick.C:
		case <-s.exited:
			return ready{}, fmt.Errorf("start a server: it ended (%w) before it served: %s", s.err, s.lastWords())
		case <-ctx.Done():
			return ready{}, fmt.Errorf("start a server: it does not serve: %w: %s", context.Cause(ctx), s.lastWords())
		}
	}
}

// lastWords is the end of the server's log.
func (s *ownServer) lastWords() string {
	b, err := os.ReadFile(filepath.Join(s.dir, logFile))
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(b[max(0, len(b)-logTail):]))
}

// stop ends the process as Ctrl-C would and removes what it left. A server that
// does not go in time is killed, and that is an error.
func (s *ownServer) stop() error { return errors.Join(s.halt(), s.remove()) }

// halt ends the process and leaves its data.
func (s *ownServer) halt() error {
	select {
	case <-s.exited:
		if s.err != nil { // without: Ctrl-C in a terminal reaches both processes
			return fmt.Errorf("stop the server: it had ended by itself: %w: %s", s.err, s.lastWords())
		}
		return nil
	default:
		return s.interrupt()
	}
}

func (s *ownServer) interrupt() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		_ = s.cmd.Process.Kill() // where there is no SIGINT
	}
	t := time.NewTimer(stopTimeout)
	defer t.Stop()
	select {
	case <-s.exited:
		if s.err != nil {
			return fmt.Errorf("stop the server: %w: %s", s.err, s.lastWords())
		}
		return nil
	case <-t.C:
		_ = s.cmd.Process.Kill() // it is waited for next
		<-s.exited
		return fmt.Errorf("stop the server: killed, as it did not stop within %s: %s", stopTimeout, s.lastWords())
	}
}

func (s *ownServer) remove() error {
	if s.keep {
		s.say("kept %s", s.dir)
		return nil
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("remove the server's data: %w", err)
	}
	return nil
}
