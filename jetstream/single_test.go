package jetstream_test

import (
	"testing"

	"beep/beeptest/logsuite"
)

func TestOneServerIsALog(t *testing.T) {
	t.Parallel()
	logsuite.Run(t, func(t *testing.T) logsuite.Log {
		_, l := single(t, t.TempDir())
		return l
	})
}
