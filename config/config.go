package config

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Secret is a value that prints as ***.
type Secret string

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// Reveal is the value itself.
func (s Secret) Reveal() string { return string(s) }

// Config is the settings of a node. Every field is a row of settings.
type Config struct {
	Data           string         // directory of everything the node keeps
	Listen         string         // host:port of HTTP and the gateway
	PublicURL      string         // how the outside reaches it; empty: http://<listen>
	Store          Secret         // read model and accounts: empty for SQLite in Data, or postgres://
	AllowedOrigins []string       // further Origins of browsers that may connect
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and -Proto are believed
	LogLevel       string
	LogFormat      string
	LogMaxBytes    int64    // cap of the message log on disk; 0: three quarters of the free space
	WindowExempt   []string // username patterns to whom the send window does not apply
}

// Default is what holds without any configuration.
func Default() Config {
	return Config{Data: defaultData(), Listen: "127.0.0.1:8080", LogLevel: "info", LogFormat: "text"}
}

// defaultData follows the platform: XDG_DATA_HOME, or what stands for it.
func defaultData() string {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "beep")
	}
	home, err := os.UserHomeDir()
	switch {
	case err != nil:
		return "beep-data"
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support", "beep")
	case runtime.GOOS == "windows":
		return filepath.Join(home, "AppData", "Local", "beep")
	}
	return filepath.Join(home, ".local", "share", "beep")
}

// Sources is where settings come from, besides the defaults.
type Sources struct {
	File    string            // path; empty: none
	Environ []string          // as os.Environ
	Flags   map[string]string // by key, only those that were given
}

// Load fills a Config from its sources and validates it. The error names every
// key that is wrong, not only the first.
func Load(src Sources) (Config, error) {
	cfg := Default()
	var errs []error
	if src.File != "" {
		errs = append(errs, fromFile(&cfg, src.File)...)
	}
	errs = append(errs, fromEnviron(&cfg, src.Environ)...)
	for _, key := range sortedKeys(src.Flags) {
		if err := cfg.Set(key, src.Flags[key]); err != nil {
			errs = append(errs, fmt.Errorf("flag --%s: %w", FlagName(key), err))
		}
	}
	if len(errs) == 0 {
		errs = append(errs, cfg.Validate())
	}
	return cfg, errors.Join(errs...)
}

// Set sets one setting by its key.
func (c *Config) Set(key, value string) error {
	for i := range settings {
		if settings[i].Key == key {
			return settings[i].set(c, value)
		}
	}
	return fmt.Errorf("unknown key %q%s", key, nearest(key))
}

// Get is the text of one setting, secrets as ***.
func (c *Config) Get(key string) string {
	for i := range settings {
		if settings[i].Key == key {
			return settings[i].get(c)
		}
	}
	return ""
}

func fromFile(cfg *Config, path string) []error {
	data, err := os.ReadFile(path)
	if err != nil {
		return []error{fmt.Errorf("read configuration: %w", err)}
	}
	var values map[string]any
	if err := yaml.Unmarshal(data, &values); err != nil {
		return []error{fmt.Errorf("%s: %w", path, err)}
	}
	var errs []error
	for _, key := range sortedKeys(values) {
		text, err := scalar(values[key])
		if err == nil {
			err = setOrRead(cfg, key, text)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", path, key, err))
		}
	}
	return errs
}

// scalar turns a value of the file into the text that a flag would have.
func scalar(v any) (string, error) {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			s, err := scalar(v[i])
			if err != nil {
				return "", err
			}
			parts[i] = s
		}
		return strings.Join(parts, ","), nil
	case map[string]any:
		return "", errors.New("must be a single value or a list")
	case nil:
		return "", nil
	}
	return fmt.Sprint(v), nil
}

const envPrefix = "BEEP_"

func fromEnviron(cfg *Config, environ []string) []error {
	var errs []error
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		rest, ok := strings.CutPrefix(name, envPrefix)
		if !ok || reserved(rest) {
			continue
		}
		if err := setOrRead(cfg, strings.ToLower(rest), value); err != nil {
			errs = append(errs, fmt.Errorf("environment %s: %w", name, err))
		}
	}
	return errs
}

// reserved are BEEP_ variables that are not settings: the path of the file
// itself, the command line's token, and what tests use.
func reserved(rest string) bool {
	return rest == "CONFIG" || rest == "TOKEN" || strings.HasPrefix(rest, "REQUIRE_") || strings.HasPrefix(rest, "TEST_")
}

// setOrRead sets key, or for a secret's key with _file behind it reads the
// value from that file, as container platforms hand secrets out.
func setOrRead(cfg *Config, key, value string) error {
	base, ok := strings.CutSuffix(key, "_file")
	if !ok || !isSecret(base) {
		return cfg.Set(key, value)
	}
	data, err := os.ReadFile(value)
	if err != nil {
		return fmt.Errorf("read secret: %w", err)
	}
	return cfg.Set(base, strings.TrimSpace(string(data)))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
