//go:build race

package beeptest

// raceEnabled: what is built for a test has the race detector if the test has.
const raceEnabled = true
