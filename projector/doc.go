// Package projector folds the log into the read model.
//
//	stream 0  --follower--\
//	   ...                 >-- bounded queue --> writer --> one transaction:
//	stream 15 --follower--/                                 rows, dead letters,
//	                                                        applied numbers, cursors
//
// One goroutine writes. It takes what the followers have, up to a bound in
// records and in time, and stores rows and log positions in one transaction,
// so each record is folded in exactly once, whatever crashes when:
//
//   - The database is away: the writer tries again, for ever, from the same
//     position; the followers wait at the full queue, and nothing is lost.
//   - Another projector has moved a cursor: nothing of the transaction is
//     stored; positions are read anew and the followers start from there.
//   - A record cannot be read, or the database refuses its row: it becomes a
//     dead letter, in SQL in the same transaction and then in the log's own
//     stream, and counts as folded in. It never holds up another record.
//   - A record was erased with its conversation's key: it counts as folded in,
//     and all of the conversation is deleted. What was deleted stays so: later
//     records of it leave no rows. Many rows are deleted in stretches, between
//     the transactions of new records (store/sweep.go).
//   - Record numbers do not continue: the log has lost something. That is an
//     alarm, and a dead letter that names the place; the work goes on.
//
// The package must never decide anything: what stands in the log has happened.
// It never imports a database driver, the actors or the edge.
package projector
