// Package client speaks Beep's public protocol, for bots, the command line,
// tests and load. It is written from PROTOCOL.md alone.
//
// There are three layers, each on its own:
//
//	Client   keeps servers, channels and positions, comes back by itself,
//	         resumes without a gap, repeats unanswered sends under their nonce
//	Conn     one connection: hello, identify or resume, requests, frames
//	RawConn  one connection as bytes, for loads of tens of thousands of sockets
//
// Beside them SignIn, Register and SignOut use the REST interface.
//
// It must never import a package of the server: what it can know is what any
// stranger's client can know.
package client
