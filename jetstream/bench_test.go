package jetstream_test

import (
	"sync"
	"testing"

	"beep/chat"
)

// BenchmarkAppend is acknowledged, fsynced commits of one record on one server,
// with one append in flight per entity.
func BenchmarkAppend(b *testing.B) {
	for name, subjects := range map[string]int{"1 subject": 1, "16 subjects": 16, "256 subjects": 256} {
		b.Run(name, func(b *testing.B) {
			_, l := single(b, b.TempDir())
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for n := range subjects {
				wg.Go(func() {
					key := chat.ChannelKey(1, chat.ChannelID(n+1))
					fence := uint64(0)
					for i := n; i < b.N; i += subjects {
						seq, err := do(l, commit(key, 1, uint64(i/subjects)+1, 1), fence)
						if err != nil {
							b.Error(err)
							return
						}
						fence = seq
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}
