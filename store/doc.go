// Package store is Beep's SQL: the read model that the projector folds from the
// log, and the accounts, whose truth is here. It keeps one contract over two
// databases, SQLite (a file, the default) and Postgres; one suite of tests,
// beeptest/storesuite, runs on both.
//
//	           written by   lost with the file    durable when the call returns
//	accounts,  auth         yes: back it up       yes, fsynced
//	tokens
//	answers,   api          no: repeats of a day  yes, fsynced
//	by key                  are carried out anew
//	all else   projector    no: fold the log      no: a crash may take the newest
//	                        again                 transactions back, rows and
//	                                              cursor together
//
// What fails because the database is away, busy or too slow is a chat.Error of
// kind Unavailable; the store recovers by itself when the database is back.
// What a caller did wrong is NotFound, Conflict or Invalid. Everything else is
// an error without a kind: a bug or a broken database.
//
// The package must never import NATS, the log, the actors or anything that
// listens. It has no clock: every time is the caller's, in Unix milliseconds.
package store
