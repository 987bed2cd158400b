package jetstream

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"beep/chat"
	"beep/wire"
)

func TestAnswersMeanWhatTheServerSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]verdict{
		``:                          ambiguous, // 503, no responders
		`{"stream":"EV_0","seq":7}`: accepted,
		`{"stream":"EV_0", "seq":7, "duplicate": true}`: accepted,
		`{"stream":"EV_0"}`:                             ambiguous,
		`{"error":`:                                     ambiguous,
		`{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 3"},"seq":0}`:     mismatch,
		`{"error":{"code":400,"err_code":10164,"description":"wrong last sequence"}}`:                ambiguous,
		`{"error":{"code":409,"err_code":10158,"description":"duplicate message id is in process"}}`: ambiguous,
		`{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"}}`:             full,
		`{"error":{"code":503,"err_code":10077,"description":"something of the disk"}}`:              ambiguous,
		`{"error":{"code":503,"err_code":10008,"description":"temporarily unavailable"}}`:            ambiguous,
		`{"error":{"code":429,"err_code":10167,"description":"too many requests"}}`:                  ambiguous,
		`{"error":{"code":400,"err_code":10060,"description":"expected stream does not match"}}`:     refused,
	} {
		v, seq, _ := readAck(&nats.Msg{Data: []byte(text)})
		if v != want || (v == accepted) != (seq == 7) {
			t.Errorf("%s means %d (sequence %d), want %d", text, v, seq, want)
		}
	}
}

func TestCommitIDsAreReadBack(t *testing.T) {
	t.Parallel()
	key := chat.ChannelKey(3, 9)
	id := commitID(&wire.Commit{Key: key, Epoch: 77, First: 12})
	if id != "3.c9.77.12" {
		t.Fatalf("id is %q", id)
	}
	if epoch, first, ok := parseCommitID(key, id); !ok || epoch != 77 || first != 12 {
		t.Fatalf("read as %d, %d, %v", epoch, first, ok)
	}
	for _, bad := range []string{"", "3.c9.", "3.c9.1", "3.c9.1.0", "3.c8.1.1", "3.c9.x.1", "3.c9.1.1.1"} {
		if _, _, ok := parseCommitID(key, bad); ok {
			t.Errorf("%q is read as an id", bad)
		}
	}
}

func TestTheWheelGivesBackWhatIsDueAndNotBefore(t *testing.T) {
	t.Parallel()
	var w wheel
	t0 := time.Unix(1000, 0)
	w.start(t0)
	w.add(1, t0.Add(50*time.Millisecond))
	w.add(2, t0.Add(-time.Second))
	w.add(3, t0.Add(time.Hour)) // beyond the horizon: looked at once a turn
	at := make(map[uint64]time.Duration)
	for d := wheelTick; d <= 3*time.Second; d += wheelTick {
		for _, token := range w.advance(t0.Add(d)) {
			at[token] = d
		}
	}
	if d := at[1]; d < 50*time.Millisecond || d > 50*time.Millisecond+2*wheelTick {
		t.Errorf("due at 50 ms, given back at %v", d)
	}
	if d := at[2]; d == 0 || d > 2*wheelTick {
		t.Errorf("overdue, given back at %v", d)
	}
	if at[3] == 0 {
		t.Error("what lies beyond the horizon was never looked at")
	}
	w.add(4, t0.Add(3*time.Second+wheelTick))
	if got := w.advance(t0.Add(time.Hour)); len(got) != 1 || got[0] != 4 {
		t.Errorf("after a long sleep %v came back", got)
	}
}

func TestPointsNarrowTheSearchAndAreBounded(t *testing.T) {
	t.Parallel()
	p := newPoints()
	key := chat.ChannelKey(3, 9)
	p.learn(key, point{first: 10, last: 19, seq: 100})
	p.learn(key, point{first: 50, last: 50, seq: 400})
	for _, c := range []struct{ number, lo, hi uint64 }{{5, 1, 99}, {15, 100, 100}, {30, 101, 399}, {60, 401, 1000}} {
		if lo, hi := p.bounds(key, c.number, 1, 1000); lo != c.lo || hi != c.hi {
			t.Errorf("number %d lies in %d to %d, want %d to %d", c.number, lo, hi, c.lo, c.hi)
		}
	}
	for i := range uint64(2 * pointKeys) {
		for n := range uint64(2 * pointsPerKey) {
			p.learn(chat.ChannelKey(3, chat.ChannelID(1000+i)), point{first: n + 1, last: n + 1, seq: n + 1})
		}
	}
	if len(p.byKey) != pointKeys || p.recent.Len() != pointKeys {
		t.Errorf("%d entities are remembered, at most %d may be", len(p.byKey), pointKeys)
	}
	if lo, hi := p.bounds(key, 15, 1, 1000); lo != 1 || hi != 1000 {
		t.Errorf("the entity read longest ago is still remembered: %d to %d", lo, hi)
	}
}
