// Package actors holds the owners of all state: one virtual actor per channel,
// server and user, each the only writer of its log.
//
// All three share one shell (shell.go), which does the same four things for
// every command: Decide, Append, Apply, Respond.
//
//	          calls                     one commit in flight
//	edge ---> mailbox ---> queue ---> Decide* ---> Append ---> log (fsynced)
//	                         ^          Apply*                   |
//	                         |                                   v
//	                         +---- next batch <---- acknowledged: Respond
//
// While a commit is in flight the calls queue; the next commit takes them all.
// Events are applied when they are decided, so that the second command of a
// batch sees the first; nobody is told anything decided on such a state before
// the commit is acknowledged, and if it fails the actor ends with its state.
//
// What can go wrong:
//   - another activation has written: the fence refuses the commit; this actor
//     retires, answers everything it holds with Fenced, and the callers' calls
//     go to the other one by themselves;
//   - the log does not answer: after its time-out the outcome is unknown; the
//     actor retires, callers get Unavailable and may repeat with their nonce;
//   - a server's commit is stored, but this node's copy of the server has a gap:
//     answers and the next commit wait until the copy has read it; if it cannot, the
//     actor retires, and its next activation begins by bringing the copy up to date;
//   - a panic in a rule: the actor ends; its callers get an internal error; the
//     next call activates it anew from the log.
//
// What several logs take part in (joining a server, a friendship with its
// conversation, an erasure) is begun in one log, by an event that says what is to
// be done, and carried out from there by that log's actor: every second anew, also
// by its next activation, until another event says that it is done. All that it
// asks of others is such that repeating it does nothing.
//
//	keeper's log       PairDecided{joining} . . . . . . . PairDecided{}, DirectJoined
//	key of the conversation       CreateKey  .  .  .  .  .
//	conversation's log  .  .  .  .  . ServerCreated .  .  .
//	the other's log  .  .  .  .  .  .  .  .  DirectJoined .
//
// It goes on when the actor whose log says so is active: after a crash, when that
// user, or the other of the pair, is heard of again.
//
// The package must never import nats.go, pgx, edge or protoactor's cluster, and
// never decide anything: rules are in chat.
package actors
