// Package wire turns bytes into chat values and back: log records (versioned
// and checksummed), snapshots, and the JSON frames of the gateway.
//
// It must never do I/O, and it decides nothing: what is well-formed here may
// still be refused by the rules in chat.
package wire
