// Package requests is the catalogue of what a user can ask for: one file per
// kind of thing, one method per request of PROTOCOL.md. Every door (gateway,
// REST, later bots on NATS) comes through here, so that what holds for one holds
// for all: arguments are read strictly, then the request goes to the actor that
// owns the matter, or to the read model.
//
// The package must never decide a permission by itself: the actors do, by
// chat.Can, and for reads it asks the same function.
package requests
