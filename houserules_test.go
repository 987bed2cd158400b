package beep_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// maxLines is where a file is split: beyond it, it is about more than one thing.
const maxLines = 500

// finding is one place where a rule of the house is broken.
type finding struct {
	pos  token.Pos
	text string
}

func TestFilesKeepToTheRulesOfTheHouse(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		text, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatalf("read %s: %v", f.path, err)
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, f.path, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("parse: %v", err)
		}
		if ast.IsGenerated(parsed) {
			continue
		}
		if n := strings.Count(string(text), "\n"); n > maxLines {
			t.Errorf("%s has %d lines: split it, %d is the most", f.path, n, maxLines)
		}
		for _, found := range check(f, parsed) {
			t.Errorf("%s: %s", set.Position(found.pos), found.text)
		}
	}
}

// check lists what in one file is against the rules.
func check(f goFile, parsed *ast.File) []finding {
	found := inits(parsed)
	found = append(found, calls(f, parsed)...)
	if !f.test {
		found = append(found, subjectLiterals(f, parsed)...)
	}
	if !f.test && topFolder(f.dir) != "beeptest" {
		found = append(found, variables(parsed)...)
	}
	if topFolder(f.dir) == "chat" && !f.test {
		found = append(found, concurrency(parsed)...)
	}
	return found
}

// inits: nothing happens by being imported.
func inits(parsed *ast.File) []finding {
	var found []finding
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			found = append(found, finding{fn.Pos(), "no init(): construction is explicit"})
		}
	}
	return found
}

// calls: a test that sleeps is slow or wrong, a package that ends the process
// takes the decision from its caller, a rule that reads a clock cannot be replayed.
func calls(f goFile, parsed *ast.File) []finding {
	command := topFolder(f.dir) == "cmd"
	pure := topFolder(f.dir) == "chat" && !f.test
	var found []finding
	ast.Inspect(parsed, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		switch name := pkg.Name + "." + sel.Sel.Name; {
		case name == "time.Sleep" && (f.test || topFolder(f.dir) == "beeptest"):
			found = append(found, finding{n.Pos(), "no time.Sleep in tests: wait for what is to happen"})
		case name == "os.Exit" && !command && !f.test, strings.HasPrefix(name, "log.Fatal") && !command, strings.HasPrefix(name, "log.Panic"):
			found = append(found, finding{n.Pos(), "no " + name + ": return an error"})
		case pure && slices.Contains(clockCalls(), name):
			found = append(found, finding{n.Pos(), "no " + name + " in chat: the time is an argument"})
		}
		return true
	})
	return found
}

func clockCalls() []string {
	return []string{"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick", "time.NewTimer", "time.NewTicker"}
}

// concurrency: the pure rules start nothing and wait for nothing.
func concurrency(parsed *ast.File) []finding {
	var found []finding
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.GoStmt, *ast.SelectStmt, *ast.ChanType, *ast.SendStmt:
			found = append(found, finding{n.Pos(), "no goroutines and channels in chat"})
		}
		return true
	})
	return found
}

// subjectLiterals: subjects are built in subjects/ alone.
func subjectLiterals(f goFile, parsed *ast.File) []finding {
	if topFolder(f.dir) == "subjects" {
		return nil
	}
	var found []finding
	ast.Inspect(parsed, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		for _, root := range []string{"ev.", "live.", "dead."} {
			if strings.HasPrefix(lit.Value[1:], root) {
				found = append(found, finding{n.Pos(), "the subject " + lit.Value + " as a literal: package subjects builds it"})
			}
		}
		return true
	})
	return found
}

// variables: a package holds no state. Tables that nobody assigns to, errors,
// embedded files and pools of buffers are not state.
func variables(parsed *ast.File) []finding {
	var found []finding
	names := map[string]bool{}
	for _, d := range parsed.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			if text := state(v); text != "" && !embedded(g, v) {
				found = append(found, finding{v.Pos(), "package variable " + v.Names[0].Name + text})
			}
			for _, id := range v.Names {
				names[id.Name] = true
			}
		}
	}
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			found = append(found, assignments(fn, names)...)
		}
	}
	return found
}

// state says why a package variable looks as if it was to change; "" if not.
func state(v *ast.ValueSpec) string {
	if v.Names[0].Name == "_" {
		return ""
	}
	if len(v.Values) == 0 {
		return " has no value: who gives it one?"
	}
	for _, value := range v.Values {
		if u, ok := value.(*ast.UnaryExpr); ok && u.Op == token.AND {
			value = u.X
		}
		switch value := value.(type) {
		case *ast.CallExpr:
			if id, ok := value.Fun.(*ast.Ident); ok && (id.Name == "make" || id.Name == "new") {
				return " is made to be filled"
			}
		case *ast.CompositeLit:
			if sel, ok := value.Type.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok && (id.Name == "sync" || id.Name == "atomic") && sel.Sel.Name != "Pool" {
					return " is made to be shared"
				}
			}
		}
	}
	return ""
}

func embedded(g *ast.GenDecl, v *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{g.Doc, v.Doc} {
		if doc == nil {
			continue
		}
		for _, c := range doc.List {
			if strings.HasPrefix(c.Text, "//go:embed ") {
				return true
			}
		}
	}
	return false
}

// assignments to one of names in fn, unless fn has a variable of that name.
func assignments(fn *ast.FuncDecl, names map[string]bool) []finding {
	local := map[string]bool{}
	var found []finding
	assigned := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.Ident:
				if names[x.Name] && !local[x.Name] {
					found = append(found, finding{x.Pos(), "package variable " + x.Name + " is assigned to"})
				}
			}
			return
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, id := range n.Names {
				local[id.Name] = true
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				local[id.Name] = true
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
					local[id.Name] = true
				}
			}
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
					local[id.Name] = true
				} else {
					assigned(e)
				}
			}
		case *ast.IncDecStmt:
			assigned(n.X)
		}
		return true
	})
	return found
}

// TestTheChecksCanFail runs the checks on a file that breaks them all.
func TestTheChecksCanFail(t *testing.T) {
	t.Parallel()
	const broken = `package chat
var count int
var table = map[string]int{"a": 1}
var cache = make(map[string]int)
var lock = &sync.Mutex{}
func init() {}
func f(table2 int) {
	table["b"] = 2
	go f(1)
	os.Exit(1)
	log.Fatalf("x")
	_ = time.Now()
	_ = "ev.0.1.g1"
	table2 = 3
}
`
	parsed, err := parser.ParseFile(token.NewFileSet(), "x.go", broken, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	const want = 10
	got := check(goFile{path: "chat/x.go", dir: "chat"}, parsed)
	if len(got) != want {
		t.Errorf("%d findings, want %d: %v", len(got), want, got)
	}
	const sleeping = "package x\nfunc f() { time.Sleep(1) }\n"
	parsed, err = parser.ParseFile(token.NewFileSet(), "x_test.go", sleeping, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if got := check(goFile{path: "edge/x_test.go", dir: "edge", test: true}, parsed); len(got) != 1 {
		t.Errorf("a sleeping test gives %d findings, want 1", len(got))
	}
}
