// Package tenant keeps a node's live copies of the servers it serves. Whoever
// must know who is in a server or what he may do there asks here: the channels'
// actors before they decide, the edge before it delivers.
//
// A copy is one more reader of the server's log: loaded from its snapshot and
// what follows it, then advanced by the records that the server's own actor
// (on this node, before it answers its caller) and the live feed hand in, in
// any mixture: each record counts once, and a gap is filled from the log.
//
// The package must never decide anything itself: it asks chat.Can.
package tenant
