// Package beep_test holds what is true of the whole repository: which package
// may import which (this file), and the rules of the house that a program can
// check (houserules_test.go).
package beep_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "beep"

// Groups of modules outside, by the names that the rules use.
const (
	nats      = "github.com/nats-io"
	pgx       = "github.com/jackc/pgx"
	sqlite    = "modernc.org/sqlite"
	websocket = "github.com/coder/websocket"
	actor     = "github.com/asynkron/protoactor-go/actor"
	proto     = "github.com/asynkron/protoactor-go"
)

// rule says what one package may import.
type rule struct {
	// only, if not nil, are the packages of Beep it may import, and no other.
	only []string
	// never are import paths (or beginnings of them) it must not import.
	never []string
	// through: never also holds for what it imports by way of other packages.
	through bool
	// except are import paths that never does not concern.
	except []string
	why    string
}

// rules is the layout: a row per package, those below it included. What is not
// forbidden here is allowed; a package without a row fails.
var rules = map[string]rule{
	"chat": {only: []string{}, through: true,
		never: []string{"context", "os", "io", "net", "log", "sync", "math/rand", "crypto", "syscall", "github.com", "golang.org", "go.", "modernc.org"},
		why:   "rules are pure: the same record gives the same state, live and in a replay"},
	"wire": {only: []string{"chat"}, never: []string{nats, pgx, sqlite, websocket, proto, "net", "os", "context", "log"}, through: true,
		why: "bytes are the same whatever carries them; encoding does no I/O"},
	"subjects": {only: []string{"chat"}, never: []string{nats, "net", "os", "context"}, through: true,
		why: "subjects are text"},
	"snowflake": {only: []string{"chat"}, never: []string{nats, pgx, "net", "os"}, through: true,
		why: "an identifier needs a worker number and a clock, nothing else"},
	"jetstream": {only: []string{"chat", "wire", "subjects"}, never: []string{pgx, sqlite, proto, websocket}, through: true,
		why: "the log knows nothing of who writes and who reads it"},
	"tenant": {only: []string{"chat", "wire"}, never: []string{nats, pgx, proto, websocket}, through: true,
		why: "a copy of a server is one more reader of the log, through a port"},
	"cluster": {only: []string{"chat", "subjects"}, never: []string{pgx, sqlite, websocket}, through: true,
		why: "it knows where an actor lives, not what it does"},
	"actors": {only: []string{"chat", "wire", "tenant", "cluster"}, never: []string{nats, pgx, sqlite, websocket, proto}, except: []string{actor},
		why: "an actor meets log and read model through ports, and protoactor as mailboxes alone: where it lives is cluster's"},
	"archive": {only: []string{"chat", "wire"}, never: []string{nats, pgx, sqlite, websocket, proto, "os", "net"}, through: true,
		why: "a file is bytes, and a log a port: what is carried must not depend on where it lies"},
	"requests": {never: []string{nats, pgx, sqlite, websocket, proto, "beep/jetstream", "beep/edge", "beep/api", "beep/auth", "beep/projector"},
		why: "one way in for every door, so it knows none of them"},
	"edge": {only: []string{"chat", "wire", "subjects", "tenant"}, never: []string{nats, pgx, sqlite, proto, "beep/actors", "beep/store", "beep/jetstream"}, through: true,
		why: "a session must run against any log and any requests, and must not reach an actor past them"},
	"api": {never: []string{nats, pgx, sqlite, websocket, proto, "beep/actors", "beep/jetstream", "beep/edge", "beep/projector"},
		why: "REST is a door like the gateway: it asks requests and auth"},
	"store": {only: []string{"chat"}, never: []string{nats, proto, websocket}, through: true,
		why: "the read model can be rebuilt: it must not know the log it is rebuilt from"},
	"projector": {never: []string{pgx, sqlite, proto, websocket, "github.com/blevesearch", "beep/actors", "beep/edge", "beep/api"},
		why: "folding is the same on every database"},
	"auth": {only: []string{"chat", "store"}, never: []string{nats, pgx, proto, websocket},
		why: "who is calling is known before anything else is asked"},
	"config": {only: []string{}, never: []string{nats, pgx, proto, websocket},
		why: "settings are values; what they mean is the business of those who get them"},
	"client": {only: []string{"chat", "wire"}, never: []string{nats, pgx, sqlite, proto}, through: true,
		why: "it knows what a stranger's client can know: PROTOCOL.md"},
	"verify": {never: []string{proto, "beep/actors", "beep/cluster", "beep/edge", "beep/projector"},
		why: "who checks the work must not do the work"},
	"admin": {never: []string{nats, pgx, sqlite, proto, websocket, "beep/edge"},
		why: "the operator's door asks the same services as the others"},
	"bench": {only: []string{"client", "chat", "wire"}, never: []string{nats, pgx, sqlite, proto}, through: true,
		why: "a load is a stranger's client, and what it measures is another process"},
	"node":     {why: "the bill of materials: everything meets here"},
	"cmd":      {never: []string{nats, pgx, sqlite, proto}, why: "the command line reads arguments and calls node, client, verify and bench"},
	"beeptest": {why: "a whole Beep in one test process; imported by tests alone"},
	".":        {only: []string{}, why: "tests of the repository itself"},
}

