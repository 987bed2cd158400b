package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beep/config"
)

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "beep.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFlagsBeatTheEnvironmentAndThatBeatsTheFile(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(config.Sources{
		File:    file(t, "listen: 127.0.0.1:1\nlog_level: warn\nlimits_window_exempt: [a-*, b-*]\nlog_max_bytes: 1073741824\n"),
		Environ: []string{"BEEP_LISTEN=127.0.0.1:2", "BEEP_DATA=/x", "OTHER=1", "BEEP_CONFIG=ignored"},
		Flags:   map[string]string{"listen": "127.0.0.1:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Listen != "127.0.0.1:3" || cfg.Data != "/x" || cfg.LogLevel != "warn" || cfg.LogMaxBytes != 1<<30 {
		t.Fatalf("%+v", cfg)
	}
	if !cfg.Exempt("b-7") || cfg.Exempt("c-7") {
		t.Fatal("patterns")
	}
}

func TestEverythingThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.Sources{
		File:    file(t, "listten: x\nlog_max_bytes: lots\ndata: {a: b}\n"),
		Environ: []string{"BEEP_STOER=x"},
		Flags:   map[string]string{"trusted_proxies": "everybody"},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"listten", "log_max_bytes", "data: must be", "BEEP_STOER", "--trusted-proxies", "everybody"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not named in: %v", part, err)
		}
	}
}

func TestBadValuesAreNamedWithWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	for key, bad := range map[string]string{
		"listen": "8080", "public_url": "chat.example.org", "store": "mysql://x", "log_level": "loud",
		"log_format": "xml", "log_max_bytes": "100", "allowed_origins": "*", "limits_window_exempt": "[", "data": "",
	} {
		_, err := config.Load(config.Sources{Flags: map[string]string{key: bad}})
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s=%q: %v", key, bad, err)
		}
	}
}

func TestSecretsAreReadFromFilesAndNeverPrinted(t *testing.T) {
	t.Parallel()
	path := file(t, "postgres://beep:hunter2@db/beep?password=hunter3\n")
	cfg, err := config.Load(config.Sources{Environ: []string{"BEEP_STORE_FILE=" + path}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(cfg.Store.Reveal(), "hunter2") {
		t.Fatal("not read")
	}
	for _, shown := range []string{cfg.Get("store"), cfg.Store.String()} {
		if strings.Contains(shown, "hunter") || !strings.Contains(shown, "***") {
			t.Errorf("shown as %q", shown)
		}
	}
}

func TestWhatIsPrintedCanBeReadAgain(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"trusted_proxies": "10.0.0.0/8,::1", "listen": "[::]:80"}})
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]string{}
	for _, s := range config.Settings() {
		flags[s.Key] = cfg.Get(s.Key)
	}
	again, err := config.Load(config.Sources{Flags: flags})
	if err != nil || again.Get("trusted_proxies") != "10.0.0.0/8,::1/128" || again.Listen != cfg.Listen {
		t.Fatalf("%+v %v", again, err)
	}
}
