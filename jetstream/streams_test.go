package jetstream_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"beep/jetstream"
)

var update = flag.Bool("update", false, "write the golden file of the streams")

// The settings of the streams decide what is durable and what is forgotten: a
// change must be seen in review.
func TestTheStreamsAreAsAgreed(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(jetstream.Streams(3, 19<<30), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", "streams.json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Fatalf("the streams differ from %s (write it with -update):\n%s", path, got)
	}
}
