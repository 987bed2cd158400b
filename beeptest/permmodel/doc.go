// Package permmodel is a second opinion on permissions: a reference model of who
// may do what, written for plainness from the product's words (PERM-1 to PERM-6)
// and not from package chat, and a generator of random servers and acts to
// compare the two by.
//
// The model works on names and maps, looks everything up anew each time, and is
// slow. It must never call chat.Can or chat's rules, nor share code with them:
// what both copied from each other, no comparison would find. Package chat
// appears here only where a generated server is handed over to it.
//
// Everything random comes from one seed: the same seed gives the same servers
// and acts for ever on one version of this package. Tests print it.
package permmodel
