package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"beep/chat"
)

// snapshotsDir is the name of the directory in which the server keeps its
// snapshots; what is in it may be lost at the cost of time.
const snapshotsDir = "KV_SNAPSHOTS"

// weigh takes the memory of the state that the actor and the node's copy each
// hold, and what a snapshot of it costs, by making it once more in this process.
func (b *bigServer) weigh() error {
	began := time.Now()
	snapshot, err := json.Marshal(b.st)
	if err != nil {
		return fmt.Errorf("encode the server's state: %w", err)
	}
	encoded := time.Since(began)
	before := heapInUse()
	began = time.Now()
	st := chat.NewServer()
	if err := json.Unmarshal(snapshot, st); err != nil {
		return fmt.Errorf("restore the server's state: %w", err)
	}
	st.Restore()
	restored := time.Since(began)
	after := heapInUse()
	if len(st.Members) != b.p.Members {
		return fmt.Errorf("restore the server's state: %d members", len(st.Members))
	}
	b.res.Extras["state_mib"] = round((float64(after)-float64(before))/(1<<20), 2)
	b.res.Extras["snapshot_json_mib"] = round(float64(len(snapshot))/(1<<20), 2)
	b.res.Extras["snapshot_encode_ms"], b.res.Extras["snapshot_restore_ms"] = millis(encoded), millis(restored)
	runtime.KeepAlive(st)
	runtime.KeepAlive(snapshot)
	return nil
}

// heapInUse is what is alive.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the second one frees what the first one's finalizers let go
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// waking is what the first to come after a restart found.
type waking struct {
	SnapshotsMIB float64 `json:"snapshots_mib"` // on disk when the server started
	SessionMS    float64 `json:"first_session_ms"`
	RequestMS    float64 `json:"first_request_ms"`
	AgainMS      float64 `json:"same_request_again_ms"`
	RestMIB      float64 `json:"rss_before_mib"`
	CopyMIB      float64 `json:"rss_with_copy_mib"`
	ActorMIB     float64 `json:"rss_with_copy_and_actor_mib"`
}

// wakeTwice restarts the server without snapshots, then with those that it made.
func (b *bigServer) wakeTwice(ctx context.Context) error {
	without, err := b.wake(ctx, dropSnapshots)
	if err != nil {
		return err
	}
	with, err := b.wake(ctx, func(string) error { return nil })
	if err != nil {
		return err
	}
	if with.SnapshotsMIB <= without.SnapshotsMIB {
		return errors.New("the server made no snapshot when it was stopped")
	}
	b.res.Extras["restart_without_snapshot"], b.res.Extras["restart_with_snapshot"] = without, with
	return nil
}

// wake restarts the server and takes the time of its owner's session, which needs
// the node's copy, and of his request, which needs the actor.
func (b *bigServer) wake(ctx context.Context, between func(dataDir string) error) (w waking, err error) {
	err = b.t.restart(ctx, func(dataDir string) error {
		err := between(dataDir)
		if err == nil {
			w.SnapshotsMIB, err = snapshotsSize(dataDir)
		}
		return err
	})
	if err != nil {
		return w, err
	}
	b.t.calm(ctx, b.p.Settle)
	w.RestMIB = b.restingMIB(ctx)
	b.f = b.t.newFleet()
	defer b.f.close()
	began := time.Now()
	if err := b.openOwner(ctx); err != nil {
		return w, err
	}
	w.SessionMS = millis(time.Since(began))
	w.CopyMIB = b.restingMIB(ctx)
	for i, into := range []*float64{&w.RequestMS, &w.AgainMS} {
		color := uint32(b.t.clock.now()+int64(i)) & chat.MaxColor
		began := time.Now()
		if _, err := updateRole(ctx, b.owner, roleArgs{ServerID: b.town.id, RoleID: b.town.roles[halfRole], Color: &color}); err != nil {
			return w, err
		}
		*into = millis(time.Since(began))
	}
	w.ActorMIB = b.restingMIB(ctx)
	b.t.say("after a restart with %.1f MiB of snapshots: first session %.0f ms, first request %.0f ms", w.SnapshotsMIB, w.SessionMS, w.RequestMS)
	return w, nil
}

// restingMIB is the server's memory when it has settled, 0 if unknown.
func (b *bigServer) restingMIB(ctx context.Context) float64 {
	rss := b.t.settledRSS(ctx, b.p.Settle)
	if rss == nil {
		return 0
	}
	return round(float64(*rss)/(1<<20), 1)
}

// findSnapshots lists the directories of snapshots below a data directory.
func findSnapshots(dataDir string) (dirs []string, err error) {
	err = filepath.WalkDir(dataDir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == snapshotsDir {
			dirs = append(dirs, path)
			return fs.SkipDir
		}
		return err
	})
	if err == nil && len(dirs) == 0 {
		err = fmt.Errorf("there is no %s below %s", snapshotsDir, dataDir)
	}
	return dirs, err
}

func dropSnapshots(dataDir string) error {
	dirs, err := findSnapshots(dataDir)
	for _, dir := range dirs {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// snapshotsSize is how much of them there is, 0 after dropSnapshots.
func snapshotsSize(dataDir string) (mib float64, err error) {
	dirs, err := findSnapshots(dataDir)
	if err != nil {
		return 0, nil //nolint:nilerr // there are none
	}
	for _, dir := range dirs {
		err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err == nil {
				mib += float64(info.Size()) / (1 << 20)
			}
			return err
		})
	}
	return round(mib, 6), err
}
