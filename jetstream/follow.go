package jetstream

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"beep/chat"
	"beep/subjects"
	"beep/wire"
)

const (
	// followBuffer is how many messages wait between consumer and reader; when it
	// is full the consumer waits, and asks the server for no more.
	followBuffer = 512
	// followHeartbeat bounds how long a consumer that died goes unnoticed.
	followHeartbeat = 2 * time.Second
	followExpiry    = 30 * time.Second
	followRetry     = 200 * time.Millisecond
)

// Entry is one message of a log stream, as its projections read it.
type Entry struct {
	Seq     uint64
	Key     chat.Key
	Commit  wire.Commit
	Err     error  // the whole commit is unreadable; Key may be zero
	Data    []byte // the commit's plain encoding; as it is stored where Err is set or it was erased
	Subject string
}

// LastSeq is the sequence of the last message of a log stream as its leader knows it.
func (l *Log) LastSeq(ctx context.Context, shard int) (uint64, error) {
	seq, err := l.lastSeqOf(ctx, subjects.Stream(shard))
	if err != nil {
		return 0, fmt.Errorf("read last sequence of shard %d: %w", shard, err)
	}
	return seq, nil
}

// Follow hands every message of log stream shard after afterSeq to fn, in order,
// without gaps, each once, for ever: what is there at once, in batches of at
// most maxBatch. It survives reconnects and restarts of the server. It returns
// the error of ctx or of fn. A slow fn slows only this reader.
func (l *Log) Follow(ctx context.Context, shard int, afterSeq uint64, maxBatch int, fn func([]Entry) error) error {
	t := &tail{l: l, stream: subjects.Stream(shard), last: afterSeq, maxBatch: max(maxBatch, 1), fn: fn}
	for {
		err := t.consume(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if t.failed {
			return err
		}
		l.logger.Warn("tail of a stream interrupted", "stream", t.stream, "after", t.last, "error", err)
		if err := pause(ctx, followRetry); err != nil {
			return err
		}
	}
}

// tail is one reader of a stream: an ordered consumer that is made anew from
// where fn has come whenever it breaks.
type tail struct {
	l        *Log
	stream   string
	last     uint64 // where fn has come
	seen     uint64 // what has been taken from the consumer
	maxBatch int
	fn       func([]Entry) error
	failed   bool // fn has returned an error
}

func (t *tail) consume(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t.seen = t.last
	setup, done := context.WithTimeout(ctx, setupWait)
	defer done()
	cons, err := t.l.js.OrderedConsumer(setup, t.stream, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:   t.last + 1,
	})
	if err != nil {
		return fmt.Errorf("open ordered consumer: %w", err)
	}
	queue := make(chan jetstream.Msg, followBuffer)
	cc, err := cons.Consume(func(m jetstream.Msg) {
		select {
		case queue <- m:
		case <-ctx.Done():
		}
	}, jetstream.PullMaxMessages(followBuffer), jetstream.PullHeartbeat(followHeartbeat), jetstream.PullExpiry(followExpiry))
	if err != nil {
		return fmt.Errorf("start ordered consumer: %w", err)
	}
	// The handler must be free to return before the consumer can end.
	defer func() {
		cancel()
		cc.Stop()
		<-cc.Closed()
	}()
	return t.read(ctx, queue, cc.Closed())
}

func (t *tail) read(ctx context.Context, queue <-chan jetstream.Msg, closed <-chan struct{}) error {
	for {
		var batch []Entry
		select {
		case m := <-queue:
			e, err := t.entry(ctx, m)
			if err != nil {
				return err
			}
			batch = append(batch, e...)
		case <-closed:
			return fmt.Errorf("consumer ended")
		case <-ctx.Done():
			return ctx.Err()
		}
	drain:
		for len(batch) < t.maxBatch {
			select {
			case m := <-queue:
				e, err := t.entry(ctx, m)
				if err != nil {
					return err
				}
				batch = append(batch, e...)
			default:
				break drain
			}
		}
		if len(batch) == 0 {
			continue
		}
		if err := t.fn(batch); err != nil {
			t.failed = true
			return err
		}
		t.last = batch[len(batch)-1].Seq
	}
}

// entry reads m; what has come before is none.
func (t *tail) entry(ctx context.Context, m jetstream.Msg) ([]Entry, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	seq := meta.Sequence.Stream
	if seq <= t.seen {
		return nil, nil
	}
	t.seen = seq
	e := Entry{Seq: seq, Data: m.Data(), Subject: m.Subject()}
	var ok bool
	if e.Key, ok = subjects.ParseLog(e.Subject); !ok {
		e.Err = fmt.Errorf("subject names no entity: %w", wire.ErrCorrupt)
		return []Entry{e}, nil
	}
	o, err := t.l.open(ctx, e.Key, e.Data)
	if err != nil {
		return nil, err
	}
	e.Commit, e.Data, e.Err = o.commit, o.data, o.bad
	return []Entry{e}, nil
}
