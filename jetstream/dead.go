package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/subjects"
)

// The headers of a dead letter; the data is the message or payload itself.
const (
	hdrDeadShard  = "Beep-Shard"
	hdrDeadSeq    = "Beep-Seq"
	hdrDeadKey    = "Beep-Subject" // the log's subject, "" where the key is not known
	hdrDeadNumber = "Beep-Number"
	hdrDeadReason = "Beep-Reason"
	hdrDeadSealed = "Beep-Sealed" // reason and data lie in a parcel under the tenant's key
	// maxReason bounds a header.
	maxReason = 512
)

// DeadLetter is something in the log that nobody could read.
type DeadLetter struct {
	Shard  int
	Seq    uint64   // stream sequence of the commit
	Key    chat.Key // zero if not even the subject could be read
	Number uint64   // of the record; 0: the whole commit
	Reason string
	Data   []byte
}

// Quarantine stores d with the dead letters. The same record may be put in as
// often as it is met: within two minutes it is stored once, later again. What
// belongs to a tenant with a key is stored under it; of an erased one nothing is.
func (l *Log) Quarantine(ctx context.Context, d DeadLetter) error {
	if d.Shard < 0 || d.Shard >= chat.Shards {
		return fmt.Errorf("quarantine: there is no shard %d", d.Shard)
	}
	hidden, keep, err := l.hideLetter(ctx, &d)
	if err != nil {
		return fmt.Errorf("quarantine %d.%d.%d: %w", d.Shard, d.Seq, d.Number, err)
	}
	if !keep {
		return nil
	}
	subject := ""
	if d.Key.Valid() {
		subject = subjects.Log(d.Key)
	}
	m := &nats.Msg{Subject: subjects.Dead(d.Shard), Data: d.Data, Header: nats.Header{
		hdrMsgID:      {fmt.Sprintf("%d.%d.%d", d.Shard, d.Seq, d.Number)},
		hdrDeadShard:  {strconv.Itoa(d.Shard)},
		hdrDeadSeq:    {strconv.FormatUint(d.Seq, 10)},
		hdrDeadKey:    {subject},
		hdrDeadNumber: {strconv.FormatUint(d.Number, 10)},
		hdrDeadReason: {oneLine(d.Reason)},
	}}
	if hidden {
		m.Header[hdrDeadSealed] = []string{"1"}
	}
	if err := l.put(ctx, m); err != nil {
		return fmt.Errorf("quarantine %d.%d.%d: %w", d.Shard, d.Seq, d.Number, err)
	}
	return nil
}

// oneLine makes a reason fit for a header.
func oneLine(s string) string {
	b := []byte(s[:min(len(s), maxReason)])
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = ' '
		}
	}
	return string(b)
}

// DeadLetters hands all dead letters to fn, oldest first.
func (l *Log) DeadLetters(ctx context.Context, fn func(DeadLetter) error) error {
	upTo, err := l.lastSeqOf(ctx, subjects.DeadStream)
	if err == nil {
		err = l.scan(ctx, subjects.DeadStream, getRequest{Seq: 1, NextFor: subjects.DeadFilter}, upTo, func(m stored) error {
			d := deadLetter(m)
			if headerText(m.header, hdrDeadSealed) != "" {
				if err := l.showLetter(ctx, &d); err != nil {
					return err
				}
			}
			return fn(d)
		})
	}
	if err != nil {
		return fmt.Errorf("list dead letters: %w", err)
	}
	return nil
}

func deadLetter(m stored) DeadLetter {
	d := DeadLetter{
		Shard: int(headerNumber(m.header, hdrDeadShard)), Seq: headerNumber(m.header, hdrDeadSeq),
		Number: headerNumber(m.header, hdrDeadNumber), Reason: headerText(m.header, hdrDeadReason), Data: m.data,
	}
	d.Key, _ = subjects.ParseLog(headerText(m.header, hdrDeadKey))
	return d
}

// scan hands the messages that req begins with to fn, up to sequence upTo, which
// the caller has from the leader; replicas that are behind are waited for.
func (l *Log) scan(ctx context.Context, stream string, req getRequest, upTo uint64, fn func(stored) error) error {
	b, err := l.newBatcher(stream)
	if err != nil {
		return err
	}
	defer b.close()
	for upTo > 0 && req.Seq <= upTo {
		var end batchEnd
		err := retry(ctx, func() (err error) {
			end, err = b.next(ctx, req, func(m stored) error {
				if m.seq > upTo {
					return errPast
				}
				if err := fn(m); err != nil {
					return err
				}
				req.Seq, req.StartTime = m.seq+1, nil
				return nil
			})
			return err
		})
		switch {
		case errors.Is(err, errPast):
			return nil
		case errors.Is(err, errNotThere), err == nil && end.last == 0:
			return l.caughtUp(ctx, stream, req, upTo, fn)
		case err != nil:
			return err
		}
	}
	return nil
}

// caughtUp decides what "nothing there" means: the end, or a replica that is
// behind. The leader is asked for the next message until there is none.
func (l *Log) caughtUp(ctx context.Context, stream string, req getRequest, upTo uint64, fn func(stored) error) error {
	req.Batch, req.MaxBytes = 0, 0
	for {
		m, err := l.leaderGet(ctx, stream, req)
		if errors.Is(err, errNotThere) || err == nil && m.seq > upTo {
			return nil
		}
		if err != nil {
			return err
		}
		if err := fn(m); err != nil {
			return err
		}
		req.Seq, req.StartTime = m.seq+1, nil
	}
}

// lastSeqOf is the last sequence of a stream as its leader knows it.
func (l *Log) lastSeqOf(ctx context.Context, stream string) (uint64, error) {
	var last uint64
	err := retry(ctx, func() error {
		attempt, cancel := context.WithTimeout(ctx, getTimeout)
		defer cancel()
		answer, err := l.nc.RequestWithContext(attempt, apiStreamInfo+stream, nil)
		if err != nil {
			return fmt.Errorf("%w: %w", errAgain, err)
		}
		var info struct {
			Error *apiError `json:"error"`
			State struct {
				LastSeq uint64 `json:"last_seq"`
			} `json:"state"`
		}
		if err := json.Unmarshal(answer.Data, &info); err != nil || info.Error != nil && info.Error.Code >= 500 {
			return errAgain
		}
		if info.Error != nil {
			return errors.New(info.Error.Description)
		}
		last = info.State.LastSeq
		return nil
	})
	return last, err
}
