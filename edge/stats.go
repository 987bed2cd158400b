package edge

import "sync/atomic"

// Stats are the gateway's counters; all but Sessions and Hubs only grow.
type Stats struct {
	Sessions   int    // sockets open now
	Hubs       int    // tenants kept now
	Starting   int    // starts that wait or run now
	Delivered  uint64 // messages given to sessions by hubs; each holds one event or more
	Events     uint64 // records that hubs took in
	Gaps       uint64 // gaps filled from the log
	Resyncs    uint64 // gaps that could not be filled
	Dropped    uint64 // live messages lost by the feeds
	Slow       uint64 // sessions closed as too slow
	BadFrames  uint64 // sessions closed for what they sent
	Panics     uint64 // mistakes here that cost a session or a hub
	Refused    uint64 // starts refused with 4100
	Identified uint64
	Resumed    uint64
}

// counters are Stats while they are counted.
type counters struct {
	hubs                                          atomic.Int64
	delivered, events, gaps, resyncs, dropped     atomic.Uint64
	slow, badFrames, refused, identified, resumed atomic.Uint64
	panics                                        atomic.Uint64
}

// Stats are the counters now.
func (g *Gateway) Stats() Stats {
	c := &g.stats
	return Stats{
		Sessions: g.reg.count(), Hubs: int(c.hubs.Load()), Starting: g.starts.size(),
		Delivered: c.delivered.Load(), Events: c.events.Load(), Gaps: c.gaps.Load(),
		Resyncs: c.resyncs.Load(), Dropped: c.dropped.Load(), Slow: c.slow.Load(),
		BadFrames: c.badFrames.Load(), Refused: c.refused.Load(),
		Identified: c.identified.Load(), Resumed: c.resumed.Load(), Panics: c.panics.Load(),
	}
}
