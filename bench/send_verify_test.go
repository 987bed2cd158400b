package bench

import (
	"testing"

	"beep/chat"
)

// told is two senders of one channel whose messages 0 and 1 were acknowledged
// as numbers 1 to 4; message 2 of the first was not answered.
func told() []*sender {
	stats := &sendStats{record: true}
	a, b := newSender(0, stats, channel{1, 2}), newSender(1, stats, channel{1, 2})
	a.sock, b.sock = &sock{}, &sock{}
	a.seqs, b.seqs = []uint64{1, 3, 0}, []uint64{2, 4}
	return []*sender{a, b}
}

func stored(seq uint64, sender int, number uint64) storedMessage {
	return storedMessage{Seq: seq, Content: string(appendContent(nil, mark{sender, number, 1}, 60))}
}

func judge(t *testing.T, msgs ...storedMessage) verdict {
	t.Helper()
	var v verdict
	senders := told()
	exps, total := expectations(senders, &v)
	if len(exps) != 1 || total != 4 || exps[0].top != 4 {
		t.Fatalf("%d channels, %d messages", len(exps), total)
	}
	exps[0].compare([2]uint64{1, 10}, msgs, senders, &v)
	v.read = 0
	return v
}

func TestWhatWasAcknowledgedAndIsThereIsSound(t *testing.T) {
	t.Parallel()
	joined := storedMessage{Seq: 6, Type: chat.JoinMessage}
	got := judge(t, stored(1, 0, 0), stored(2, 1, 0), stored(3, 0, 1), stored(4, 1, 1), stored(5, 0, 2), joined)
	if got != (verdict{unacknowledged: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestLostDoubledAndForeignMessagesAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		msgs []storedMessage
		want verdict
	}{
		"one is lost":            {[]storedMessage{stored(1, 0, 0), stored(2, 1, 0), stored(4, 1, 1)}, verdict{lost: 1}},
		"all are lost":           {nil, verdict{lost: 4}},
		"one is there twice":     {[]storedMessage{stored(1, 0, 0), stored(2, 1, 0), stored(3, 0, 1), stored(4, 1, 1), stored(5, 0, 1)}, verdict{duplicated: 1}},
		"a number comes twice":   {[]storedMessage{stored(1, 0, 0), stored(1, 0, 0), stored(2, 1, 0), stored(3, 0, 1), stored(4, 1, 1)}, verdict{duplicated: 1}},
		"two changed places":     {[]storedMessage{stored(1, 1, 0), stored(2, 0, 0), stored(3, 0, 1), stored(4, 1, 1)}, verdict{lost: 2, duplicated: 2}},
		"somebody else's":        {[]storedMessage{stored(1, 0, 0), stored(2, 1, 0), stored(3, 0, 1), {Seq: 4, Content: "hello"}}, verdict{lost: 1, foreign: 1}},
		"a join where one was":   {[]storedMessage{stored(1, 0, 0), stored(2, 1, 0), stored(3, 0, 1), {Seq: 4, Type: chat.JoinMessage}}, verdict{lost: 1, foreign: 1}},
		"one of no known sender": {[]storedMessage{stored(1, 0, 0), stored(2, 1, 0), stored(3, 0, 1), stored(4, 9, 1)}, verdict{lost: 1, foreign: 1}},
		"never answered instead": {[]storedMessage{stored(1, 0, 0), stored(2, 1, 0), stored(3, 0, 1), stored(4, 0, 2)}, verdict{lost: 1, foreign: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := judge(t, c.msgs...); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestOneNumberForTwoMessagesIsADuplicate(t *testing.T) {
	t.Parallel()
	senders := told()
	senders[1].seqs[0] = 1
	var v verdict
	if _, total := expectations(senders, &v); v.duplicated != 1 || total != 3 {
		t.Errorf("%+v of %d", v, total)
	}
}

func TestStretchesCoverAllOrAnEvenPart(t *testing.T) {
	t.Parallel()
	all := stretches(250, 1)
	if len(all) != 3 || all[0] != [2]uint64{1, 100} || all[2] != [2]uint64{201, 250} {
		t.Errorf("%v", all)
	}
	part := stretches(100_000, 0.01)
	if len(part) != 10 || part[0][0] != 1 || part[9][1] != 100_000 {
		t.Errorf("%v", part)
	}
	for i := 1; i < len(part); i++ {
		if part[i][0] <= part[i-1][1] {
			t.Errorf("stretches overlap: %v", part)
		}
	}
	if few := stretches(1000, 0); len(few) != 2 || few[1] != [2]uint64{901, 1000} {
		t.Errorf("%v: the ends are always read", few)
	}
}

func TestASenderSpreadsItsMessagesOverItsChannels(t *testing.T) {
	t.Parallel()
	s := newSender(0, &sendStats{record: true}, channel{1, 10}, channel{2, 20})
	s.sock = &sock{}
	s.seqs = []uint64{1, 1, 2, 2}
	var v verdict
	exps, _ := expectations([]*sender{s}, &v)
	if len(exps) != 2 || exps[0].top != 2 || exps[1].ch.id != chat.ChannelID(20) || v.duplicated != 0 {
		t.Errorf("%+v", v)
	}
}
