// Package archive carries a server from one instance to another: it writes the
// server's logs into a file, and a file's records into logs. docs/export.md
// describes the file.
//
// Nothing is translated on the way: identifiers, numbers, times and the bytes of
// events stay what they were, so that links hold and clients order as before.
//
// A file is not to be trusted. It is read to its end and checked before the first
// record is written; and it is written channels first, the server's own log last,
// so that nobody sees half a server. An import that was interrupted is repeated
// with the same file: the records that are there carry its mark.
//
// The package must never write to a log that anybody else has written to.
package archive
