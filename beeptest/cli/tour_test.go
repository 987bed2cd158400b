package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"beep/beeptest"
)

// tourFile is what a new user follows; every block of it that can be run is run.
const tourFile = "../../docs/tour.md"

func TestTheTourCanBeFollowed(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the tour needs %s: %v", tool, err)
		}
	}
	text, err := os.ReadFile(tourFile)
	if err != nil {
		t.Fatal(err)
	}
	bin := beeptest.Build(t)
	tour := &tour{t: t, here: beeptest.NewProcess(t, bin), other: beeptest.NewProcess(t, bin), dir: t.TempDir(), codes: map[string]string{}, people: map[string]*terminal{}}
	if err := os.Symlink(bin, filepath.Join(tour.dir, "beep")); err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	for _, b := range blocks(t, string(text)) {
		ran[b.kind]++
		switch b.kind {
		case "sh":
			tour.shell(b)
		case "output":
			tour.printed(b)
		case "text":
			tour.converse(b)
		case "console": // servers, which run already
		default:
			t.Fatalf("line %d: a block of kind %q, which nobody would run", b.line, b.kind)
		}
	}
	if ran["sh"] < 5 || ran["text"] < 5 || ran["output"] < 5 {
		t.Fatalf("only this was run: %v", ran)
	}
	for _, p := range tour.people {
		p.leave()
	}
	tour.here.Verifies()
}

// block is a fenced block of the tour.
type block struct {
	kind  string
	line  int // of the fence
	lines []string
}

func blocks(t *testing.T, text string) []block {
	t.Helper()
	var all []block
	open := false
	for i, line := range strings.Split(text, "\n") {
		kind, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !open:
			all, open = append(all, block{kind: kind, line: i + 1}), true
		case fence:
			open = false
		case open:
			b := &all[len(all)-1]
			b.lines = append(b.lines, line)
		}
	}
	if open {
		t.Fatal("the last block does not end")
	}
	return all
}

// tour is somebody who follows the tour.
type tour struct {
	t           *testing.T
	here, other *beeptest.Process
	dir         string
	output      string            // of the last shell block
	codes       map[string]string // what stood where the tour says CODE
	people      map[string]*terminal
}

// shell runs a block as one terminal would: variables stay for the next one.
func (to *tour) shell(b block) {
	to.t.Helper()
	text := strings.NewReplacer("http://127.0.0.1:8080", to.here.URL, "./other", to.other.Data).Replace(strings.Join(b.lines, "\n"))
	script := "set -a; [ ! -e variables ] || . ./variables\n" + text +
		"\nexport -p | sed -En '/^declare -x (URL|TOKEN|SERVER|CHANNEL|AUTH|API|ETAG|CLEO)=/p' > variables\n"
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = to.dir
	cmd.Env = append(os.Environ(), "BEEP_DATA="+to.here.Data)
	out, err := cmd.CombinedOutput()
	if err != nil {
		to.t.Fatalf("line %d: %v\n%s", b.line, err, out)
	}
	to.output = string(out)
}

// printed compares what the last shell block has printed.
func (to *tour) printed(b block) {
	to.t.Helper()
	rest := to.output
	for _, want := range b.lines {
		for _, part := range strings.Split(strings.ReplaceAll(want, "$SERVER", to.variable("SERVER")), "…") {
			_, after, ok := strings.Cut(strings.ToLower(rest), strings.ToLower(strings.TrimSpace(part)))
			if !ok {
				to.t.Fatalf("line %d: %q is not in\n%s", b.line, want, to.output)
			}
			rest = rest[len(rest)-len(after):]
		}
	}
}

func (to *tour) variable(name string) string {
	to.t.Helper()
	text, err := os.ReadFile(filepath.Join(to.dir, "variables"))
	if err != nil {
		to.t.Fatal(err)
	}
	found := regexp.MustCompile(name + `="([^"]*)"`).FindSubmatch(text)
	if found == nil {
		to.t.Fatalf("no $%s in\n%s", name, text)
	}
	return string(found[1])
}

// converse types at the terminals, and waits for what shows up there.
func (to *tour) converse(b block) {
	to.t.Helper()
	begin := map[string]int{}
	for i, line := range b.lines {
		at := fmt.Sprintf("line %d: %q", b.line+i+1, line)
		if name, typed, ok := strings.Cut(line, "> "); ok && !strings.Contains(name, "|") {
			p := to.person(name)
			if _, known := begin[name]; !known {
				begin[name] = len(p.out.String())
			}
			p.types(at, to.withCode(typed))
			for begun := time.Now(); counted(typed) && strings.Contains(p.answer, "* 0 ") && time.Since(begun) < patience; {
				p.types(at, typed) // each is a round trip
			}
			continue
		}
		name, want, ok := strings.Cut(line, "| ")
		if !ok {
			to.t.Fatalf("%s: neither typed nor shown", at)
		}
		p := to.person(name)
		p.shows(at, begin[name], to.pattern(want))
		if strings.Contains(want, "CODE") {
			to.codes["CODE"] = p.found
		}
	}
}

// counted reports whether a line asks for what the read model counts, some
// hundredths of a second behind what is live: for a person that is at once.
func counted(typed string) bool {
	return strings.HasPrefix(typed, "/browse") || strings.HasPrefix(typed, "/unread")
}

func (to *tour) withCode(text string) string {
	return strings.ReplaceAll(text, "CODE", to.codes["CODE"])
}

// pattern finds what is shown, and what stands in it for CODE.
func (to *tour) pattern(want string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(want), "CODE", `(\S+)`))
}

func (to *tour) person(name string) *terminal {
	to.t.Helper()
	p := to.people[name]
	if p == nil {
		p = newTerminal(to.t, to.here, name)
		to.people[name] = p
	}
	return p
}
