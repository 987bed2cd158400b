//go:build !linux

package bench

import "errors"

// poller reads many sockets in one goroutine on Linux; elsewhere every socket
// has its own.
type poller struct{}

func newPoller() (*poller, error) { return nil, errors.ErrUnsupported }

func (*poller) take(*sock) error { return errors.ErrUnsupported }

func (*poller) loop() {}

func (*poller) stop() {}
