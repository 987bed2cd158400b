// Package subjects builds and parses every NATS subject that Beep uses. No
// other package writes a subject as a literal; subjects.md is the table of what
// stands here, and a test compares the two.
//
// It must never import nats.go: subjects are text.
package subjects
