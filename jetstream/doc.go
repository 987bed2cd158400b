// Package jetstream is Beep's log on NATS JetStream: streams as data, the fenced
// append, replay, the tail, the live feed, snapshots and dead letters.
//
//	Append --(fence, id)--> EV_<s> --republish--> live.<tenant>.<entity> --> Feed
//	                          |  \--ordered consumer--> Follow (projections)
//	                          \-----direct get--------> Replay, Read, Heads
//
// What holds:
//
//  1. A commit is one JetStream message on the subject of its entity, appended
//     only when the last message of the subject is the one the writer names (the
//     fence). Two writers of one entity can therefore never both go on.
//  2. An append that reports success is stored durably (fsynced; on a quorum in
//     a cluster). One that reports ErrFenced is not stored and never will be. One
//     that reports ErrUnavailable may or may not be: its writer stops and begins
//     anew from Head.
//  3. What cannot be read is never skipped in silence: it is put into the dead
//     letters with its reason and logged, and reading goes on behind it.
//  4. What belongs to a tenant with a key (CreateKey) is stored under it, and is
//     unreadable for ever once the key is erased (EraseKey): commits, snapshots
//     and dead letters. Callers see plain commits, or wire.ErrErased.
//
// The package must never import store, actors, edge or protoactor, and it knows
// nothing of what the events mean (but for the times of message_sent, see
// RecentSends).
package jetstream
