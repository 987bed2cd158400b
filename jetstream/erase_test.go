package jetstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/subjects"
	"beep/wire"
)

const secret = "what only the two of them may know"

// secretCommit holds the secret as content of a message.
func secretCommit(key chat.Key, first uint64) *wire.Commit {
	c := commit(key, 1, first, 2)
	for i := range c.Records {
		c.Records[i].Payload = fmt.Appendf(nil, `{"id":"1","channel_id":"1","type":"message","content":"%s"}`, secret)
	}
	return c
}

// found are the files below dir that hold text.
func found(t *testing.T, dir string, text []byte) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreGone(err)
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, text) {
			names = append(names, path)
		}
		return ignoreGone(err)
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// ignoreGone: the server replaces files while they are looked at.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// write gives a sealed tenant everything that may hold a secret: commits, a
// snapshot, a dead letter. It returns the bytes of its key.
func write(t *testing.T, l *jetstream.Log, key chat.Key) []byte {
	t.Helper()
	if err := l.CreateKey(soon(t), key.Tenant); err != nil {
		t.Fatal(err)
	}
	seq, err := do(l, secretCommit(key, 1), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := do(l, secretCommit(key, 3), seq); err != nil {
		t.Fatal(err)
	}
	// Compression leaves short text as it is, so only the key hides it.
	if err := l.SaveSnapshot(soon(t), key, wire.Snapshot{Number: 4, Seq: seq, State: []byte(secret)}); err != nil {
		t.Fatal(err)
	}
	d := jetstream.DeadLetter{Shard: key.Shard(), Seq: 1, Key: key, Number: 1, Reason: secret, Data: []byte(secret)}
	if err := l.Quarantine(soon(t), d); err != nil {
		t.Fatal(err)
	}
	bytes, err := l.KeyBytes(key.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func TestWhatIsSealedLiesNowhereAndItsKeyNowhereAfterErasure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, l := single(t, dir)
	plain := chat.ChannelKey(7, 70)
	if _, err := do(l, commit(plain, 1, 1, 1), 0); err != nil {
		t.Fatal(err)
	}
	if len(found(t, dir, []byte("hello"))) == 0 {
		t.Fatal("this test would not find what is stored plainly")
	}
	// Keys before and behind it, so that it lies in the middle of a block, then
	// as the last of it, then alone in front of tombstones.
	keys := map[uint64][]byte{}
	for tenant := uint64(100); tenant < 103; tenant++ {
		keys[tenant] = write(t, l, chat.ChannelKey(chat.ServerID(tenant), 9))
		if len(found(t, dir, keys[tenant])) == 0 {
			t.Fatal("this test would not find a key that is there")
		}
	}
	if names := found(t, dir, []byte(secret)); len(names) > 0 {
		t.Fatalf("the secret lies in %v", names)
	}
	for _, tenant := range []uint64{101, 102, 100} {
		if err := l.EraseKey(soon(t), tenant); err != nil {
			t.Fatal(err)
		}
		if l.HasCipher(tenant) {
			t.Error("the process still holds the key")
		}
		for other, key := range keys {
			if names := found(t, dir, key); (len(names) == 0) != (other == tenant || keys[other] == nil) {
				t.Errorf("after the erasure of %d, the key of %d lies in %v", tenant, other, names)
			}
		}
		delete(keys, tenant)
	}
	if names := found(t, dir, []byte(secret)); len(names) > 0 {
		t.Fatalf("the secret lies in %v", names)
	}
}

func TestErasureOutlastsARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, l := single(t, dir)
	kept, gone := chat.ChannelKey(100, 9), chat.ChannelKey(101, 9)
	write(t, l, kept)
	key := write(t, l, gone)
	if err := l.EraseKey(soon(t), gone.Tenant); err != nil {
		t.Fatal(err)
	}
	l.Close()
	s.Shutdown()
	if names := found(t, dir, key); len(names) > 0 {
		t.Fatalf("shutting down has written the key into %v", names)
	}
	_, l = single(t, dir)
	if names := found(t, dir, key); len(names) > 0 {
		t.Fatalf("the restart has written the key into %v", names)
	}
	if err := l.CreateKey(soon(t), gone.Tenant); !chat.Is(err, chat.Gone) {
		t.Errorf("a new key for what was erased: %v", err)
	}
	if got := errorsOf(t, l, gone); len(got) != 4 || !errors.Is(got[0], wire.ErrErased) {
		t.Errorf("erased records are read with %v", got)
	}
	if got := errorsOf(t, l, kept); len(got) != 4 || got[0] != nil {
		t.Errorf("kept records are read with %v", got)
	}
}

// errorsOf are the errors of all records of key, nil where one is readable.
func errorsOf(t *testing.T, l *jetstream.Log, key chat.Key) []error {
	t.Helper()
	var errs []error
	err := l.Replay(soon(t), key, 0, func(_ uint64, c wire.Commit) error {
		for i := range c.Records {
			errs = append(errs, c.Records[i].Err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return errs
}

func TestOtherNodesDropAnErasedKey(t *testing.T) {
	t.Parallel()
	s, l := single(t, t.TempDir())
	other := openLog(t, s, jetstream.Config{MaxBytes: testStore})
	key := chat.ChannelKey(100, 9)
	write(t, l, key)
	if got := errorsOf(t, other, key); len(got) != 4 || got[0] != nil {
		t.Fatalf("the other node reads with %v", got)
	}
	if !other.HasCipher(key.Tenant) {
		t.Fatal("the other node has no key to drop")
	}
	if err := l.EraseKey(soon(t), key.Tenant); err != nil {
		t.Fatal(err)
	}
	within(t, time.Second, func() bool { return !other.HasCipher(key.Tenant) })
	if got := errorsOf(t, other, key); !errors.Is(got[0], wire.ErrErased) {
		t.Fatalf("the other node reads with %v", got)
	}
}

// within fails unless check holds before the time is over.
func within(t *testing.T, d time.Duration, check func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !check() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within %v", d)
		}
	}
}

func TestAFeedThatLacksTheKeyLosesOneCommitAndThenHasIt(t *testing.T) {
	t.Parallel()
	s, l := single(t, t.TempDir())
	other := openLog(t, s, jetstream.Config{MaxBytes: testStore})
	key := chat.ChannelKey(100, 9)
	write(t, l, key)
	f := other.OpenFeed(64)
	defer f.Close()
	if err := f.Subscribe(key.Tenant); err != nil {
		t.Fatal(err)
	}
	head, err := l.Head(soon(t), key)
	if err != nil {
		t.Fatal(err)
	}
	seq, err := do(l, commit(key, 1, 5, 1), head.Seq)
	if err != nil {
		t.Fatal(err)
	}
	within(t, bootWait, func() bool { // the first one makes it ask for the key
		_, ok := f.TryNext()
		return !ok && f.Dropped() == 1 && other.HasCipher(key.Tenant)
	})
	if _, err := do(l, commit(key, 1, 6, 1), seq); err != nil {
		t.Fatal(err)
	}
	m, err := f.Next(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := wire.DecodeCommit(m.Key, m.Data); err != nil || c.First != 6 || c.Records[0].Err != nil {
		t.Fatalf("heard %+v, %v", c, err)
	}
}

func TestALostKeyIsNoErasureAndNothingPlainFollows(t *testing.T) {
	t.Parallel()
	_, l := single(t, t.TempDir())
	key := chat.ChannelKey(100, 9)
	write(t, l, key)
	if err := l.LoseKey(key.Tenant); err != nil {
		t.Fatal(err)
	}
	head, err := l.Head(soon(t), key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := do(l, commit(key, 1, 5, 1), head.Seq); !errors.Is(err, jetstream.ErrUnavailable) || !errors.Is(err, wire.ErrNoKey) {
		t.Fatalf("append reports %v", err)
	}
	if got := errorsOf(t, l, key); len(got) != 4 || !errors.Is(got[0], wire.ErrNoKey) || errors.Is(got[0], wire.ErrErased) {
		t.Fatalf("records are read with %v", got)
	}
}

func TestADamagedKeyIsSaidAndNotReplaced(t *testing.T) {
	t.Parallel()
	s, l := single(t, t.TempDir())
	nc, err := s.Connect("damage")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if _, err := nc.RequestWithContext(soon(t), subjects.TenantKey(100), []byte("K\x01 no key")); err != nil {
		t.Fatal(err)
	}
	if err := l.CreateKey(soon(t), 100); !errors.Is(err, wire.ErrNoKey) {
		t.Fatalf("creating a key reports %v", err)
	}
	if _, err := do(l, commit(chat.ServerKey(100), 1, 1, 1), 0); !errors.Is(err, wire.ErrNoKey) {
		t.Fatalf("append reports %v", err)
	}
	if err := l.EraseKey(soon(t), 100); err != nil {
		t.Fatal(err)
	}
	if err := l.CreateKey(soon(t), 100); !chat.Is(err, chat.Gone) {
		t.Fatalf("creating a key after its erasure reports %v", err)
	}
}

// In a cluster the blocks of all replicas are written anew. The raft logs of the
// stream keep what was proposed until they are compacted, which the server does
// two to three minutes later: they are looked at apart, and not here.
func TestEveryReplicaOverwritesAnErasedKey(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	servers := clusterIn(t, dirs)
	l := openLog(t, servers[0], jetstream.Config{Replicas: 3, MaxBytes: testStore, AttemptTimeout: quickRetry})
	key := chat.ChannelKey(100, 9)
	text := write(t, l, key)
	holders := func() (n int) {
		for _, dir := range dirs {
			n += len(inKeyStream(t, dir, text))
		}
		return n
	}
	within(t, bootWait, func() bool { return holders() == 3 })
	if err := l.EraseKey(soon(t), key.Tenant); err != nil {
		t.Fatal(err)
	}
	within(t, bootWait, func() bool { return holders() == 0 })
	for _, dir := range dirs {
		if names := found(t, dir, []byte(secret)); len(names) > 0 {
			t.Fatalf("the secret lies in %v", names)
		}
	}
	if got := errorsOf(t, l, key); len(got) != 4 || !errors.Is(got[0], wire.ErrErased) {
		t.Fatalf("records are read with %v", got)
	}
}

func TestAnErasureIsNotOverBeforeTheLastReplicaIsBack(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	configs := clusterConfigs(t, dirs)
	first, _, away := startServer(t, configs[0]), startServer(t, configs[1]), startServer(t, configs[2])
	l := openLog(t, first, jetstream.Config{Replicas: 3, MaxBytes: testStore, AttemptTimeout: quickRetry})
	key := chat.ChannelKey(100, 9)
	text := write(t, l, key)
	within(t, bootWait, func() bool { return len(inKeyStream(t, dirs[2], text)) > 0 })
	away.Shutdown()
	if err := l.EraseKey(soon(t), key.Tenant); !errors.Is(err, jetstream.ErrUnavailable) {
		t.Fatalf("the erasure reports %v", err)
	}
	if got := errorsOf(t, l, key); len(got) != 4 || !errors.Is(got[0], wire.ErrErased) {
		t.Fatalf("records are read with %v", got)
	}
	if len(inKeyStream(t, dirs[0], text)) == 0 {
		t.Error("it was overwritten where the replica that is away cannot follow")
	}
	startServer(t, configs[2])
	within(t, bootWait, func() bool { return l.EraseKey(soon(t), key.Tenant) == nil })
	within(t, bootWait, func() bool { return len(inKeyStream(t, dirs[2], text)) == 0 })
}

// inKeyStream are the files of the stream of keys below dir that hold text.
func inKeyStream(t *testing.T, dir string, text []byte) []string {
	t.Helper()
	return slices.DeleteFunc(found(t, dir, text), func(name string) bool {
		return !strings.Contains(name, string(filepath.Separator)+subjects.KeyStream+string(filepath.Separator))
	})
}
