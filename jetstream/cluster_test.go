package jetstream_test

import (
	"testing"

	"beep/beeptest/logsuite"
	"beep/jetstream"
)

func TestAClusterOfThreeIsALog(t *testing.T) {
	t.Parallel()
	logsuite.Run(t, func(t *testing.T) logsuite.Log {
		servers := cluster(t)
		return openLog(t, servers[0], jetstream.Config{Replicas: 3, MaxBytes: testStore, AttemptTimeout: quickRetry})
	})
}
