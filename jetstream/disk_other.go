//go:build !(linux || darwin || freebsd)

package jetstream

// diskFree cannot ask this system; the guess is small enough for any disk, and
// ServerConfig.MaxBytes overrides it.
func diskFree(string) (int64, error) { return 16 << 30, nil }
