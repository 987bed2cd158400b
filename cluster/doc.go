// Package cluster knows where an actor lives and brings commands to it: Tell
// and Ask find the one activation of an entity, make it if there is none, and
// try again where it has moved.
//
// This version places every actor on the node itself. Callers name an entity,
// never a node, so that placing them elsewhere changes nothing for them.
//
// The package must never look into commands or answers, and never decide what
// an actor does: it knows mailboxes, not chat.
package cluster
