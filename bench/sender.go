package bench

import (
	"bytes"
	"context"
	"strconv"
	"sync"
	"time"

	"beep/client"
)

const (
	// maxInFlight is the protocol's bound of unanswered requests, and of nonces
	// that the server remembers.
	maxInFlight = 64
	slotBits    = 6 // 2^6 slots

	// maxLate bounds the sends of one sender that are due but must wait for an
	// answer first. What comes on top is an error of kind "not_sent".
	maxLate = 4096
	// drainTimeout is how long the answers to the last sends may take.
	drainTimeout = 20 * time.Second
)

// sender sends messages over one socket into its channels in turn. Its requests
// carry number and slot in their reference: ref = number<<slotBits | slot.
type sender struct {
	id    int
	chans []channel
	sock  *sock // set before the first send
	stats *sendStats
	rbuf  []byte // the reading goroutine's, for the sends it fires

	mu      sync.Mutex
	closed  bool   // a closed loop: an answer fires the next send
	free    []byte // slots
	started [maxInFlight]int64
	late    []int64 // when waiting sends were due; at most maxLate
	next    uint64  // number of the next message
	// seqs[number] is the sequence number that the message was acknowledged
	// with, 0 if it was not; only when stats.record.
	seqs  []uint64
	heads []uint64 // the newest acknowledged number of each channel
}

func newSender(id int, stats *sendStats, chans ...channel) *sender {
	s := &sender{id: id, stats: stats, chans: chans, heads: make([]uint64, len(chans))}
	for i := range maxInFlight {
		s.free = append(s.free, byte(i))
	}
	return s
}

// startClosed keeps so many sends unanswered until stats.stopping.
func (s *sender) startClosed(inFlight int) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	var buf []byte
	for range inFlight {
		buf = s.submit(buf, s.stats.clock.now())
	}
}

// submit sends a message that was due at a moment, or lets it wait for a slot.
// buf is scratch of the caller's.
func (s *sender) submit(buf []byte, due int64) []byte {
	s.mu.Lock()
	if len(s.free) == 0 {
		full := len(s.late) >= maxLate
		if !full {
			s.late = append(s.late, due)
		}
		s.mu.Unlock()
		if full {
			s.stats.fault("not_sent", 1)
		}
		return buf
	}
	slot := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	number := s.takeLocked(slot, due)
	s.mu.Unlock()
	return s.write(buf, slot, number, due)
}

func (s *sender) takeLocked(slot byte, due int64) (number uint64) {
	number = s.next
	s.next++
	s.started[slot] = due
	if s.stats.record {
		s.seqs = append(s.seqs, 0)
	}
	return number
}

// write sends. A socket that broke shows in its reader.
func (s *sender) write(buf []byte, slot byte, number uint64, due int64) []byte {
	buf = s.appendSend(buf[:0], slot, number, due)
	_ = s.sock.raw.WriteFrame(buf)
	return buf
}

func (s *sender) channelOf(number uint64) int { return int(number % uint64(len(s.chans))) }

// appendSend writes the request without reflection.
func (s *sender) appendSend(b []byte, slot byte, number uint64, due int64) []byte {
	b = append(b, `{"op":"request","ref":`...)
	b = strconv.AppendUint(b, number<<slotBits|uint64(slot), 10)
	b = append(b, `,"m":"message.send","d":{"channel_id":"`...)
	b = strconv.AppendUint(b, uint64(s.chans[s.channelOf(number)].id), 10)
	b = append(b, `","content":"`...)
	b = appendContent(b, mark{s.id, number, due}, s.stats.size)
	b = append(b, `","nonce":"`...)
	b = strconv.AppendUint(b, number, 36)
	return append(b, `"}}`...)
}

// onReply takes in an answer and, in a closed loop or with sends waiting, sends
// the next message in its slot.
func (s *sender) onReply(ref uint64, frame []byte) {
	now := s.stats.clock.now()
	slot, number := byte(ref&(maxInFlight-1)), ref>>slotBits
	kind, isErr := refused(frame)
	seq, _ := scanNumber(frame, `"seq":`)
	if !isErr && seq == 0 {
		kind, isErr = "bad_reply", true
	}
	if !isErr && bytes.Contains(frame, []byte(`"repeat":true`)) {
		kind, isErr = "repeat", true // no nonce was used twice
	}
	s.mu.Lock()
	started := s.started[slot]
	if !isErr {
		if s.stats.record && number < uint64(len(s.seqs)) {
			s.seqs[number] = seq
		}
		c := s.channelOf(number)
		s.heads[c] = max(s.heads[c], seq)
	}
	due, again := int64(0), false
	switch {
	case s.closed && !s.stats.stopping.Load():
		due, again = now, true
	case len(s.late) > 0:
		due, again = s.late[0], true
		s.late = s.late[1:]
	default:
		s.free = append(s.free, slot)
	}
	if again {
		number = s.takeLocked(slot, due)
	}
	s.mu.Unlock()
	if isErr {
		s.stats.fault(kind, 1)
	} else {
		s.stats.acked.Add(1)
		if s.stats.window.holds(now) {
			s.stats.acks.record(s.id, time.Duration(now-started))
		}
	}
	if again {
		s.rbuf = s.write(s.rbuf, slot, number, due)
	}
}

func (s *sender) onEvent([]byte)          {}
func (s *sender) onControl(*client.Frame) {}

// unanswered is how many sends wait for their answer, or for a slot.
func (s *sender) unanswered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maxInFlight - len(s.free) + len(s.late)
}

// drain waits until everything is answered and counts what is not.
func drain(ctx context.Context, stats *sendStats, senders []*sender) {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	for _, s := range senders {
		for s.unanswered() > 0 && s.sock.alive() && ctx.Err() == nil {
			_ = pause(ctx, 5*time.Millisecond) // the loop looks at ctx
		}
		stats.fault("unanswered", uint64(s.unanswered()))
		if !s.sock.alive() {
			stats.fault("socket_lost", 1)
		}
	}
}
