// Package fakelog is Beep's log in memory, for tests: the same methods, the same
// fence and the same bytes as package jetstream, and hooks to make it fail. The
// conformance suite beeptest/logsuite holds the two equal.
//
// It must never be imported by anything but tests, and it keeps nothing.
package fakelog

import (
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/jetstream"
	"beep/subjects"
	"beep/wire"
)

// maxQueued bounds the appends that wait, as the real log does.
const maxQueued = 1 << 16

// Log is a log in memory. Its appends are done one after the other by one
// goroutine, which Close ends.
type Log struct {
	mu        sync.Mutex
	shards    [chat.Shards][]stored
	heads     map[chat.Key]uint64 // stream sequence of the last message
	snapshots map[chat.Key][]byte
	keys      map[uint64]tenantKey
	dead      []letter
	deadIDs   map[string]struct{}
	subs      map[*subscription]struct{}
	feeds     map[*jetstream.Feed]struct{}
	grown     chan struct{} // closed and replaced when a stream has grown
	queue     []queued      // full at maxQueued: ErrUnavailable
	closed    bool

	faults  faults
	work    chan struct{} // one token: there is something in queue
	stop    chan struct{}
	stopped chan struct{}
}

// stored is one message of a stream.
type stored struct {
	seq  uint64
	key  chat.Key
	data []byte
	// epoch and first stand for the message id: 0 where there is none.
	epoch, first uint64
}

type queued struct {
	stored
	fence uint64
	done  func(uint64, error)
	err   error // not nil: only to be reported
}

// New makes an empty log.
func New() *Log {
	l := &Log{
		heads: make(map[chat.Key]uint64), snapshots: make(map[chat.Key][]byte),
		keys:    make(map[uint64]tenantKey),
		deadIDs: make(map[string]struct{}), subs: make(map[*subscription]struct{}),
		feeds: make(map[*jetstream.Feed]struct{}), grown: make(chan struct{}),
		work: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go l.run()
	return l
}

// Close ends the log: appends that wait report ErrUnavailable, feeds end.
func (l *Log) Close() {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		<-l.stopped
		return
	}
	l.closed = true
	feeds := l.feeds
	l.feeds = nil
	l.mu.Unlock()
	for f := range feeds {
		f.Close()
	}
	close(l.stop)
	<-l.stopped
	l.mu.Lock()
	left := l.queue
	l.queue = nil
	l.mu.Unlock()
	for _, q := range left {
		q.done(0, fmt.Errorf("append commit: log is closed: %w", jetstream.ErrUnavailable))
	}
}

// Append is jetstream.Log's Append.
func (l *Log) Append(c *wire.Commit, fence uint64, done func(seq uint64, err error)) {
	q := queued{stored: stored{key: c.Key, epoch: c.Epoch, first: c.First}, fence: fence, done: done}
	if n := len(c.Records); n == 0 || n > chat.MaxRecordsPerCommit || c.First == 0 || !c.Key.Valid() {
		q.err = fmt.Errorf("append commit: %w", jetstream.ErrTooLarge)
	} else {
		q.data = wire.AppendCommit(nil, c)
	}
	l.mu.Lock()
	if l.closed || len(l.queue) >= maxQueued {
		l.mu.Unlock()
		done(0, fmt.Errorf("append commit: %w", jetstream.ErrUnavailable))
		return
	}
	l.queue = append(l.queue, q)
	l.mu.Unlock()
	l.wake()
}

func (l *Log) wake() {
	select {
	case l.work <- struct{}{}:
	default:
	}
}

func (l *Log) run() {
	defer close(l.stopped)
	for {
		select {
		case <-l.work:
		case <-l.stop:
			return
		}
		for {
			q, held, ok := l.take()
			if held != nil {
				select {
				case <-held:
				case <-l.stop:
					return
				}
				continue
			}
			if !ok {
				break
			}
			seq, err := l.commit(q)
			q.done(seq, err)
		}
	}
}

// take is the next append, or what has to be waited for first.
func (l *Log) take() (q queued, held <-chan struct{}, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 || l.closed {
		return queued{}, nil, false
	}
	if l.faults.hold != nil {
		return queued{}, l.faults.hold, false
	}
	q = l.queue[0]
	l.queue = l.queue[1:]
	return q, nil, true
}

// commit stores q behind the fence. What the fence refuses but was stored before
// (same epoch and first number) is a success, as on JetStream.
func (l *Log) commit(q queued) (uint64, error) {
	if q.err != nil {
		return 0, q.err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.sealLocked(&q); err != nil {
		return 0, err
	}
	storeIt, err := l.faults.nextLocked()
	if err != nil && !storeIt {
		return 0, fmt.Errorf("append commit: %w", err)
	}
	if l.heads[q.key] != q.fence {
		if seq, ok := l.oursLocked(q); ok && err == nil {
			return seq, nil
		}
		if err == nil {
			err = jetstream.ErrFenced
		}
		return 0, fmt.Errorf("append commit: %w", err)
	}
	seq := l.storeLocked(q.stored)
	if err != nil {
		return 0, fmt.Errorf("append commit: %w", err)
	}
	if l.faults.dropAcks > 0 {
		// The answer is lost, so the log sends the commit again, and finds it.
		l.faults.dropAcks--
		again, ok := l.oursLocked(q)
		if !ok || again != seq {
			return 0, errors.New("fakelog: a stored commit was not found again")
		}
	}
	return seq, nil
}

// sealLocked puts q under its tenant's key, if there is one.
func (l *Log) sealLocked(q *queued) (err error) {
	k, sealed := l.keyOfLocked(q.key)
	switch {
	case !sealed:
		return nil
	case k.cipher == nil:
		return chat.Errorf(chat.Gone, "append commit", "the conversation was erased")
	}
	q.data, err = k.cipher.Seal(nil, newNonce(), q.data)
	return err
}

// oursLocked finds q's own commit directly behind its fence.
func (l *Log) oursLocked(q queued) (uint64, bool) {
	want, err := wire.DecodeHead(q.data)
	if err != nil {
		return 0, false
	}
	stream := l.shards[q.key.Shard()]
	for i := int(q.fence); i < len(stream); i++ {
		if stream[i].key == q.key {
			h, err := wire.DecodeHead(stream[i].data)
			return stream[i].seq, err == nil && h.Epoch == want.Epoch && h.First == want.First
		}
	}
	return 0, false
}

// storeLocked appends m to its stream and returns the sequence it gets.
func (l *Log) storeLocked(m stored) uint64 {
	shard := m.key.Shard()
	m.seq = uint64(len(l.shards[shard])) + 1
	l.shards[shard] = append(l.shards[shard], m)
	l.heads[m.key] = m.seq
	close(l.grown)
	l.grown = make(chan struct{})
	l.publishLocked(&nats.Msg{
		Subject: subjects.Live(m.key), Data: m.data,
		Header: nats.Header{"Nats-Sequence": {fmt.Sprint(m.seq)}},
	})
	return m.seq
}
