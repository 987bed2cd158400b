package wire_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"go.uber.org/goleak"

	"beep/chat"
	"beep/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var channel = chat.ChannelKey(3, 9)

// sample is a commit with records of several kinds and sizes.
func sample() *wire.Commit {
	return &wire.Commit{Key: channel, Epoch: 77, First: 40, Records: []wire.Record{
		{Number: 40, Time: 1_700_000_000_000, Author: 5, Nonce: "n-1", Kind: chat.KindMessageSent, Payload: []byte(`{"content":"one"}`)},
		{Number: 41, Time: 1_700_000_000_001, Kind: chat.KindMessageEdited, Payload: []byte(`{}`)},
		{Number: 42, Time: 1_700_000_000_002, Author: 1 << 62, Kind: chat.KindMessageDeleted, Payload: bytes.Repeat([]byte("x"), 3000)},
	}}
}

func TestACommitComesBackAsItWas(t *testing.T) {
	t.Parallel()
	want := sample()
	data := wire.AppendCommit(nil, want)
	got, err := wire.DecodeCommit(channel, data)
	if err != nil || !reflect.DeepEqual(&got, want) {
		t.Fatalf("got %+v, %v", got, err)
	}
	head, err := wire.DecodeHead(data)
	if want := (wire.CommitHead{Epoch: 77, First: 40, Last: 42}); err != nil || head != want {
		t.Fatalf("head is %+v, %v", head, err)
	}
	if prefixed := wire.AppendCommit([]byte("before"), want); !bytes.Equal(prefixed[6:], data) {
		t.Fatal("what stands before a commit changes it")
	}
	size := 64
	for i := range want.Records {
		size += want.Records[i].EncodedSize()
	}
	if len(data) > size {
		t.Fatalf("%d bytes, bound %d", len(data), size)
	}
}

// Every single flipped bit is seen: either the header is refused, or at least
// one record has Err, and each record without it is as it was.
func TestEveryFlippedBitIsSeen(t *testing.T) {
	t.Parallel()
	c := sample()
	c.Records[2].Payload = []byte(`{"id":"1"}`)
	data := wire.AppendCommit(nil, c)
	for bit := range len(data) * 8 {
		bad := bytes.Clone(data)
		bad[bit/8] ^= 1 << (bit % 8)
		got, err := wire.DecodeCommit(channel, bad)
		if err != nil {
			if _, headErr := wire.DecodeHead(bad); headErr == nil {
				t.Errorf("bit %d is not in the header, but spoils the whole: %v", bit, err)
			}
			continue
		}
		damaged := 0
		for i, r := range got.Records {
			if r.Number != c.Records[i].Number {
				t.Errorf("bit %d: record %d stands at %d", bit, r.Number, i)
			}
			if r.Err != nil {
				damaged++
			} else if !reflect.DeepEqual(r, c.Records[i]) {
				t.Errorf("bit %d changes record %d unseen", bit, i)
			}
		}
		if damaged == 0 {
			t.Errorf("bit %d is not seen", bit)
		}
	}
}

func TestADamagedRecordLeavesItsNeighboursReadable(t *testing.T) {
	t.Parallel()
	c := sample()
	data := wire.AppendCommit(nil, c)
	data[bytes.LastIndex(data, []byte(`{}`))] ^= 1 // the payload of the middle one
	got, err := wire.DecodeCommit(channel, data)
	if err != nil {
		t.Fatal(err)
	}
	if r := got.Records[1]; !errors.Is(r.Err, wire.ErrCorrupt) || r.Number != 41 {
		t.Fatalf("the damaged record is %+v", r)
	}
	for _, i := range []int{0, 2} {
		if !reflect.DeepEqual(got.Records[i], c.Records[i]) {
			t.Fatalf("record %d is %+v", i, got.Records[i])
		}
	}
}

func TestUnknownVersionsAndKindsAreNamed(t *testing.T) {
	t.Parallel()
	c := sample()
	data := wire.AppendCommit(nil, c)
	data[1] = 99
	if _, err := wire.DecodeCommit(channel, data); !errors.Is(err, wire.ErrUnknownVersion) {
		t.Fatalf("an unknown version: %v", err)
	}
	c.Records[1].Kind = 999
	got, err := wire.DecodeCommit(channel, wire.AppendCommit(nil, c))
	if err != nil {
		t.Fatal(err)
	}
	if r := got.Records[1]; !errors.Is(r.Err, wire.ErrUnknownKind) || len(r.Payload) == 0 {
		t.Fatalf("an unknown kind: %+v", r)
	}
	if got.Records[0].Err != nil || got.Records[2].Err != nil {
		t.Fatal("an unknown kind spoils its neighbours")
	}
}

func TestACutCommitIsNeverRead(t *testing.T) {
	t.Parallel()
	data := wire.AppendCommit(nil, sample())
	for n := range data {
		c, err := wire.DecodeCommit(channel, data[:n])
		if err != nil {
			continue
		}
		if last := c.Records[len(c.Records)-1]; last.Err == nil {
			t.Fatalf("cut at %d, the last record is read", n)
		}
	}
	if _, err := wire.DecodeCommit(channel, append(bytes.Clone(data), 0)); !errors.Is(err, wire.ErrCorrupt) {
		t.Fatalf("with bytes too many: %v", err)
	}
}

func TestSnapshotsAndTipsComeBack(t *testing.T) {
	t.Parallel()
	want := wire.Snapshot{Number: 1 << 40, Seq: 7, State: bytes.Repeat([]byte("state"), 1000)}
	data := wire.EncodeSnapshot(want)
	got, err := wire.DecodeSnapshot(data)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v", got, err)
	}
	for bit := range len(data) * 8 {
		bad := bytes.Clone(data)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := wire.DecodeSnapshot(bad); err == nil {
			t.Fatalf("flipped bit %d of a snapshot is not seen", bit)
		}
	}
	for _, n := range []uint64{0, 1, 127, 128, 1<<64 - 1} {
		tip := wire.EncodeTip(n)
		if got, err := wire.DecodeTip(tip); err != nil || got != n || !wire.IsTip(tip) {
			t.Fatalf("tip %d comes back as %d, %v", n, got, err)
		}
	}
	if wire.IsTip(wire.AppendCommit(nil, sample())) {
		t.Fatal("a commit is taken for a tip")
	}
}
