package node

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// ReadyFile is the name of the file in the data directory that says that the
// node serves, and where.
const ReadyFile = "ready.json"

// Ready is what stands in ReadyFile.
type Ready struct {
	URL     string `json:"url"`
	PID     int    `json:"pid"`
	Version string `json:"version"`
}

// ReadReady reads the ready file of a data directory.
func ReadReady(data string) (Ready, error) {
	b, err := os.ReadFile(filepath.Join(data, ReadyFile))
	if err != nil {
		return Ready{}, err
	}
	var r Ready
	return r, json.Unmarshal(b, &r)
}

func (n *Node) readyPath() string { return filepath.Join(n.cfg.Data, ReadyFile) }

// announce tells people, then programs, that the node serves.
func (n *Node) announce(ctx context.Context) error {
	link, err := n.auth.FirstRun(ctx)
	if err != nil {
		return err
	}
	n.notice(fmt.Sprintf("Beep %s serves at %s (data in %s)", n.opt.Version, n.URL(), n.cfg.Data))
	if link != "" {
		n.notice("Take this instance as its owner: " + link)
	}
	b, err := json.Marshal(Ready{URL: n.localURL(), PID: os.Getpid(), Version: n.opt.Version})
	if err != nil {
		return err
	}
	tmp := n.readyPath() + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, n.readyPath())
}
