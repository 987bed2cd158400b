package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"beep/subjects"
)

const (
	// replicasWait is how long an erasure waits for replicas that are behind.
	replicasWait = 5 * time.Second
	replicasPoll = 50 * time.Millisecond
)

// keyWatch hears what happens to keys anywhere, so that what another node has
// erased is dropped here too. It gets headers alone: no key travels by it.
type keyWatch struct {
	l    *Log
	last atomic.Uint64 // sequence of KEYS up to which everything is heard
}

// run goes on until ctx ends, whatever breaks meanwhile.
func (w *keyWatch) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := w.consume(ctx)
		if ctx.Err() != nil {
			return
		}
		w.l.logger.Warn("watch of the keys interrupted", "after", w.last.Load(), "error", err)
		if pause(ctx, followRetry) != nil {
			return
		}
	}
}

func (w *keyWatch) consume(ctx context.Context) error {
	setup, done := context.WithTimeout(ctx, setupWait)
	defer done()
	cons, err := w.l.js.OrderedConsumer(setup, subjects.KeyStream, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:   w.last.Load() + 1,
		HeadersOnly:   true,
	})
	if err != nil {
		return fmt.Errorf("open ordered consumer: %w", err)
	}
	cc, err := cons.Consume(w.heard, jetstream.PullHeartbeat(followHeartbeat), jetstream.PullExpiry(followExpiry))
	if err != nil {
		return fmt.Errorf("start ordered consumer: %w", err)
	}
	select {
	case <-ctx.Done():
		cc.Stop()
		<-cc.Closed()
		return ctx.Err()
	case <-cc.Closed():
		return errors.New("consumer ended")
	}
}

func (w *keyWatch) heard(m jetstream.Msg) {
	meta, err := m.Metadata()
	if err != nil {
		return
	}
	w.last.Store(meta.Sequence.Stream)
	tenant, ok := subjects.ParseTenantKey(m.Subject())
	switch {
	case !ok:
	case headerText(m.Headers(), hdrErased) != "":
		w.l.keys.learn(tenant, tenantKey{state: keyErased})
	default:
		w.l.keys.forgetPlain(tenant)
	}
}

// everyReplica returns when all replicas of a stream have what its leader has.
// One that is away may still hold what was deleted: that is ErrUnavailable.
func (l *Log) everyReplica(ctx context.Context, stream string) error {
	ctx, cancel := context.WithTimeout(ctx, replicasWait)
	defer cancel()
	for {
		behind, err := l.replicasBehind(ctx, stream)
		if err == nil && behind == "" {
			return nil
		}
		if err == nil {
			err = fmt.Errorf("replica %s is away or behind", behind)
		}
		if pause(ctx, replicasPoll) != nil {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
}

// replicasBehind names a replica that is behind, if there is one.
func (l *Log) replicasBehind(ctx context.Context, stream string) (string, error) {
	answer, err := l.nc.RequestWithContext(ctx, apiStreamInfo+stream, nil)
	if err != nil {
		return "", err
	}
	var info struct {
		Error   *apiError `json:"error"`
		Cluster struct {
			Replicas []struct {
				Name    string `json:"name"`
				Current bool   `json:"current"`
				Offline bool   `json:"offline"`
				Lag     uint64 `json:"lag"`
			} `json:"replicas"`
		} `json:"cluster"`
	}
	if err := json.Unmarshal(answer.Data, &info); err != nil {
		return "", err
	}
	if info.Error != nil {
		return "", errors.New(info.Error.Description)
	}
	for _, r := range info.Cluster.Replicas {
		if r.Offline || !r.Current || r.Lag > 0 {
			return r.Name, nil
		}
	}
	return "", nil
}
