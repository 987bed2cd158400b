//go:build !linux

package bench

func filesystem(string) string { return "" }
