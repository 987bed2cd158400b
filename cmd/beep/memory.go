package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// gcPercent lets the heap grow to three times what lives between two
	// collections. On two cores collecting at twice cost a third of all sends.
	gcPercent = 200
	// quietCheck is how often it is looked whether a burst has left memory.
	quietCheck = 2 * time.Second
	// quietShare: less than a tenth of what lives was allocated since the last
	// look, so nothing much is going on.
	quietShare = 10
	// worthShare: at least a quarter of what lives can be given back.
	worthShare = 4
)

// tuneMemory makes the collector run less often, and gives memory that a burst
// has left back to the system once it is quiet. GOGC in the environment leaves
// all that to the operator. It ends with ctx.
func tuneMemory(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(gcPercent)
	tick := time.NewTicker(quietCheck)
	defer tick.Stop()
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	var before uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(samples)
		live, objects, free, allocated := samples[0].Value.Uint64(), samples[1].Value.Uint64(), samples[2].Value.Uint64(), samples[3].Value.Uint64()
		quiet := allocated-before < live/quietShare
		before = allocated
		if quiet && objects+free > live+live/worthShare {
			debug.FreeOSMemory()
		}
	}
}
