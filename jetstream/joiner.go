package jetstream

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"beep/chat"
	"beep/wire"
)

// joiner turns messages of one subject into commits, and what is unreadable
// between two of them into commits of unreadable records.
type joiner struct {
	l     *Log
	key   chat.Key
	fn    func(seq uint64, c wire.Commit) error
	last  uint64 // number of the last record handed out
	known bool   // last is known
	at    uint64 // stream sequence last handed out
	plain bool   // a plain record was met
	bad   []uint64
	cause error
}

// newJoiner: known says that reading begins at the beginning of the log.
func newJoiner(l *Log, key chat.Key, known bool, fn func(uint64, wire.Commit) error) *joiner {
	return &joiner{l: l, key: key, fn: fn, known: known}
}

func (j *joiner) add(ctx context.Context, m stored) error {
	o, err := j.l.open(ctx, j.key, m.data)
	if err != nil {
		return err
	}
	c := o.commit
	if err := o.bad; err != nil {
		j.l.unreadable(ctx, j.key, m, err)
		if _, first, ok := parseCommitID(j.key, m.id); ok && !j.known {
			j.known, j.last = true, first-1
		}
		j.bad, j.cause = append(j.bad, m.seq), err
		return nil
	}
	if !j.plain && !wire.IsSealed(m.data) && j.key.Kind != chat.KindUser {
		j.plain = true
		j.l.keys.learnPlain(j.key.Tenant)
	}
	if err := j.fill(c.First); err != nil {
		return err
	}
	if j.known && c.First != j.last+1 {
		j.gap(m.seq, c.First)
	}
	j.known, j.last = true, c.Last()
	return j.give(m.seq, c)
}

func (j *joiner) give(seq uint64, c wire.Commit) error {
	j.at = seq
	return j.fn(seq, c)
}

// gap says that number next does not follow on the one before.
func (j *joiner) gap(seq, next uint64) {
	if j.l.said.first(place{j.key.Shard(), seq, saidGap}) {
		j.l.logger.Error("numbers of the log are not contiguous",
			"key", j.key.String(), "seq", seq, "expected", j.last+1, "first", next)
	}
}

// finish hands out what is unreadable at the end of the log: whoever writes next
// must know the sequence of the last message, readable or not, and the highest
// number it can have used. Both are head's. The last commit handed out is at
// head.Seq and ends at head.Last; it has no records where no numbers are left.
func (j *joiner) finish(head Head) error {
	if len(j.bad) == 0 {
		return nil
	}
	if !j.known { // nothing that was read has used a number: head's was used before
		j.known, j.last = true, head.Last
	}
	if err := j.fill(head.Last + 1); err != nil {
		return err
	}
	c := wire.Commit{Key: j.key, First: j.last + 1}
	if j.last < head.Last { // more are missing than fit: the last one stands for all
		j.gap(head.Seq, head.Last+1)
		c.First, c.Records = head.Last, []wire.Record{{Number: head.Last, Err: j.unreadable()}}
	} else if j.at >= head.Seq {
		return nil
	}
	j.last = c.Last()
	return j.give(head.Seq, c)
}

func (j *joiner) unreadable() error { return fmt.Errorf("commit unreadable: %w", j.cause) }

// fill hands out what the unreadable commits before number next must have held.
func (j *joiner) fill(next uint64) error {
	bad := j.bad
	j.bad = nil
	if len(bad) == 0 || !j.known || next <= j.last+1 {
		return nil
	}
	missing := next - j.last - 1
	if missing > uint64(len(bad))*chat.MaxRecordsPerCommit {
		return nil // more than they can have held: something else is wrong, add logs it
	}
	for len(bad) > 0 && missing > 0 {
		n := missing
		if len(bad) > 1 {
			n = min(n, chat.MaxRecordsPerCommit)
		}
		c := wire.Commit{Key: j.key, First: j.last + 1, Records: make([]wire.Record, n)}
		for i := range c.Records {
			c.Records[i] = wire.Record{Number: c.First + uint64(i), Err: j.unreadable()}
		}
		j.last = c.Last()
		if err := j.give(bad[0], c); err != nil {
			return err
		}
		bad, missing = bad[1:], missing-n
	}
	return nil
}

// unreadable puts a message that is no commit into the dead letters and says so,
// once for each message however often it is read. A dead letter that cannot be
// stored just now is only logged: reading it again will try again.
func (l *Log) unreadable(ctx context.Context, key chat.Key, m stored, why error) {
	if l.said.first(place{key.Shard(), m.seq, saidUnreadable}) {
		l.logger.Error("commit unreadable", "key", key.String(), "seq", m.seq, "error", why)
	}
	d := DeadLetter{Shard: key.Shard(), Seq: m.seq, Key: key, Reason: why.Error(), Data: m.data}
	if err := l.Quarantine(ctx, d); err != nil && l.said.first(place{key.Shard(), m.seq, saidNotStored}) {
		l.logger.Error("dead letter not stored", "key", key.String(), "seq", m.seq, "error", err)
	}
}

// parseCommitID is the inverse of commitID for the entity key.
func parseCommitID(key chat.Key, id string) (epoch, first uint64, ok bool) {
	rest, ok := strings.CutPrefix(id, key.String()+".")
	if !ok {
		return 0, 0, false
	}
	e, f, ok := strings.Cut(rest, ".")
	if !ok {
		return 0, 0, false
	}
	epoch, err1 := strconv.ParseUint(e, 10, 64)
	first, err2 := strconv.ParseUint(f, 10, 64)
	return epoch, first, err1 == nil && err2 == nil && first > 0
}