// goFile is one Go file outside testdata.
type goFile struct {
	path    string // slashes, from the root
	dir     string
	test    bool
	imports []string
}

func TestImportsKeepToTheLayout(t *testing.T) {
	t.Parallel()
	files := sources(t)
	direct := importsByDir(files)
	for _, f := range files {
		top := topFolder(f.dir)
		r, ok := rules[top]
		if !ok {
			t.Errorf("%s: folder %q has no row in the rules", f.path, top)
			continue
		}
		if f.test || top == "beeptest" {
			continue
		}
		for _, imp := range f.imports {
			if inner, ok := strings.CutPrefix(imp, module+"/"); ok {
				switch to := topFolder(inner); {
				case to == "beeptest":
					t.Errorf("%s imports %s: only tests may", f.path, imp)
				case to == "cmd":
					t.Errorf("%s imports %s: nobody may import a command", f.path, imp)
				case r.only != nil && to != top && !slices.Contains(r.only, to):
					t.Errorf("%s imports %s; %s may import %v: %s", f.path, imp, top, r.only, r.why)
				}
			}
			if r.forbids(imp) {
				t.Errorf("%s imports %s: %s", f.path, imp, r.why)
			}
		}
		if r.through {
			for _, bad := range reached(f.dir, direct, r) {
				t.Errorf("%s reaches %s: %s", f.dir, bad, r.why)
			}
			r.through = false
		}
	}
}

// forbids reports whether a rule's never concerns an import path.
func (r rule) forbids(imp string) bool {
	under := func(p string) bool {
		return imp == p || strings.HasPrefix(imp, p) && (strings.HasSuffix(p, ".") || imp[len(p)] == '/')
	}
	return slices.ContainsFunc(r.never, under) && !slices.ContainsFunc(r.except, under)
}

// importsByDir are the imports of the files of a folder that are no tests.
func importsByDir(files []goFile) map[string][]string {
	m := map[string][]string{}
	for _, f := range files {
		if !f.test {
			m[f.dir] = append(m[f.dir], f.imports...)
		}
	}
	return m
}

// reached lists what dir imports by way of other packages of Beep although the
// rule forbids it. The standard library is judged at the direct import alone:
// every package below may use it as its own rule says.
func reached(dir string, direct map[string][]string, r rule) []string {
	seen := map[string]bool{dir: true}
	var bad []string
	var walk func(dir, way string)
	walk = func(dir, way string) {
		for _, imp := range direct[dir] {
			outside := strings.Contains(imp, ".") || strings.HasPrefix(imp, module+"/")
			if way != "" && outside && r.forbids(imp) {
				bad = append(bad, imp+" by way of "+way)
			}
			inner, ok := strings.CutPrefix(imp, module+"/")
			if ok && !seen[inner] {
				seen[inner] = true
				walk(inner, way+"/"+inner)
			}
		}
	}
	walk(dir, "")
	return bad
}

// TestTheRulesCanFail breaks rules on purpose: a check that cannot fail is none.
func TestTheRulesCanFail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		folder, imports string
		forbidden       bool
	}{
		{"edge", "github.com/nats-io/nats.go", true},
		{"edge", "github.com/jackc/pgx/v5/pgxpool", true},
		{"edge", "net/http", false},
		{"actors", "github.com/asynkron/protoactor-go/actor", false},
		{"actors", "github.com/asynkron/protoactor-go/cluster", true},
		{"chat", "net/http", true},
		{"chat", "strconv", false},
		{"chat", "network", false},
		{"chat", "go.uber.org/zap", true},
		{"projector", "github.com/jackc/pgx/v5", true},
	} {
		if got := rules[c.folder].forbids(c.imports); got != c.forbidden {
			t.Errorf("%s importing %s is forbidden: %t, want %t", c.folder, c.imports, got, c.forbidden)
		}
	}
	direct := map[string][]string{"edge": {"beep/tenant"}, "tenant": {"github.com/nats-io/nats.go"}}
	if got := reached("edge", direct, rules["edge"]); len(got) != 1 {
		t.Errorf("nats.go by way of tenant was found %d times, want once: %v", len(got), got)
	}
}

// sources reads the imports of every Go file of the repository.
func sources(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := d.Name(); d.IsDir() && name != "." && (base == "testdata" || base == "node_modules" || base[0] == '.') {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := goFile{path: filepath.ToSlash(name), test: strings.HasSuffix(name, "_test.go")}
		f.dir = path.Dir(f.path)
		for _, s := range parsed.Imports {
			imp, err := strconv.Unquote(s.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imp)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatalf("read the sources: %v", err)
	}
	if len(files) == 0 {
		t.Fatal("there are no sources")
	}
	return files
}

// topFolder is the first folder of a path from the root.
func topFolder(dir string) string {
	top, _, _ := strings.Cut(dir, "/")
	return top
}
