package bench

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"beep/chat"
	"beep/client"
	"beep/wire"
)

const (
	verifyPage     = 100 // the longest the protocol allows
	verifyParallel = 8
	// behindTimeout is how long a read model may lag behind what was just sent.
	behindTimeout = 2 * time.Minute
	behindPause   = 100 * time.Millisecond
)

// verdict is what a fresh reader found.
type verdict struct {
	read           uint64 // messages read back
	lost           uint64 // acknowledged, not there
	duplicated     uint64 // there more than once, or one number given to two
	unacknowledged uint64 // there, but never answered: allowed
	foreign        uint64 // not of this load, or not where it was said to be
}

// expectation is what must stand in one channel: by sequence number, which
// message of which sender.
type expectation struct {
	ch     channel
	reader account
	at     map[uint64]origin
	top    uint64
}

type origin struct {
	sender int
	number uint64
}

// verifySends reads the channels' history back over fresh sockets and compares
// it with what was acknowledged. Of more than most messages it reads equal
// stretches of every channel, spread over its length.
func verifySends(ctx context.Context, t *Target, senders []*sender, most int) (verdict, error) {
	var v verdict
	exps, total := expectations(senders, &v)
	if most == 0 || total == 0 {
		return v, nil
	}
	var read, lost, dup, unack, foreign atomic.Uint64
	err := t.each(ctx, "channels verified", len(exps), verifyParallel, func(ctx context.Context, i int) error {
		r, err := exps[i].check(ctx, t, senders, min(1, float64(most)/float64(total)))
		read.Add(r.read)
		lost.Add(r.lost)
		dup.Add(r.duplicated)
		unack.Add(r.unacknowledged)
		foreign.Add(r.foreign)
		return err
	})
	v.read, v.unacknowledged, v.foreign = read.Load(), unack.Load(), foreign.Load()
	v.lost += lost.Load()
	v.duplicated += dup.Load()
	return v, err
}

// expectations sorts what was acknowledged by channel. Two messages with one
// number in one channel count as duplicated.
func expectations(senders []*sender, v *verdict) (exps []*expectation, total int) {
	byID := map[chat.ChannelID]*expectation{}
	for _, s := range senders {
		for number, seq := range s.seqs {
			if seq == 0 {
				continue
			}
			ch := s.chans[s.channelOf(uint64(number))]
			e := byID[ch.id]
			if e == nil {
				e = &expectation{ch: ch, reader: s.sock.acc, at: map[uint64]origin{}}
				byID[ch.id] = e
				exps = append(exps, e)
			}
			if _, taken := e.at[seq]; taken {
				v.duplicated++
				continue
			}
			e.at[seq] = origin{s.id, uint64(number)}
			e.top = max(e.top, seq)
			total++
		}
	}
	return exps, total
}

// stretches is which pages to read of numbers 1 to top: all, or a part of them
// spread evenly. The first and the last are always among them.
func stretches(top uint64, part float64) [][2]uint64 {
	pages := (top + verifyPage - 1) / verifyPage
	take := max(uint64(part*float64(pages)+0.5), min(pages, 2))
	var out [][2]uint64
	for k := range take {
		page := k
		if take > 1 && take < pages {
			page = k * (pages - 1) / (take - 1)
		}
		out = append(out, [2]uint64{page*verifyPage + 1, min((page+1)*verifyPage, top)})
	}
	return out
}

func (e *expectation) check(ctx context.Context, t *Target, senders []*sender, part float64) (verdict, error) {
	var v verdict
	conn, err := openReader(ctx, t, e.reader)
	if err != nil {
		return v, err
	}
	defer func() { _ = conn.Close() }() // it never fails
	spans := stretches(e.top, part)
	spans[len(spans)-1][1] += verifyPage // a second copy may stand behind all that was acknowledged
	for _, span := range spans {
		msgs, err := readSpan(ctx, conn, e.ch.id, span[0], span[1])
		if err != nil {
			return v, fmt.Errorf("read channel %s back: %w", e.ch.id, err)
		}
		e.compare(span, msgs, senders, &v)
	}
	return v, nil
}

// openReader connects as a client that knows nothing.
func openReader(ctx context.Context, t *Target, acc account) (*client.Conn, error) {
	conn, err := client.Dial(ctx, t.URL, client.ConnOptions{Token: acc.Token, Intents: []string{client.IntentTyping}})
	if err != nil {
		return nil, fmt.Errorf("open a reader: %w", err)
	}
	select {
	case f, ok := <-conn.Events():
		if ok && f.Op == wire.OpReady {
			return conn, nil
		}
		err = errors.Join(errors.New("not ready"), conn.Err())
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	_ = conn.Close() // it never fails
	return nil, fmt.Errorf("open a reader: %w", err)
}

// storedMessage is what is looked at of a message in a page of history.
type storedMessage struct {
	Seq     uint64           `json:"seq"`
	Content string           `json:"content"`
	Type    chat.MessageType `json:"type"`
}

// readSpan reads messages from to to, both included, backwards as one scrolls.
func readSpan(ctx context.Context, conn *client.Conn, ch chat.ChannelID, from, to uint64) ([]storedMessage, error) {
	var all []storedMessage
	deadline := time.Now().Add(behindTimeout)
	for before := to + 1; before > from; {
		var page struct {
			Messages []storedMessage `json:"messages"`
		}
		limit := min(verifyPage, before-from)
		err := conn.Request(ctx, "message.list", map[string]any{"channel_id": ch, "before": before, "limit": limit}, &page)
		if chat.Is(err, chat.Unavailable) && time.Now().Before(deadline) && ctx.Err() == nil {
			if err := pause(ctx, behindPause); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(page.Messages) == 0 {
			break
		}
		first := page.Messages[0].Seq
		if first >= before {
			return nil, fmt.Errorf("a page before %d begins at %d", before, first)
		}
		for _, m := range page.Messages {
			if m.Seq >= from { // a page with a gap in it reaches further back
				all = append(all, m)
			}
		}
		before = first
	}
	return all, nil
}

// compare holds what was read of a stretch against what must be there.
func (e *expectation) compare(span [2]uint64, msgs []storedMessage, senders []*sender, v *verdict) {
	here := make(map[uint64]bool, len(msgs))
	for _, m := range msgs {
		v.read++
		want, expected := e.at[m.Seq]
		mk, ours := contentMark([]byte(m.Content))
		switch {
		case here[m.Seq]:
			v.duplicated++
		case m.Type == chat.JoinMessage && !expected:
			continue // the server's own, about a sender
		case !ours || mk.sender < 0 || mk.sender >= len(senders) || mk.number >= uint64(len(senders[mk.sender].seqs)):
			v.foreign++
			continue // does not stand for what was expected here
		case expected && want == (origin{mk.sender, mk.number}):
		case senders[mk.sender].seqs[mk.number] != 0:
			v.duplicated++ // it was acknowledged under another number
			continue
		case expected:
			v.foreign++ // somebody else's message under an acknowledged number
			continue
		default:
			v.unacknowledged++
		}
		here[m.Seq] = true
	}
	for seq := span[0]; seq <= span[1]; seq++ {
		if _, expected := e.at[seq]; expected && !here[seq] {
			v.lost++
		}
	}
}
