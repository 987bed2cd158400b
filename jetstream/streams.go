package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"beep/chat"
	"beep/subjects"
)

const (
	// shares divides Config.MaxBytes: 16 log streams, dead letters, snapshots, keys.
	shares = chat.Shards + 3
	// duplicateWindow must outlast every resend of an append.
	duplicateWindow = 2 * time.Minute
	// setupRetry and setupWait: a cluster answers only when a majority is up.
	setupRetry = 100 * time.Millisecond
	setupWait  = 5 * time.Second
	// noCap is how JetStream spells "as much as the server may".
	noCap = -1
)

// Streams are all streams of the log as data; a golden test holds them.
// Discard is "new": a full log refuses, it never forgets.
func Streams(replicas int, maxBytes int64) []jetstream.StreamConfig {
	list := make([]jetstream.StreamConfig, 0, chat.Shards+2)
	for shard := range chat.Shards {
		cfg := stream(subjects.Stream(shard), subjects.StreamFilter(shard), replicas, maxBytes)
		cfg.RePublish = &jetstream.RePublish{
			Source:      subjects.RepublishSource,
			Destination: subjects.RepublishTarget,
		}
		list = append(list, cfg)
	}
	return append(list, stream(subjects.DeadStream, subjects.DeadFilter, replicas, maxBytes), keyStream(replicas, maxBytes))
}

// keyStream is the one stream whose messages may be deleted, one by one, since
// that overwrites them. A limit per subject would delete without overwriting, and
// compression would keep what is deleted in a form nobody looks for.
func keyStream(replicas int, maxBytes int64) jetstream.StreamConfig {
	cfg := stream(subjects.KeyStream, subjects.KeyFilter, replicas, maxBytes)
	cfg.DenyDelete, cfg.DenyPurge = false, true
	return cfg
}

func stream(name, filter string, replicas int, maxBytes int64) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        name,
		Subjects:    []string{filter},
		Retention:   jetstream.LimitsPolicy,
		Storage:     jetstream.FileStorage,
		Replicas:    replicas,
		Discard:     jetstream.DiscardNew,
		MaxBytes:    share(maxBytes),
		MaxMsgs:     noCap,
		Duplicates:  duplicateWindow,
		DenyDelete:  true,
		AllowDirect: true,
		Compression: jetstream.NoCompression,
	}
}

func bucket(replicas int, maxBytes int64) jetstream.KeyValueConfig {
	return jetstream.KeyValueConfig{
		Bucket:   subjects.SnapshotBucket,
		History:  1,
		Storage:  jetstream.FileStorage,
		Replicas: replicas,
		MaxBytes: share(maxBytes),
	}
}

func share(maxBytes int64) int64 {
	if maxBytes <= 0 {
		return noCap
	}
	return max(maxBytes/shares, 1)
}

// setUp creates what is missing and updates what differs, and tries again while
// JetStream is not there yet. Lowering a cap loses nothing: with discard "new"
// the stream only refuses until it is raised.
func (l *Log) setUp(ctx context.Context) error {
	for _, cfg := range Streams(l.cfg.Replicas, l.cfg.MaxBytes) {
		err := untilReady(ctx, func(ctx context.Context) error { return l.setUpStream(ctx, cfg) })
		if err != nil {
			return fmt.Errorf("set up stream %s: %w", cfg.Name, err)
		}
	}
	err := untilReady(ctx, func(ctx context.Context) (err error) {
		l.kv, err = l.js.CreateOrUpdateKeyValue(ctx, bucket(l.cfg.Replicas, l.cfg.MaxBytes))
		return err
	})
	if err != nil {
		return fmt.Errorf("set up bucket %s: %w", subjects.SnapshotBucket, err)
	}
	return nil
}

// setUpStream touches an existing stream only when a setting differs: in a
// cluster an update is a round of consensus.
func (l *Log) setUpStream(ctx context.Context, cfg jetstream.StreamConfig) error {
	s, err := l.js.Stream(ctx, cfg.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = l.js.CreateStream(ctx, cfg)
		return err
	}
	if err != nil {
		return err
	}
	have := s.CachedInfo().Config
	if have.MaxBytes == cfg.MaxBytes && have.Replicas == cfg.Replicas && have.RePublish != nil == (cfg.RePublish != nil) &&
		have.Duplicates == cfg.Duplicates && have.AllowDirect == cfg.AllowDirect && have.Discard == cfg.Discard {
		return nil
	}
	_, err = l.js.UpdateStream(ctx, cfg)
	return err
}

func untilReady(ctx context.Context, act func(context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, setupWait)
		err := act(attempt)
		cancel()
		if err == nil || ctx.Err() != nil || !transientSetup(err) {
			return err
		}
		if pause(ctx, setupRetry) != nil {
			return err
		}
	}
}

// transientSetup: everything the server answers with 5xx (no leader yet, not
// enough peers yet) and every silence; but not a lack of space, which stays.
func transientSetup(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.Code >= 500 && api.ErrorCode != errStorageExceeded && api.ErrorCode != errNoResources
	}
	return !errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount)
}
