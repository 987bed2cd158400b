package actors

import (
	"testing"
	"time"

	"beep/chat"
)

// tipLog notes the tips that are published.
type tipLog struct {
	Log
	told []uint64
}

func (l *tipLog) Tip(_ chat.Key, number uint64) error {
	l.told = append(l.told, number)
	return nil
}

func TestATipFollowsTheLastCommitAndIsRepeatedForAWhile(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_750_000_000_000)
	log := &tipLog{}
	tips := NewTips(log, func() time.Time { return now })
	pass := func(d time.Duration) {
		now = now.Add(d)
		tips.publish(tips.dueSoon(now))
		tips.publish(tips.dueAgain(now))
	}
	key := chat.ServerKey(1)
	tips.touch(key, 1)
	pass(tipDelay / 2)
	tips.touch(key, 2) // still in the burst
	pass(tipDelay / 2)
	if len(log.told) != 0 {
		t.Fatal("told in mid-burst", log.told)
	}
	pass(tipDelay)
	if len(log.told) != 1 || log.told[0] != 2 {
		t.Fatal("after the burst:", log.told)
	}
	for range 3 {
		pass(tipRepeat)
	}
	if len(log.told) != 4 {
		t.Fatal("repetitions:", log.told)
	}
	pass(tipFor)
	if n := len(log.told); len(tips.pending) != 0 || n > 5 {
		t.Fatal("quiet entities are forgotten:", n, tips.pending)
	}
}
