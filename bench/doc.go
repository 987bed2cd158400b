// Package bench puts load on a running Beep and measures it: `beep bench`.
//
// # Model
//
//	load (this process)                       server (another process)
//	  Target   its address, data directory, process id; started here if need be
//	  fleet    sockets, a reading goroutine each, or on Linux a poll loop for those
//	           that only listen; one goroutine for all heartbeats
//	  sender   a socket that sends: closed loop (a reply fires the next send) or
//	           open loop (a schedule fires it, however slow the answers are)
//	  member   a socket that receives and checks that no number is missing
//	  meter    CPU and memory of both processes over a window
//
// A workload builds its world (accounts through the admin socket, servers and
// joins through the gateway like any client), warms up, measures a window,
// drains, verifies and fills in a Result.
//
// What the figures mean: an operation of send is a message acknowledged as
// durable; latency in an open loop counts from the moment the schedule named,
// so that a server that stalls cannot hide it; lost and duplicated come from what
// a fresh reader or every member saw, never from the server's own word. The
// load's own CPU is in every result, and a load that used more than 80 % of a
// core says so, because it then measured itself.
//
// The package must never import a package of the server: a load knows what any
// client knows, and what it measures is another process.
package bench
