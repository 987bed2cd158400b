package api

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// docs/rest.md ends in a table of the operations, which this test writes with
// -update.
func TestThePageOnRESTHasEveryOperation(t *testing.T) {
	t.Parallel()
	const (
		name    = "../docs/rest.md"
		heading = "\n## Operations and their requests\n"
	)
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text, _, found := strings.Cut(string(page), heading)
	if !found {
		t.Fatal("the heading of the table is gone")
	}
	var b strings.Builder
	b.WriteString(text + heading + "All paths begin with `" + basePath + "`.\n\n| operation | request |\n|---|---|\n")
	for _, op := range build(setup(t).config).operations {
		request := ""
		if calls, ok := op.Extensions[requestExtension].(string); ok {
			request = "`" + calls + "`"
		}
		fmt.Fprintf(&b, "| `%s %s` | %s |\n", op.Method, strings.TrimPrefix(op.Path, basePath), request)
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != string(page) {
		t.Fatal("docs/rest.md is not what there is: go test ./api -run 'Description|REST' -update")
	}
}
