package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// Setting is one row of the table: a key of the file, --key as a flag, and
// BEEP_KEY as a variable.
type Setting struct {
	Key    string
	Usage  string
	Secret bool
	get    func(*Config) string
	set    func(*Config, string) error
}

var settings = []Setting{
	{Key: "data", Usage: "directory of everything the node keeps", get: func(c *Config) string { return c.Data },
		set: func(c *Config, v string) error { c.Data = v; return nil }},
	{Key: "listen", Usage: "host:port of HTTP and the gateway", get: func(c *Config) string { return c.Listen },
		set: func(c *Config, v string) error { c.Listen = v; return nil }},
	{Key: "public_url", Usage: "how the outside reaches this node, such as https://chat.example.org (default http://<listen>)",
		get: func(c *Config) string { return c.PublicURL }, set: func(c *Config, v string) error { c.PublicURL = v; return nil }},
	{Key: "store", Usage: "read model and accounts: postgres://… (default: SQLite in the data directory)", Secret: true,
		get: func(c *Config) string { return maskURL(c.Store.Reveal()) }, set: func(c *Config, v string) error { c.Store = Secret(v); return nil }},
	{Key: "allowed_origins", Usage: "further Origins of browsers that may connect, separated by commas",
		get: func(c *Config) string { return strings.Join(c.AllowedOrigins, ",") },
		set: func(c *Config, v string) error { c.AllowedOrigins = list(v); return nil }},
	{Key: "trusted_proxies", Usage: "addresses or prefixes of reverse proxies whose X-Forwarded-For is believed, separated by commas",
		get: func(c *Config) string { return joinPrefixes(c.TrustedProxies) }, set: setTrustedProxies},
	{Key: "log_level", Usage: "debug, info, warn or error", get: func(c *Config) string { return c.LogLevel },
		set: func(c *Config, v string) error { c.LogLevel = v; return nil }},
	{Key: "log_format", Usage: "text or json", get: func(c *Config) string { return c.LogFormat },
		set: func(c *Config, v string) error { c.LogFormat = v; return nil }},
	{Key: "log_max_bytes", Usage: "cap of the message log on disk in bytes (0: three quarters of the free space)",
		get: func(c *Config) string { return strconv.FormatInt(c.LogMaxBytes, 10) }, set: setLogMaxBytes},
	{Key: "limits_window_exempt", Usage: "username patterns to whom the send window and the sockets' request limit do not apply, such as bench-* (for load tests)",
		get: func(c *Config) string { return strings.Join(c.WindowExempt, ",") },
		set: func(c *Config, v string) error { c.WindowExempt = list(v); return nil }},
}

// Settings lists every setting in the order of the table.
func Settings() []Setting { return append([]Setting(nil), settings...) }

// FlagName is the flag of a key.
func FlagName(key string) string { return strings.ReplaceAll(key, "_", "-") }

func isSecret(key string) bool {
	for i := range settings {
		if settings[i].Key == key {
			return settings[i].Secret
		}
	}
	return false
}

func list(v string) []string {
	var out []string
	for _, s := range strings.Split(v, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// minLogMaxBytes is 8 MiB for each of the log's streams: below it JetStream
// refuses writes within minutes.
const minLogMaxBytes = 18 * 8 << 20

func setLogMaxBytes(c *Config, v string) error {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a number of bytes", v)
	}
	c.LogMaxBytes = n
	return nil
}

// maskURL hides the password in a database's URL.
func maskURL(s string) string {
	u, err := url.Parse(s)
	if s == "" || err != nil {
		return Secret(s).String()
	}
	q := u.Query()
	if q.Has("password") {
		q.Set("password", "***")
		u.RawQuery = strings.ReplaceAll(q.Encode(), "%2A", "*")
	}
	return strings.Replace(u.Redacted(), ":xxxxx@", ":***@", 1)
}

func setTrustedProxies(c *Config, v string) error {
	c.TrustedProxies = nil
	for _, s := range list(v) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			addr, aerr := netip.ParseAddr(s)
			if aerr != nil {
				return fmt.Errorf("%q is not an address or prefix such as 10.0.0.0/8", s)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		c.TrustedProxies = append(c.TrustedProxies, p)
	}
	return nil
}

func joinPrefixes(ps []netip.Prefix) string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.String()
	}
	return strings.Join(parts, ",")
}

// nearest suggests a key of which the unknown one is a beginning or a part.
func nearest(key string) string {
	for i := range settings {
		k := settings[i].Key
		if strings.Contains(k, key) || strings.Contains(key, k) {
			return fmt.Sprintf(" (did you mean %q?)", k)
		}
	}
	keys := make([]string, len(settings))
	for i := range settings {
		keys[i] = settings[i].Key
	}
	return " (there are " + strings.Join(keys, ", ") + ")"
}

// Validate checks what holds; the error names every key that is wrong and what
// it may be.
func (c *Config) Validate() error {
	var errs []error
	bad := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if c.Data == "" {
		bad("data", "must name a directory")
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil {
		bad("listen", "%q is not host:port", c.Listen)
	} else if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		bad("listen", "port %q is not a number from 0 to 65535", port)
	}
	if c.PublicURL != "" && !httpURL(c.PublicURL) {
		bad("public_url", "%q is not an http:// or https:// address", c.PublicURL)
	}
	if s := c.Store.Reveal(); s != "" && !strings.HasPrefix(s, "postgres://") && !strings.HasPrefix(s, "postgresql://") {
		bad("store", "must be empty (SQLite) or begin with postgres://")
	}
	for _, o := range c.AllowedOrigins {
		if !httpURL(o) {
			bad("allowed_origins", "%q is not an Origin such as https://chat.example.org", o)
		}
	}
	if !oneOf(c.LogLevel, "debug", "info", "warn", "error") {
		bad("log_level", "%q is not debug, info, warn or error", c.LogLevel)
	}
	if !oneOf(c.LogFormat, "text", "json") {
		bad("log_format", "%q is not text or json", c.LogFormat)
	}
	if c.LogMaxBytes != 0 && c.LogMaxBytes < minLogMaxBytes {
		bad("log_max_bytes", "must be 0 or at least %d", minLogMaxBytes)
	}
	for _, p := range c.WindowExempt {
		if _, err := path.Match(p, ""); err != nil {
			bad("limits_window_exempt", "%q is not a pattern", p)
		}
	}
	return errors.Join(errs...)
}

func httpURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func oneOf(s string, allowed ...string) bool {
	for _, a := range allowed {
		if s == a {
			return true
		}
	}
	return false
}

// Exempt reports whether a username matches one of the patterns in
// WindowExempt, which Validate has checked.
func (c *Config) Exempt(username string) bool {
	for _, p := range c.WindowExempt {
		if ok, err := path.Match(p, username); ok && err == nil {
			return true
		}
	}
	return false
}
