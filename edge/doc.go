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
// A hub is what is known of one tenant (a server, a direct conversation, or a user)
// that has sessions here: for each of its logs the number that comes next, the newest
// frames, and the sessions in groups with equal rights. A few workers own the hubs, so that
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
// # Who sees what
//
// A vector is everything a user may do in a server: chat.Can for the server and each
// channel, mutes left out. Users who may do the same share one vector, and a group is
// the sessions with one vector and the same intents. Each event has a filter (who views
// this channel, who has one of these rights); the filters of a flush are few, so a mask
// of bits per group says what it is told, and groups with one mask get the same bytes.
// Of a server's own log numbers stay dense: what a group may not see is "hidden".
//
// At every flush a hub first asks the node's copy of the server whether it has moved
// (tenant.Changes). If so, those whose rights may have changed are evaluated again and
// wait in groups that remember their old vector until the events are out; then they are
// told the difference, one view frame per pair of vectors, and who is no member is
// turned out. The server's actor brings the copy up to date before it answers: what was
// revoked is told to nobody after the answer. From other nodes a channel's record says on which
// record of the server it rests, and waits until that is known here; it waits, too, for
// the record that creates its channel. A tick finds what nobody has heard of.
//
// A resume gets what the user may see when it is sent. What he may do it always gets as
// a whole, in a view frame per server: the position of a client that was cut says which
// records it was told, not whether the view after them arrived. If a right to see is
// lost amid the replay, the start ends with 4000 and the client resumes: the right may
// be back before the hub hears of either, and then nobody would fill what was left out.
//
// # Starting
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
//   - A copy of a server that is behind what was told tells nothing until it has caught
//     up; if meanwhile more gathers than one message holds, or a resync would overtake
//     what waits, the hub is broken off.
//   - A hub that begins with a copy that is behind the heads does not know some channels:
//     their logs are told from the first record once the server's says that they exist,
//     and not read if it turns out that they do not any more.
//   - A user's log that says he is a member where the server does not know him is looked
//     into by his actor: when a session starts, and once more some seconds later.
//   - Too many starts at once are queued, then refused with 4100.
//
// The package must never decide what a user may do (chat.Can does, through
// tenant.Book), nor import NATS, SQL or the actors.
package edge
