package client

import "time"

// The protocol's back-off: a random 0.1 to 1 s, doubling up to 30 s; and 1 to
// 5 s where too many sessions are starting.
const (
	minBackoff   = 100 * time.Millisecond
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second

	laterMin    = time.Second
	laterSpread = 4 * time.Second

	maxDoublings = 5 // 2^5 x 1 s is past maxBackoff
)

// backoff is the wait before attempt n (from 1); dice is 0 to 1. Every wait is
// random, the longest as well, so that clients cut off together do not come
// back together.
func backoff(n int, dice float64) time.Duration {
	longest := min(firstBackoff<<min(max(n-1, 0), maxDoublings), maxBackoff)
	shortest := longest / (firstBackoff / minBackoff)
	return shortest + time.Duration(dice*float64(longest-shortest))
}
