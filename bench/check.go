package bench

import (
	"fmt"
	"time"
)

// checks collects the first thing that is wrong with parameters.
type checks struct{ err error }

// between demands least <= v <= most.
func (c *checks) between(flag string, v, least, most int) {
	if c.err == nil && (v < least || v > most) {
		c.err = fmt.Errorf("--%s must be %d to %d, not %d", flag, least, most, v)
	}
}

func (c *checks) duration(flag string, v, least time.Duration) {
	if c.err == nil && v < least {
		c.err = fmt.Errorf("--%s must be at least %s, not %s", flag, least, v)
	}
}

func (c *checks) that(ok bool, format string, args ...any) {
	if c.err == nil && !ok {
		c.err = fmt.Errorf(format, args...)
	}
}

func (c *checks) intents(word string) {
	if _, err := intentsOf(word); c.err == nil && err != nil {
		c.err = err
	}
}

const (
	maxSockets     = 1_000_000 // files are the real limit; this one catches slips
	maxContentSize = 4000      // the protocol's, in characters; a load's are one byte each
	minContentSize = 48        // room for the mark
	minWindow      = 100 * time.Millisecond
	// maxServersPerUser is what the server allows.
	maxServersPerUser = 50
	// maxChannelsPerServer likewise, of which the first is made with the server.
	maxChannelsPerServer = 500
)
