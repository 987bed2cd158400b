// Package postgres gives a test a Postgres of its own: a fresh cluster in a
// temporary directory, reached by a Unix socket alone, so that no port is taken,
// without fsync, gone with the test.
//
// Where Postgres is not installed the test is skipped, aloud; with
// BEEP_REQUIRE_POSTGRES=1, as in continuous integration, it fails instead.
package postgres
