package bench

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestBucketsAreInOrderAndNarrow(t *testing.T) {
	t.Parallel()
	last := -1
	for _, v := range []uint64{0, 1, 127, 128, 129, 255, 256, 257, 1000, 1 << 20, 1<<20 + 1<<13, 1<<maxBits - 1} {
		b := bucketOf(v)
		if b < last || b >= numBuckets {
			t.Fatalf("%d falls into bucket %d after %d of %d", v, b, last, numBuckets)
		}
		last = b
		if h := highest(b); h < v || float64(h-v) > 0.008*float64(v) {
			t.Errorf("%d is told as up to %d", v, h)
		}
	}
	for b := 1; b < numBuckets; b++ {
		if bucketOf(highest(b)) != b || bucketOf(highest(b-1)+1) != b {
			t.Fatalf("bucket %d does not begin where %d ends", b, b-1)
		}
	}
	if bucketOf(1<<63) != numBuckets-1 {
		t.Error("what is too long is not in the last bucket")
	}
}

func TestQuantilesAreThoseOfTheSortedValues(t *testing.T) {
	t.Parallel()
	h := new(histogram)
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]time.Duration, 10_000)
	for i := range values {
		values[i] = time.Duration(r.ExpFloat64() * float64(5*time.Millisecond))
		h.record(i, values[i])
	}
	slices.Sort(values)
	s := h.summary()
	if s.count != uint64(len(values)) || s.max != values[len(values)-1] {
		t.Fatalf("%d values up to %s, want %d up to %s", s.count, s.max, len(values), values[len(values)-1])
	}
	for _, q := range []float64{0, 0.5, 0.95, 0.99, 1} {
		want := values[max(int(q*float64(len(values)))-1, 0)]
		if got := s.quantile(q); got < want || float64(got-want) > 0.008*float64(want) {
			t.Errorf("quantile %v is %s, want %s", q, got, want)
		}
	}
}

func TestAnEmptyHistogramSaysZero(t *testing.T) {
	t.Parallel()
	h := new(histogram)
	h.record(3, -time.Second)
	if s := h.summary(); s.count != 1 || s.quantile(1) != 0 {
		t.Errorf("a negative duration counts as %s", s.quantile(1))
	}
	h.reset()
	if s := h.summary(); s.count != 0 || s.quantile(0.5) != 0 || s.max != 0 {
		t.Errorf("something is left: %d, %s", s.count, s.max)
	}
}

func TestConcurrentRecordsAreAllCounted(t *testing.T) {
	t.Parallel()
	h := new(histogram)
	var wg sync.WaitGroup
	for who := range 10 {
		wg.Go(func() {
			for i := range 1000 {
				h.record(who, time.Duration(i))
			}
		})
	}
	wg.Wait()
	if s := h.summary(); s.count != 10_000 || s.max != 999 {
		t.Errorf("%d up to %d", s.count, s.max)
	}
}

func BenchmarkRecord(b *testing.B) {
	h := new(histogram)
	b.ReportAllocs()
	for i := range b.N {
		h.record(i, time.Duration(i))
	}
}
