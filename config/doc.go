// Package config holds the settings of a Beep node: one struct, filled from
// defaults, then a file, then BEEP_* environment variables, then flags. It is
// strict: an unknown key or a bad value is named, with what would be right.
//
// Each setting is one row of the table in settings.go, from which the file's
// keys, the variables, the flags and `beep config print` all come.
package config
