package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// readyFile is what a server that serves leaves in its data directory.
const readyFile = "ready.json"

// Options says which server to load. With neither URL nor DataDir one is
// started for the occasion.
type Options struct {
	URL     string // of a running server; default: what DataDir's ready.json says
	DataDir string // of a running server
	PID     int    // of a running server, for its CPU and memory; default as with URL

	// For a server of its own:
	Command []string // program and arguments before "serve"; default: this program
	TempDir string   // where its data goes; default: the system's
	Store   string   // handed to --store
	Keep    bool     // leave its data directory behind

	// Admin opens the door for the operator of a data directory.
	Admin func(dataDir string) Admin

	Parallel int       // how many sockets are being opened at a time; 0 means 64
	Progress io.Writer // what happens, a line at a time; nil: silent
}

const defaultParallel = 64

// Target is the server under load. Close it.
type Target struct {
	URL     string
	DataDir string
	PID     int // 0: unknown

	info     ServerInfo
	admin    Admin
	own      *ownServer // nil if it was running before
	parallel int
	files    uint64 // how many this process may open; 0: unknown
	clock    clock

	mu       sync.Mutex // one line after the other
	progress io.Writer
}

// ready is the content of ready.json.
type ready struct {
	URL     string `json:"url"`
	PID     int    `json:"pid"`
	Version string `json:"version"`
}

// Open finds or starts the server.
func Open(ctx context.Context, opt Options) (*Target, error) {
	t := &Target{
		URL: strings.TrimSuffix(opt.URL, "/"), DataDir: opt.DataDir, PID: opt.PID, parallel: opt.Parallel,
		files: raiseFileLimit(), clock: clock{time.Now()}, progress: opt.Progress, info: ServerInfo{Store: "unknown"},
	}
	if t.parallel <= 0 {
		t.parallel = defaultParallel
	}
	switch {
	case opt.DataDir != "":
		if err := t.attach(); err != nil {
			return nil, err
		}
	case opt.URL != "":
		return nil, errors.New("open bench target: --data of the running server is needed beside --url, to make accounts through its admin socket")
	default:
		if err := t.start(ctx, opt); err != nil {
			return nil, err
		}
	}
	t.info.Filesystem = filesystem(t.DataDir)
	t.admin = opt.Admin(t.DataDir)
	return t, nil
}

// attach reads what the running server left.
func (t *Target) attach() error {
	r, err := readReady(t.DataDir)
	if err != nil {
		return err
	}
	if t.URL == "" {
		t.URL = strings.TrimSuffix(r.URL, "/")
	}
	if t.PID == 0 {
		t.PID = r.PID
	}
	t.info.Version = r.Version
	return nil
}

func readReady(dir string) (ready, error) {
	b, err := os.ReadFile(filepath.Join(dir, readyFile))
	if err != nil {
		return ready{}, fmt.Errorf("find the running server: %w", err)
	}
	var r ready
	if err := json.Unmarshal(b, &r); err != nil {
		return ready{}, fmt.Errorf("find the running server: %s: %w", readyFile, err)
	}
	if r.URL == "" {
		return ready{}, fmt.Errorf("find the running server: %s has no url", readyFile)
	}
	return r, nil
}

// Close stops the server if it was started here.
func (t *Target) Close() error {
	if t.own == nil {
		return nil
	}
	return t.own.stop()
}

// durability is what an acknowledgement of this server is worth: it promises an
// fsync, which a file system in memory cannot give.
func (t *Target) durability() string {
	if t.info.Filesystem == memoryFilesystem {
		return "memory (" + memoryFilesystem + ")"
	}
	return "fsynced"
}

// say writes a line of progress.
func (t *Target) say(format string, args ...any) {
	if t.progress == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintf(t.progress, format+"\n", args...) // progress is not worth failing for
}

// needFiles refuses a workload with more sockets than this process may open.
func (t *Target) needFiles(sockets int) error {
	const spare = 100 // the process's own
	if t.files != 0 && uint64(sockets+spare) > t.files {
		return fmt.Errorf("open %d sockets: this system lets a process open %d files; raise the hard limit (ulimit -Hn) for the load and the server", sockets, t.files)
	}
	return nil
}

// clock is the load's own: nanoseconds since it began, never set back.
type clock struct{ base time.Time }

func (c clock) now() int64 { return int64(time.Since(c.base)) }
