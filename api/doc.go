// Package api is Beep's HTTP door: the REST interface with its OpenAPI
// description and documentation page, the few pages a browser needs (owner's
// claim, validation of an e-mail, a landing page), and the probes. The gateway
// is mounted here and implemented elsewhere.
//
// Operations on chat call the same catalogue of requests as the gateway does, so
// that what holds at one door holds at the other. What a request passes on its
// way in:
//
//	recover -> security headers -> origin -> body (size, type, JSON, depth)
//	        -> route -> bearer token -> allowance -> idempotency key -> arguments -> operation
//
// An operation that is a request of PROTOCOL.md is one entry (a route, relay.go)
// and the shapes of its input and answer: bind.go makes the arguments, and the
// reply goes out as it came, once it is found to be as described. Adding one: the
// entry, its row in operations_table_test.go, and -update for openapi.json and
// docs/rest.md.
//
// Every error is application/problem+json with the member kind; problem.go is
// the one place where an error becomes a response.
//
// What is held in memory: a bucket of requests for every user of late (throttle.go,
// at most 65,536), and two exports. Remembered answers are somebody else's.
//
// The package must never decide a permission, log a body, a token or a query
// string, load anything from another host into a page, or import the log, the
// actors or a database driver.
package api
