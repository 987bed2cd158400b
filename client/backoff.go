package client

import (
	"errors"
	"net/http"
	"time"

	"beep/chat"
)

// The protocol's back-off: a random 0.1 to 1 s, doubling up to 30 s; and 1 to
// 5 s where too many sessions are starting.
const (
	minBackoff   = 100 * time.Millisecond
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second

	laterFirst  = time.Second
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

// plan says how long to wait after err before the next attempt, or that there
// is to be none.
func (c *Client) plan(err error) (wait time.Duration, fatal bool) {
	wish := c.wait
	c.wait = 0
	if errors.Is(err, errMoveOn) || errors.Is(err, errRenew) || errors.Is(err, errFresh) {
		return 0, false
	}
	var refused *chat.Error
	if errors.As(err, &refused) {
		return 0, true // this side cannot even ask: a bad address, too many positions
	}
	var shake *HandshakeError
	if errors.As(err, &shake) && shake.Status < http.StatusInternalServerError &&
		shake.Status != http.StatusTooManyRequests && shake.Status != http.StatusRequestTimeout {
		return 0, true
	}
	var ended *CloseError
	if errors.As(err, &ended) {
		switch ended.Advice() {
		case AdviceSignIn, AdviceStop:
			return 0, true
		case AdviceLater:
			return laterFirst + time.Duration(c.dice()*float64(laterSpread)), false
		case AdviceResume:
		}
		if ended.Code == CloseStopping && wish > 0 {
			return min(wish, maxBackoff), false
		}
	}
	c.attempt++
	return backoff(c.attempt, c.dice()), false
}
