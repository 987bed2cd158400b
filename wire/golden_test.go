package wire_test

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"beep/chat"
	"beep/wire"
)

var update = flag.Bool("update", false, "write the golden files of kinds that have none yet")

// A golden file is a whole commit of one record, in hexadecimal.
func TestRecordsOfTodayAreReadForEver(t *testing.T) {
	t.Parallel()
	all := examples()
	for _, kind := range chat.EventKinds() {
		if all[kind.Name()] == nil {
			t.Errorf("the kind %s has no example: add one, and its golden file with -update", kind.Name())
		}
	}
	for name, e := range addedExamples() {
		all[name] = e
	}
	for name, want := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", name+".hex")
			if *update {
				writeGolden(t, path, want)
			}
			readGolden(t, path, want)
		})
	}
}

func readGolden(t *testing.T, path string, want chat.Event) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("this example has no golden file (write it with -update): %v", err)
	}
	data, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	c, err := wire.DecodeCommit(channel, data)
	if err != nil || len(c.Records) != 1 || c.Epoch != 42 || c.First != 1000 {
		t.Fatalf("read as %+v, %v", c, err)
	}
	rec, err := wire.DecodeEvent(&c.Records[0])
	if err != nil {
		t.Fatal(err)
	}
	if rec.Number != 1000 || rec.Time != 1_700_000_000_000 || rec.Author != 2 || rec.Nonce != "nonce" || !reflect.DeepEqual(rec.Event, want) {
		t.Fatalf("read as %+v with %+v, want %+v", rec, rec.Event, want)
	}
}

// writeGolden never changes a file that is there: delete it by hand, and know why.
func writeGolden(t *testing.T, path string, e chat.Event) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	r, err := wire.EncodeEvent(e, 1000, 1_700_000_000_000, 2, "nonce")
	if err != nil {
		t.Fatal(err)
	}
	data := wire.AppendCommit(nil, &wire.Commit{Key: channel, Epoch: 42, First: 1000, Records: []wire.Record{r}})
	var lines strings.Builder
	for text := hex.EncodeToString(data); text != ""; {
		n := min(len(text), 64)
		lines.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
