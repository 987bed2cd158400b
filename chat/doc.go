// Package chat is Beep's vocabulary and its pure rules: identifiers, servers,
// channels, messages, users, commands, events, errors, and the three functions
// that decide everything:
//
//	Decide(state, command, now) -> events | refusal
//	Apply(state, event)         -> the state after it
//	Can(state, user, channel)   -> the permissions that hold now
//
// Live operation and replay share Apply, so a state rebuilt from the log is the
// state that was lost.
//
// The package must never read a clock, do I/O, log, start a goroutine or import
// anything beyond the standard library's plain data packages.
package chat
