package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// clockTick is what the kernel counts CPU time in; 100 a second on every
// architecture that Go runs on.
const clockTick = 10 * time.Millisecond

// processCPU is the CPU time that process pid has used so far.
func processCPU(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("read CPU time: %w", err)
	}
	return parseStat(b)
}

// parseStat adds up user and system time. The command's name, in parentheses,
// may hold anything.
func parseStat(b []byte) (time.Duration, error) {
	const utime, stime = 11, 12 // counted from after the name
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) <= stime {
		return 0, fmt.Errorf("read CPU time: %d fields", len(fields))
	}
	u, err := strconv.ParseInt(string(fields[utime]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read CPU time: %w", err)
	}
	s, err := strconv.ParseInt(string(fields[stime]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read CPU time: %w", err)
	}
	return time.Duration(u+s) * clockTick, nil
}

// processRSS is the resident memory of process pid, now and at most since
// resetPeak, in bytes.
func processRSS(pid int) (now, peak uint64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("read memory: %w", err)
	}
	now, ok1 := statusKiB(b, "VmRSS:")
	peak, ok2 := statusKiB(b, "VmHWM:")
	if !ok1 || !ok2 {
		return 0, 0, fmt.Errorf("read memory: process %d shows none", pid)
	}
	return now, peak, nil
}

func statusKiB(status []byte, key string) (uint64, bool) {
	for line := range bytes.Lines(status) {
		rest, ok := bytes.CutPrefix(line, []byte(key))
		if !ok {
			continue
		}
		n, size := leadingNumber(bytes.TrimSpace(rest))
		return n << 10, size > 0
	}
	return 0, false
}

// resetPeak makes the peak of process pid begin again at what it is now.
func resetPeak(pid int) error {
	const peakOnly = "5"
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte(peakOnly), 0); err != nil {
		return fmt.Errorf("reset peak memory: %w", err)
	}
	return nil
}
