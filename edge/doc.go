// Package edge holds the WebSocket sessions: it identifies clients, tells each
// what it may see of the log, in order and each once, and hands their requests
// on. PROTOCOL.md is what it speaks.
//
// # Model
//
//	        Log (live feed)                 Requests
//	             |                              ^
//	   feed pump | batches                      |
//	             v                              |
//	worker: hub  hub  hub ...            session reader
//	             |  one prepared message        |
//	             v                              v
//	  group of sessions with equal rights -> conn -> socket
//
// A hub is what is known of one tenant (a server, or a user) that has sessions
// here: for each of its logs the number that comes next, the newest frames, and
// the sessions in groups with equal rights. A few workers own the hubs, so that
// a hub has one owner and no lock; everybody else sends a worker commands. What
// takes time (loading a hub, filling a gap) happens in goroutines off the
// worker, which come back with a command.
//
// A worker makes one WebSocket message of all that happened in a hub within a
// few milliseconds, header included, and gives the same bytes to every session
// of a group. A conn writes them at once if the socket takes them; otherwise they
// wait in a bounded queue that a temporary goroutine empties. A worker never
// waits for a socket.
//
// A session that starts is held: what hubs tell it waits until ready or resumed
// is out. Attaching fixes a head per log: what is up to the head is the start's
// business, what is beyond comes from the hub.
//
// # Failures
//
//   - A lost live message shows as a jump in the numbers or by a tip: the gap is
//     read from the log while the log's later events wait. A log that does not
//     give the records up makes the hub say resync.
//   - A feed that overflowed makes every hub of its worker look at the heads, a
//     few at a time and each at most once a second.
//   - A socket that takes nothing for ten seconds, or whose queue is full, is
//     closed with 4001 and may resume; nobody else notices.
//   - A hub that cannot be loaded makes the sessions that wait for it come back.
//   - A panic costs the session or the hub it happened in: its clients are closed
//     with 4000 and resume.
//   - A session that asks too much is answered rate_limited.
//   - Too many starts at once are queued, then refused with 4100.
//
// The package must never decide what a user may do (chat.Can does, through
// tenant.Book), nor import NATS, SQL or the actors.
package edge
