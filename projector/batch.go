package projector

import (
	"errors"
	"fmt"

	"beep/chat"
	"beep/store"
	"beep/wire"
)

// item is one record on its way into the read model.
type item struct {
	shard  int
	seq    uint64 // of its commit
	key    chat.Key
	number uint64 // 0: a whole commit that nobody can read
	record chat.Record
	err    error  // it becomes a dead letter
	data   []byte // what is kept of it then
}

// batch is what goes into one transaction.
type batch struct {
	items    []item
	from, to [chat.Shards]uint64
}

// add decodes what a follower handed over. It happens outside the transaction,
// which others wait for.
func (b *batch) add(h handed) {
	for i := range h.entries {
		e := &h.entries[i]
		b.to[h.shard] = e.Seq
		if e.Err != nil {
			b.items = append(b.items, item{shard: h.shard, seq: e.Seq, key: e.Key, err: e.Err, data: e.Data})
			continue
		}
		for j := range e.Commit.Records {
			r := &e.Commit.Records[j]
			it := item{shard: h.shard, seq: e.Seq, key: e.Key, number: r.Number, data: r.Payload}
			it.record, it.err = wire.DecodeEvent(r)
			b.items = append(b.items, it)
		}
	}
}

// moves is how the cursors move; sequences may have holes.
func (b *batch) moves() []store.CursorMove {
	var moves []store.CursorMove
	for shard, to := range b.to {
		if from := b.from[shard]; to != from {
			moves = append(moves, store.CursorMove{Shard: shard, From: from, To: to})
		}
	}
	return moves
}

// fold makes rows of the items, given the applied number of each entity, which
// it moves on:
//
//  1. a number that was applied is skipped;
//  2. the next number is folded in, or becomes a dead letter;
//  3. a later number is an alarm, and then as 2;
//  4. a number that was erased, by intent, is applied and leaves nothing.
func (b *batch) fold(applied map[chat.Key]uint64, at int64) (ch changes, out outcome) {
	out.applied = map[chat.Key]uint64{}
	for i := range b.items {
		it := &b.items[i]
		letter := store.DeadLetter{Shard: it.shard, Seq: it.seq, Key: it.key, Number: it.number, At: at}
		if it.number != 0 {
			last := applied[it.key]
			if it.number <= last {
				continue
			}
			if it.number != last+1 {
				letter.Reason = fmt.Sprintf("gap: after record %d comes %d", last, it.number)
				out.alarms = append(out.alarms, letter)
			}
			applied[it.key], out.applied[it.key] = it.number, it.number
		}
		err := it.err
		if errors.Is(err, wire.ErrErased) {
			continue
		}
		if err == nil {
			err = ch.add(it.key, it.record)
		}
		if err != nil {
			letter.Reason, letter.Data = err.Error(), it.data
			out.dead = append(out.dead, letter)
		}
	}
	return ch, out
}
