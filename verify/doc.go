// Package verify is the checker behind `beep verify`: it proves that nothing
// acknowledged was lost, doubled or reordered. For every entity it reads the
// whole log and checks checksums and dense numbers; folds it by the rules; and
// compares the outcome with the database, row by row, and with what a client
// that has never been here before is shown over a real connection. Of what was
// deleted the database must have nothing; what was erased with its key is no
// damage, and cannot be compared: its numbers are. A database that knows more
// records than the log has shows that the log lost its tail; a conversation that
// was erased though its two are friends was not erased on purpose.
//
// It may run while everything is in use: what changes while it is looked at is
// looked at again, and what never holds still is reported as not compared.
//
// It must change nothing.
package verify
