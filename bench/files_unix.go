//go:build unix

package bench

import "syscall"

// raiseFileLimit lets this process open as many files as the system allows it,
// and says how many that are; 0 if it cannot be told.
func raiseFileLimit() uint64 {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	if l.Cur < l.Max {
		up := l
		up.Cur = up.Max
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &up); err == nil {
			l = up
		}
	}
	return uint64(l.Cur)
}
