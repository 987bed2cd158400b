// Package cli_test uses the program as a person and a script do: real processes,
// a terminal's worth of commands, Ctrl-C and kill -9.
package cli_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"beep/beeptest"
	"beep/chat"
	"beep/node"
	"beep/verify"
)

// lines runs `beep chat` as name with lines as its input.
func lines(t *testing.T, p *beeptest.Process, name string, in ...string) string {
	t.Helper()
	cmd := p.Command("chat", "--data", p.Data, "--user", name)
	cmd.Stdin = strings.NewReader(strings.Join(in, "\n") + "\n/quit\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("chat as %s: %v\n%s", name, err, out)
	}
	return string(out)
}

func create(t *testing.T, p *beeptest.Process, name string) {
	t.Helper()
	cmd := p.Command("user", "create", name, "--password-stdin", "--validated", "--data", p.Data)
	cmd.Stdin = strings.NewReader("correct-horse-battery\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("create %s: %v\n%s", name, err, out)
	}
}

func has(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q:\n%s", what, part, text)
		}
	}
}

func TestANewUserTalksFromTwoTerminalsAcrossAKill(t *testing.T) {
	t.Parallel()
	p := beeptest.NewProcess(t, beeptest.Build(t))
	create(t, p, "ada")
	create(t, p, "bob")
	lines(t, p, "ada", "/create Home", "hello from ada")
	has(t, "bob's terminal", lines(t, p, "bob", "/join Home", "hello from bob"), "hello from ada", "hello from bob")
	p.Kill()
	p.Restart()
	has(t, "ada's terminal", lines(t, p, "ada", "/history"), "hello from ada", "hello from bob")
	if r := p.Verifies(); r.Messages != 3 { // with the one that says that bob has joined
		t.Fatalf("%d messages", r.Messages)
	}
	p.Interrupt()
	if _, err := os.Stat(filepath.Join(p.Data, node.ReadyFile)); !errors.Is(err, os.ErrNotExist) {
		t.Error("ready.json is still there after the stop:", err)
	}
	p.Restart()
	has(t, "bob's terminal", lines(t, p, "bob", "/history"), "hello from ada")
}

func TestASecondServeOnTheSameDataIsRefusedClearly(t *testing.T) {
	t.Parallel()
	p := beeptest.NewProcess(t, beeptest.Build(t))
	out, err := p.Command("serve", "--data", p.Data, "--listen", "127.0.0.1:0").CombinedOutput()
	if err == nil {
		t.Fatal("two nodes on one directory")
	}
	has(t, "the refusal", string(out), "another beep", p.Data, "--data")
	if r, err := node.ReadReady(p.Data); err != nil || r.URL != p.URL {
		t.Error("the first one's ready.json:", r, err)
	}
	create(t, p, "ada") // the first one is unhurt
}

func TestTheOwnerTakesTheInstanceOnce(t *testing.T) {
	t.Parallel()
	p := beeptest.NewProcess(t, beeptest.Build(t))
	said := p.Said()
	has(t, "the first start", said, "Take this instance as its owner: "+p.URL+"/claim?token=")
	_, rest, _ := strings.Cut(said, p.URL+"/claim")
	resp, err := http.Get(p.URL + "/claim" + strings.TrimSpace(rest))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	create(t, p, "ada")
	p.Interrupt()
	p.Restart()
	if strings.Count(p.Said(), "Take this instance") != 1 {
		t.Error("the link was shown again although there are accounts")
	}
}

func TestSettingsAreShownStrictAndWithoutSecrets(t *testing.T) {
	t.Parallel()
	bin := beeptest.Build(t)
	cmd := exec.Command(bin, "config", "print", "--listen", "127.0.0.1:7000")
	cmd.Env = append(os.Environ(), "BEEP_STORE=postgres://beep:hunter2@db/beep", "BEEP_LOG_LEVEL=warn")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err, string(out))
	}
	has(t, "config print", string(out), "127.0.0.1:7000", "warn", "beep:***@db")
	if strings.Contains(string(out), "hunter2") {
		t.Error("a secret was printed")
	}
	cmd = exec.Command(bin, "serve", "--listen", "nowhere")
	cmd.Env = append(os.Environ(), "BEEP_LISTTEN=x")
	out, err = cmd.CombinedOutput()
	if err == nil {
		t.Fatal("accepted")
	}
	has(t, "the refusal", string(out), "BEEP_LISTTEN", "listen")
}

func TestTheCheckerFindsARowThatIsMissingAndOneThatWasChanged(t *testing.T) {
	t.Parallel()
	p := beeptest.NewProcess(t, beeptest.Build(t))
	ada := p.Person("ada")
	home := ada.CreatesServer("Home", chat.Public)
	for range 5 {
		ada.Sends(home.General, "text")
	}
	ada.Leaves()
	p.Verifies()
	p.Interrupt()
	for _, damage := range []string{
		`UPDATE messages SET content = 'forged' WHERE seq = 3`,
		`DELETE FROM messages WHERE seq = 2`,
	} {
		db, err := sql.Open("sqlite", filepath.Join(p.Data, "beep.db"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(damage); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		out, err := p.Command("verify", "--json", "--data", p.Data).Output()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Fatalf("%s: verify ended with %v", damage, err)
		}
		var r verify.Report
		if err := json.Unmarshal(out, &r); err != nil || len(r.Differences) == 0 {
			t.Fatalf("%s: %v %s", damage, err, out)
		}
		t.Log(r.Differences[0])
	}
}

func TestTailPrintsAChannelAsJSONLines(t *testing.T) {
	t.Parallel()
	p := beeptest.NewProcess(t, beeptest.Build(t))
	ada := p.Person("ada")
	home := ada.CreatesServer("Home", chat.Public)
	ada.Sends(home.General, "first")
	cmd := p.Command("tail", home.General.String(), "--json", "--from", "1", "--url", p.URL, "--token", ada.Token)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(out)
	read := func() string {
		var line json.RawMessage
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		return string(line)
	}
	has(t, "the first line", read(), "first")
	ada.Sends(home.General, "second")
	has(t, "the second line", read(), "second")
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // interrupted: its exit status says so
}

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	bin := beeptest.Build(t)
	for _, args := range [][]string{
		{}, {"serve"}, {"config"}, {"config", "print"}, {"user"}, {"user", "create"}, {"token"}, {"token", "create"},
		{"owner", "link"}, {"chat"}, {"tail"}, {"bench"}, {"bench", "send"}, {"bench", "fanout"}, {"bench", "idle"},
		{"bench", "storm"}, {"bench", "history"}, {"bench", "resume"}, {"verify"}, {"version"},
		{"permissions"}, {"permissions", "why"}, {"server"}, {"server", "export"}, {"server", "import"},
	} {
		out, err := exec.Command(bin, append(args, "--help")...).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("Usage:")) {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}
