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
//	        -> route -> bearer token -> arguments -> operation
//
// Every error is application/problem+json with the member kind; problem.go is
// the one place where an error becomes a response.
//
// The package must never decide a permission, log a body, a token or a query
// string, load anything from another host into a page, or import the log, the
// actors or a database driver.
package api
