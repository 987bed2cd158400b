package node

import "beep/jetstream"

// Log is the node's log, for tests and tools that look at what was stored.
func (n *Node) Log() *jetstream.Log { return n.log }
