//go:build !linux

package bench

import (
	"errors"
	"time"
)

// What other systems tell of processes is not read; results say null.

func processCPU(int) (time.Duration, error) { return 0, errors.ErrUnsupported }

func processRSS(int) (now, peak uint64, err error) { return 0, 0, errors.ErrUnsupported }

func resetPeak(int) error { return errors.ErrUnsupported }
