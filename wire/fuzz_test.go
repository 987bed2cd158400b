package wire_test

import (
	"bytes"
	"reflect"
	"testing"

	"beep/chat"
	"beep/wire"
)

func FuzzDecodeCommit(f *testing.F) {
	f.Add(wire.AppendCommit(nil, sample()))
	f.Add([]byte("B\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := wire.DecodeCommit(channel, data)
		head, headErr := wire.DecodeHead(data)
		if err != nil {
			return
		}
		if headErr != nil || head.First != c.First || head.Last != c.Last() || head.Epoch != c.Epoch {
			t.Fatalf("head %+v (%v) of commit %d to %d", head, headErr, c.First, c.Last())
		}
		for i := range c.Records {
			if c.Records[i].Number != c.First+uint64(i) {
				t.Fatalf("record %d stands at %d", c.Records[i].Number, i)
			}
			if c.Records[i].Err != nil {
				return
			}
			if rec, err := wire.DecodeEvent(&c.Records[i]); err == nil && rec.Event == nil {
				t.Fatal("an event was read that is none")
			}
		}
		again, err := wire.DecodeCommit(channel, wire.AppendCommit(nil, &c))
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Fatalf("comes back as %+v, %v; was %+v", again, err, c)
		}
	})
}

func FuzzDecodeSnapshot(f *testing.F) {
	f.Add(wire.EncodeSnapshot(wire.Snapshot{Number: 3, Seq: 4, State: []byte("{}")}))
	f.Add([]byte("S\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := wire.DecodeSnapshot(data)
		if err != nil {
			return
		}
		again, err := wire.DecodeSnapshot(wire.EncodeSnapshot(s))
		if err != nil || again.Number != s.Number || again.Seq != s.Seq || !bytes.Equal(again.State, s.State) {
			t.Fatalf("comes back as %+v, %v", again, err)
		}
	})
}

func FuzzDecodeTip(f *testing.F) {
	f.Add(wire.EncodeTip(300))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := wire.DecodeTip(data)
		if err != nil {
			return
		}
		if again, err := wire.DecodeTip(wire.EncodeTip(n)); err != nil || again != n {
			t.Fatalf("%d comes back as %d, %v", n, again, err)
		}
	})
}

func FuzzDecodeEvent(f *testing.F) {
	f.Add(uint16(chat.KindMessageSent), []byte(`{"id":"1","content":"x"}`))
	f.Fuzz(func(t *testing.T, kind uint16, payload []byte) {
		rec, err := wire.DecodeEvent(&wire.Record{Number: 1, Kind: chat.EventKind(kind), Payload: payload})
		if err == nil && rec.Event == nil {
			t.Fatal("an event was read that is none")
		}
	})
}
