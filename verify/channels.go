package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"reflect"
	"sort"

	"beep/chat"
)

// channels checks every channel's messages: log, database, fresh client. The
// channels of a server are looked at over one connection of its owner.
func (r *run) channels(ctx context.Context) error {
	byServer := map[chat.ServerID][]chat.Key{}
	var order []chat.ServerID
	alive := map[chat.Key]bool{}
	for id, st := range r.servers {
		order = append(order, id)
		for i := range st.Channels {
			key := chat.ChannelKey(id, st.Channels[i].ID)
			byServer[id], alive[key] = append(byServer[id], key), true
		}
	}
	sort.Slice(order, func(i, j int) bool { return order[i] < order[j] })
	done := 0
	for _, id := range order {
		if err := r.server(ctx, r.servers[id], byServer[id]); err != nil {
			return fmt.Errorf("server %d: %w", id, err)
		}
		done += len(byServer[id])
		if done/progressEvery != (done-len(byServer[id]))/progressEvery {
			r.say("channels: %d done, %d messages", done, r.report.Messages)
		}
	}
	for _, key := range r.order {
		if key.Kind != chat.KindChannel || alive[key] {
			continue
		}
		check := r.gone
		if r.servers[chat.ServerID(key.Tenant)] == nil {
			check = r.orphan
		}
		if err := check(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) server(ctx context.Context, st *chat.Server, keys []chat.Key) error {
	if !st.Exists() {
		return nil
	}
	var fresh *freshClient // none where nobody is left to be shown anything
	if who, ok := viewer(st); ok {
		var err error
		if fresh, err = r.connect(ctx, who); err != nil {
			return err
		}
		defer fresh.close(ctx)
		r.freshServer(fresh, st)
	}
	for _, key := range keys {
		if c, _ := st.Channel(chat.ChannelID(key.ID)); !c.Type.HasMessages() {
			continue
		}
		if err := r.channel(ctx, fresh, key); err != nil {
			return err
		}
	}
	return nil
}

// viewer is through whose eyes a server is looked at: its owner's, who sees
// everything, or in a conversation he has left another member's.
func viewer(st *chat.Server) (chat.UserID, bool) {
	if _, ok := st.Members[st.OwnerID]; ok {
		return st.OwnerID, true
	}
	var who chat.UserID
	for id := range st.Members {
		if st.Kind != chat.ServerOfMembers && (who == 0 || id < who) {
			who = id
		}
	}
	return who, who != 0
}

// channel checks one channel, again if it changed while it was looked at. Without
// a fresh client the log is compared with the database alone.
func (r *run) channel(ctx context.Context, fresh *freshClient, key chat.Key) error {
	r.report.Channels++
	steady, err := r.settle(ctx, key, func() error { return r.channelOnce(ctx, fresh, key) })
	if err != nil || steady {
		return err
	}
	_, _, err = r.fold(ctx, key)
	return err
}

func (r *run) channelOnce(ctx context.Context, fresh *freshClient, key chat.Key) error {
	folded, ext, err := r.fold(ctx, key)
	if err != nil {
		return err
	}
	if err := r.applied(ctx, key, ext.last); err != nil {
		return err
	}
	if err := r.database(ctx, key, folded); err != nil {
		return err
	}
	var seen uint64
	if fresh != nil {
		if seen, err = r.freshChannel(ctx, fresh, key, folded); err != nil {
			return err
		}
	}
	if err := r.unchanged(ctx, key, ext.last); err != nil {
		return err
	}
	r.count(ext)
	r.report.Messages += uint64(len(folded))
	r.report.SeenByFresh += seen
	return nil
}

// fold reads a channel's log into the messages that stand in it now, in order.
func (r *run) fold(ctx context.Context, key chat.Key) ([]chat.Message, extent, error) {
	var all []chat.Message
	at := map[chat.MessageID]int{}
	gone := map[uint64]bool{}
	sent := sends{}
	ext, err := r.read(ctx, key, func(rec chat.Record) {
		switch e := rec.Event.(type) {
		case *chat.MessageSent:
			if first, ok := sent.repeated(rec); ok {
				r.differ(key, "records %d and %d are the same send (nonce %s)", first, rec.Number, e.Nonce)
			}
			if _, ok := at[e.ID]; ok {
				r.differ(key, "message %d was sent twice", e.ID)
			}
			at[e.ID] = len(all)
			all = append(all, chat.NewMessage(chat.ChannelID(key.ID), rec, e))
		case *chat.MessageDeleted:
			gone[e.Seq] = true
		case *chat.MessagesPurged:
			for _, seq := range e.Seqs {
				gone[seq] = true
			}
		default:
			id, ok := chat.ChangedMessage(rec.Event)
			if !ok {
				return
			}
			if i, ok := at[id]; ok {
				all[i].Apply(rec)
			} else {
				r.differ(key, "record %d changes message %d, which was never sent", rec.Number, id)
			}
		}
	})
	kept := all[:0]
	for i := range all {
		if !gone[all[i].Seq] {
			kept = append(kept, all[i])
		}
	}
	return kept, ext, err
}

// sends remembers, per author, the nonces the rules promise to remember.
type sends map[chat.UserID][]chat.Record

// repeated reports whether rec repeats one of its author's newest nonces, and
// the number of the first.
func (s sends) repeated(rec chat.Record) (first uint64, ok bool) {
	if rec.Nonce == "" {
		return 0, false
	}
	known := s[rec.Author]
	for _, k := range known {
		if k.Nonce == rec.Nonce && rec.Number-k.Number < chat.NoncesPerChannel {
			return k.Number, true
		}
	}
	if len(known) >= chat.NoncesPerAuthor {
		known = append(known[:0], known[1:]...)
	}
	s[rec.Author] = append(known, chat.Record{Number: rec.Number, Nonce: rec.Nonce})
	return 0, false
}

// database compares the folded messages with the database's rows.
func (r *run) database(ctx context.Context, key chat.Key, folded []chat.Message) error {
	i := 0
	err := r.cfg.Store.AllMessages(ctx, chat.ChannelID(key.ID), func(m chat.Message) error {
		if i < len(folded) {
			r.compare(key, "the database", &folded[i], &m)
		}
		i++
		return nil
	})
	if err == nil && i != len(folded) {
		r.differ(key, "%d messages by the log, %d in the database", len(folded), i)
	}
	return err
}

// compare reports the first way in which two messages differ.
func (r *run) compare(key chat.Key, where string, want, got *chat.Message) {
	if reflect.DeepEqual(*want, *got) {
		return
	}
	r.differs(key, where, want, got, want, got)
}

// differs reports two messages and what was compared of them.
func (r *run) differs(key chat.Key, where string, want, got *chat.Message, compared, with any) {
	a, _ := json.Marshal(compared)
	b, _ := json.Marshal(with)
	// Checksums, not texts: reports are passed around.
	r.differ(key, "message %d (seq %d) has checksum %08x by the log; %s has message %d (seq %d) with %08x there",
		want.ID, want.Seq, crc32.ChecksumIEEE(a), where, got.ID, got.Seq, crc32.ChecksumIEEE(b))
}
