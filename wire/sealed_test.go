package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"beep/chat"
	"beep/wire"
)

var (
	someKey   = [wire.KeyBytes]byte{1, 2, 3}
	someNonce = [wire.NonceBytes]byte{9, 8, 7}
)

func seal(t testing.TB, c *wire.Commit) []byte {
	t.Helper()
	data, err := wire.NewCipher(someKey).Seal(nil, someNonce, wire.AppendCommit(nil, c))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestASealedCommitOpensToWhatItWas(t *testing.T) {
	t.Parallel()
	plain := wire.AppendCommit(nil, sample())
	sealed, err := wire.NewCipher(someKey).Seal([]byte("before"), someNonce, plain)
	if err != nil {
		t.Fatal(err)
	}
	sealed = sealed[len("before"):]
	if !wire.IsSealed(sealed) || wire.IsSealed(plain) || len(sealed) > wire.SealedSize(len(plain)) {
		t.Fatalf("%d bytes, at most %d", len(sealed), wire.SealedSize(len(plain)))
	}
	got, err := wire.NewCipher(someKey).Open([]byte("x"), sealed)
	if err != nil || !bytes.Equal(got[1:], plain) {
		t.Fatalf("opened as %q, %v", got, err)
	}
	head, err := wire.DecodeHead(sealed)
	if want := (wire.CommitHead{Epoch: 77, First: 40, Last: 42}); err != nil || head != want {
		t.Fatalf("head without the key is %+v, %v", head, err)
	}
	for _, secret := range [][]byte{[]byte("content"), []byte("n-1"), bytes.Repeat([]byte("x"), 8)} {
		if bytes.Contains(sealed, secret) {
			t.Errorf("%q can be read in the sealed commit", secret)
		}
	}
}

func TestWithoutItsKeyACommitHasNumbersAndIsErased(t *testing.T) {
	t.Parallel()
	c, err := wire.DecodeCommit(channel, seal(t, sample()))
	if err != nil || c.Key != channel || c.Epoch != 77 || c.First != 40 || c.Last() != 42 {
		t.Fatalf("read as %+v, %v", c, err)
	}
	for i, r := range c.Records {
		if !errors.Is(r.Err, wire.ErrErased) || r.Number != 40+uint64(i) || r.Author != 0 || len(r.Payload) != 0 {
			t.Errorf("record %d is %+v", i, r)
		}
		if _, err := wire.DecodeEvent(&r); !errors.Is(err, wire.ErrErased) || errors.Is(err, wire.ErrCorrupt) {
			t.Errorf("record %d is refused with %v", i, err)
		}
		want := fmt.Sprintf(`{"op":"event","e":"erased","s":"3","c":"9","n":%d}`, r.Number)
		if got := wire.AppendEvent(nil, channel, &r); string(got) != want {
			t.Errorf("clients get %s, want %s", got, want)
		}
	}
}

// Damage is told from erasure without the key, and with it.
func TestEveryFlippedBitOfASealedCommitIsSeen(t *testing.T) {
	t.Parallel()
	c := sample()
	c.Records = c.Records[:2]
	data := seal(t, c)
	for bit := range len(data) * 8 {
		bad := bytes.Clone(data)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := wire.DecodeCommit(channel, bad); err == nil {
			t.Fatalf("bit %d: damage passes for erasure", bit)
		}
		if _, err := wire.NewCipher(someKey).Open(nil, bad); err == nil {
			t.Fatalf("bit %d: damage was opened", bit)
		}
	}
	for n := range data {
		if _, err := wire.DecodeCommit(channel, data[:n]); err == nil {
			t.Fatalf("%d bytes of %d pass for a commit", n, len(data))
		}
	}
}

func TestAnotherKeyOpensNothing(t *testing.T) {
	t.Parallel()
	other := wire.NewCipher([wire.KeyBytes]byte{4})
	if _, err := other.Open(nil, seal(t, sample())); !errors.Is(err, wire.ErrCorrupt) {
		t.Fatalf("opened: %v", err)
	}
	parcel := wire.NewCipher(someKey).SealParcel(nil, someNonce, []byte("state"))
	if _, err := other.OpenParcel(nil, parcel); !errors.Is(err, wire.ErrCorrupt) {
		t.Fatalf("opened: %v", err)
	}
}

func TestOnlyACommitIsSealedAsOne(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{nil, []byte("hello, this is no commit"), seal(t, sample())} {
		if _, err := wire.NewCipher(someKey).Seal(nil, someNonce, data); !errors.Is(err, wire.ErrCorrupt) {
			t.Errorf("%q was sealed: %v", data, err)
		}
	}
}

func TestAParcelOpensToWhatItWas(t *testing.T) {
	t.Parallel()
	c := wire.NewCipher(someKey)
	for _, want := range []string{"", "state", strings.Repeat("long", 1000)} {
		parcel := c.SealParcel([]byte("x"), someNonce, []byte(want))[1:]
		if got, err := c.OpenParcel(nil, parcel); err != nil || string(got) != want || !wire.IsParcel(parcel) {
			t.Fatalf("opened as %q, %v", got, err)
		}
		for bit := range min(len(parcel), 64) * 8 {
			bad := bytes.Clone(parcel)
			bad[bit/8] ^= 1 << (bit % 8)
			if _, err := c.OpenParcel(nil, bad); err == nil {
				t.Fatalf("bit %d: damage was opened", bit)
			}
		}
	}
}

// The golden file is a sealed commit of today under a key that is known here.
func TestSealedCommitsOfTodayAreReadForEver(t *testing.T) {
	t.Parallel()
	want := &wire.Commit{Key: channel, Epoch: 42, First: 1000, Records: []wire.Record{
		{Number: 1000, Time: 1_700_000_000_000, Author: 2, Nonce: "nonce", Kind: chat.KindMessageDeleted, Payload: []byte(`{"id":"6","seq":8}`)},
	}}
	path := filepath.Join("testdata", "sealed", "commit.hex")
	if _, err := os.Stat(path); *update && err != nil {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(hex.EncodeToString(seal(t, want))+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("no golden file (write it with -update): %v", err)
	}
	data, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := wire.NewCipher(someKey).Open(nil, data)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.DecodeCommit(channel, plain); err != nil || !reflect.DeepEqual(&got, want) {
		t.Fatalf("read as %+v, %v", got, err)
	}
}

func FuzzOpenSealed(f *testing.F) {
	f.Add(seal(f, sample()))
	f.Add([]byte("X\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cipher := wire.NewCipher(someKey)
		c, err := wire.DecodeCommit(channel, data)
		plain, openErr := cipher.Open(nil, data)
		if openErr != nil {
			return
		}
		head, headErr := wire.DecodeHead(plain)
		if err != nil || headErr != nil || head.First != c.First || head.Last != c.Last() || head.Epoch != c.Epoch {
			t.Fatalf("head %+v (%v) in the box of %d to %d (%v)", head, headErr, c.First, c.Last(), err)
		}
	})
}

func FuzzSealRoundTrip(f *testing.F) {
	f.Add([]byte("nonce"), uint64(7), uint64(40), []byte(`{"content":"x"}`))
	f.Fuzz(func(t *testing.T, nonce []byte, epoch, first uint64, payload []byte) {
		if first == 0 {
			return
		}
		c := &wire.Commit{Key: channel, Epoch: epoch, First: first, Records: []wire.Record{{Number: first, Kind: chat.KindMessageSent, Payload: payload}}}
		plain := wire.AppendCommit(nil, c)
		var n [wire.NonceBytes]byte
		copy(n[:], nonce)
		cipher := wire.NewCipher(someKey)
		sealed, err := cipher.Seal(nil, n, plain)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := cipher.Open(nil, sealed); err != nil || !bytes.Equal(again, plain) {
			t.Fatalf("comes back as %q, %v", again, err)
		}
	})
}

func BenchmarkSealAndOpen(b *testing.B) {
	for _, n := range []int{1, 256} {
		c := &wire.Commit{Key: channel, Epoch: 1, First: 1}
		for i := range n {
			c.Records = append(c.Records, wire.Record{Number: uint64(i + 1), Kind: chat.KindMessageSent, Author: 5, Payload: bytes.Repeat([]byte("x"), 200)})
		}
		plain := wire.AppendCommit(nil, c)
		cipher := wire.NewCipher(someKey)
		sealed, err := cipher.Seal(nil, someNonce, plain)
		if err != nil {
			b.Fatal(err)
		}
		var dst []byte
		b.Run(fmt.Sprint("seal ", n), func(b *testing.B) {
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = cipher.Seal(dst[:0], someNonce, plain)
			}
		})
		b.Run(fmt.Sprint("open ", n), func(b *testing.B) {
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = cipher.Open(dst[:0], sealed)
			}
		})
	}
}
