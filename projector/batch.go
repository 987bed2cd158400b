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

// fold makes rows of the items, given how far each entity was folded in, which
// it moves on:
//
//  1. a number that was applied is skipped;
//  2. the next number is folded in, or becomes a dead letter;
//  3. a later number is an alarm, and then as 2;
//  4. a record that was erased on purpose counts as folded in, and all of its
//     conversation goes with it;
//  5. what was deleted leaves no rows any more; its numbers count.
func (b *batch) fold(known map[chat.Key]store.Progress, at int64) (ch changes, out outcome) {
	ch.at = at
	out.applied = map[chat.Key]uint64{}
	for i := range b.items {
		it := &b.items[i]
		letter := store.DeadLetter{Shard: it.shard, Seq: it.seq, Key: it.key, Number: it.number, At: at}
		if it.number != 0 {
			p := known[it.key]
			if it.number <= p.Applied {
				continue
			}
			if it.number != p.Applied+1 {
				letter.Reason = fmt.Sprintf("gap: after record %d comes %d", p.Applied, it.number)
				out.alarms = append(out.alarms, letter)
			}
			p.Applied, out.applied[it.key] = it.number, it.number
			known[it.key] = p
		}
		if err := ch.take(it, isGone(known, it.key)); err != nil {
			letter.Reason, letter.Data = err.Error(), it.data
			if isGone(known, it.key) {
				letter.Data = nil // it must not be kept in another place
			}
			out.dead = append(out.dead, letter)
		}
		for _, k := range ch.gone[len(out.gone):] {
			markGone(known, k)
		}
		out.gone = ch.gone
	}
	return ch, out
}

// take makes rows of one item.
func (c *changes) take(it *item, gone bool) error {
	switch {
	case errors.Is(it.err, wire.ErrErased):
		if !gone && it.key.Kind != chat.KindUser && it.key.Valid() {
			c.erase(chat.ServerID(it.key.Tenant))
		}
		return nil
	case it.err != nil:
		return it.err
	case gone:
		return nil
	}
	return c.add(it.key, it.record)
}

// isGone reports whether k, or the server it stands in, was deleted.
func isGone(known map[chat.Key]store.Progress, k chat.Key) bool {
	return known[k].Gone || k.Kind == chat.KindChannel && known[chat.ServerKey(chat.ServerID(k.Tenant))].Gone
}

// markGone notes it of an entity that is known.
func markGone(known map[chat.Key]store.Progress, k chat.Key) {
	if p, ok := known[k]; ok {
		p.Gone = true
		known[k] = p
	}
}
