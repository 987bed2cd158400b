package bench

import (
	"math/bits"
	"sync/atomic"
	"time"
)

const (
	subBits    = 7  // 128 buckets per power of two: at most 0.8 % too high
	maxBits    = 42 // 2^42 ns are 73 minutes; longer counts as that
	numBuckets = (maxBits - subBits + 1) << subBits

	// histogramShards keeps goroutines that record at the same time apart.
	histogramShards = 8
)

// histogram counts durations in buckets of equal relative width. Recording
// allocates nothing and may be done concurrently.
type histogram struct {
	shards [histogramShards]histogramShard
}

type histogramShard struct {
	counts [numBuckets]atomic.Uint64
	max    atomic.Int64
}

// record counts d; negative ones, from clocks that disagree, count as 0. who
// spreads the writers: any number that differs between them.
func (h *histogram) record(who int, d time.Duration) {
	d = max(d, 0)
	s := &h.shards[uint(who)%histogramShards]
	s.counts[bucketOf(uint64(d))].Add(1)
	for {
		m := s.max.Load()
		if int64(d) <= m || s.max.CompareAndSwap(m, int64(d)) {
			return
		}
	}
}

// summary is a histogram at one moment.
type summary struct {
	counts []uint64
	count  uint64
	max    time.Duration
}

func (h *histogram) summary() summary {
	sum := summary{counts: make([]uint64, numBuckets)}
	for i := range h.shards {
		s := &h.shards[i]
		for b := range s.counts {
			n := s.counts[b].Load()
			sum.counts[b] += n
			sum.count += n
		}
		sum.max = max(sum.max, time.Duration(s.max.Load()))
	}
	return sum
}

// reset forgets everything. What is recorded meanwhile may count or not.
func (h *histogram) reset() {
	for i := range h.shards {
		s := &h.shards[i]
		for b := range s.counts {
			s.counts[b].Store(0)
		}
		s.max.Store(0)
	}
}

// quantile is the duration that the fraction q of all does not exceed; 0 if
// there are none.
func (s summary) quantile(q float64) time.Duration {
	if s.count == 0 {
		return 0
	}
	rank := uint64(q*float64(s.count) + 0.5)
	rank = min(max(rank, 1), s.count)
	var seen uint64
	for b, n := range s.counts {
		seen += n
		if seen >= rank {
			return min(time.Duration(highest(b)), s.max)
		}
	}
	return s.max
}

func bucketOf(v uint64) int {
	if v < 1<<subBits {
		return int(v)
	}
	if v >= 1<<maxBits {
		return numBuckets - 1
	}
	e := bits.Len64(v) - subBits - 1
	return e<<subBits + int(v>>e)
}

// highest is the largest value that falls into bucket b.
func highest(b int) uint64 {
	if b < 1<<subBits {
		return uint64(b)
	}
	e := b>>subBits - 1
	m := uint64(b&(1<<subBits-1)) + 1<<subBits
	return (m+1)<<e - 1
}
