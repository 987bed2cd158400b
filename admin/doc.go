// Package admin is the operator's door: HTTP on a socket in the data directory,
// which only the owner of that directory can open. Whoever can open it may do
// everything; it asks for no token.
//
// It must never listen on a network address.
package admin
