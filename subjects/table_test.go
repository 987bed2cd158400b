package subjects

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beep/chat"
)

const table = "../subjects.md"

// row is one row of subjects.md: its pattern and the name of its builder.
type row struct {
	pattern string
	builder string
}

// generated is what each exported builder makes; a builder that is missing here
// makes TestEveryBuilderHasARow fail.
func generated() map[string][]string {
	server, channel, user := chat.ServerKey(11), chat.ChannelKey(11, 12), chat.UserKey(13)
	g := map[string][]string{
		"RepublishSource": {RepublishSource},
		"RepublishTarget": {RepublishTarget},
		"DeadStream":      {DeadStream},
		"DeadFilter":      {DeadFilter},
		"SnapshotBucket":  {SnapshotBucket},
		"KeyStream":       {KeyStream},
		"KeyFilter":       {KeyFilter},
		"TenantKey":       {TenantKey(11), TenantKey(1<<63 - 1)},
		"LiveTenant":      {LiveTenant(11)},
		"Typing":          {Typing(11, 12)},
		"Presence":        {Presence(11)},
	}
	for _, k := range []chat.Key{server, channel, user} {
		g["Log"] = append(g["Log"], Log(k))
		g["Live"] = append(g["Live"], Live(k))
		g["SnapshotKey"] = append(g["SnapshotKey"], SnapshotKey(k))
		g["SnapshotPart"] = append(g["SnapshotPart"], SnapshotPart(k, 0, 0), SnapshotPart(k, 1, 12))
	}
	for shard := range chat.Shards {
		g["Stream"] = append(g["Stream"], Stream(shard))
		g["StreamFilter"] = append(g["StreamFilter"], StreamFilter(shard))
		g["TenantLogs"] = append(g["TenantLogs"], TenantLogs(shard, 11))
		g["Dead"] = append(g["Dead"], Dead(shard))
	}
	return g
}

func TestEveryBuilderHasARow(t *testing.T) {
	t.Parallel()
	rows, made := rowsByBuilder(t), generated()
	exported := builders(t)
	for _, name := range exported {
		if _, ok := rows[name]; !ok {
			t.Errorf("subjects.md has no row built by %s", name)
		}
		if _, ok := made[name]; !ok {
			t.Errorf("this test does not know what %s makes", name)
		}
	}
	for name := range rows {
		if !slices.Contains(exported, name) {
			t.Errorf("subjects.md has a row built by %s, which package subjects does not export", name)
		}
	}
}

func TestBuildersMakeWhatTheirRowSays(t *testing.T) {
	t.Parallel()
	rows := rowsByBuilder(t)
	for name, texts := range generated() {
		for _, text := range texts {
			for builder, r := range rows {
				matches := expression(t, r.pattern).MatchString(text)
				if matches != (builder == name) {
					t.Errorf("%s makes %q; it matches the pattern %q of %s: %t", name, text, r.pattern, builder, matches)
				}
			}
		}
	}
}

func rowsByBuilder(t *testing.T) map[string]row {
	t.Helper()
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatalf("read the table: %v", err)
	}
	line := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([A-Za-z]+)` \\|(.*)\\|$")
	rows := map[string]row{}
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		if _, twice := rows[m[2]]; twice {
			t.Errorf("subjects.md has two rows built by %s", m[2])
		}
		for _, cell := range strings.Split(m[3], "|") {
			if strings.TrimSpace(cell) == "" {
				t.Errorf("subjects.md: the row of %s has an empty cell", m[2])
			}
		}
		rows[m[2]] = row{pattern: m[1], builder: m[2]}
	}
	if want := strings.Count(string(text), "\n| `"); len(rows) != want {
		t.Errorf("subjects.md: %d of %d rows could be read", len(rows), want)
	}
	return rows
}

// expression turns a pattern of the table into a regular expression.
func expression(t *testing.T, pattern string) *regexp.Regexp {
	t.Helper()
	e := regexp.QuoteMeta(pattern)
	for placeholder, class := range map[string]string{
		"<shard>": "[0-9a-f]", "<SHARD>": "[0-9A-F]", "<kind>": "[gcu]",
		"<tenant>": "[1-9][0-9]*", "<server>": "[1-9][0-9]*", "<channel>": "[1-9][0-9]*", "<id>": "[1-9][0-9]*",
		"<set>": "[01]", "<part>": "(0|[1-9][0-9]*)",
	} {
		e = strings.ReplaceAll(e, placeholder, class)
	}
	if strings.ContainsAny(e, "<>") {
		t.Errorf("subjects.md: pattern %q has a placeholder this test does not know", pattern)
	}
	return regexp.MustCompile("^" + e + "$")
}

// builders are the exported functions of this package that make one string, and
// its exported string constants.
func builders(t *testing.T) []string {
	t.Helper()
	names := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatalf("list the package: %v", err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("parse: %v", err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Recv == nil && makesString(d.Type) {
					names[d.Name.Name] = true
				}
			case *ast.GenDecl:
				addStrings(names, d)
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func makesString(f *ast.FuncType) bool {
	if f.Results == nil || len(f.Results.List) != 1 {
		return false
	}
	id, ok := f.Results.List[0].Type.(*ast.Ident)
	return ok && id.Name == "string"
}

func addStrings(names map[string]bool, d *ast.GenDecl) {
	for _, s := range d.Specs {
		v, ok := s.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, id := range v.Names {
			if i >= len(v.Values) || !id.IsExported() {
				continue
			}
			if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				names[id.Name] = true
			}
		}
	}
}
