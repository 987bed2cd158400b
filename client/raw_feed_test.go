package client

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
)

// fed is a detached connection, with what it writes and the frames it got.
type fed struct {
	*RawConn
	wrote bytes.Buffer
	got   []string
}

func (f *fed) Close() error { return nil }

func (f *fed) Write(b []byte) (int, error) { return f.wrote.Write(b) }

func newFed() *fed {
	f := &fed{RawConn: &RawConn{}}
	f.w = f
	return f
}

func (f *fed) feed(b []byte) error {
	return f.Feed(b, func(frame []byte) error {
		f.got = append(f.got, string(frame))
		return nil
	})
}

// serverFrame is a frame as a server sends it.
func serverFrame(first byte, payload string) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n <= 125:
		b = append(b, byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

func TestFedFramesAreTheSameWhereverTheReadsSplitThem(t *testing.T) {
	t.Parallel()
	long, longest := strings.Repeat("l", 300), strings.Repeat("m", 0x10000)
	in := slices.Concat(
		serverFrame(0x81, "one"), serverFrame(0x81, "two\nthree\n\nfour"), serverFrame(0x89, "are you there"), serverFrame(0x81, long),
		serverFrame(0x01, "fi"), serverFrame(0x8a, ""), serverFrame(0x00, ""), serverFrame(0x80, "ve\nsix"), serverFrame(0x81, ""), serverFrame(0x81, "end"))
	want := []string{"one", "two", "three", "four", long, "five", "six", "end"}
	check := func(t *testing.T, f *fed, what string, err error) {
		t.Helper()
		if err != nil || !slices.Equal(f.got, want) || len(f.rest) != 0 || f.wrote.Len() != 2+4+len("are you there") {
			t.Fatalf("%s: %.200q, %d bytes left, %d written, %v", what, f.got, len(f.rest), f.wrote.Len(), err)
		}
	}
	for at := range in {
		f := newFed()
		err := errors.Join(f.feed(in[:at]), f.feed(in[at:]))
		check(t, f, "in two", err)
	}
	single := newFed()
	var err error
	for i := range in {
		err = errors.Join(err, single.feed(in[i:i+1]))
	}
	check(t, single, "byte by byte", err)

	large := newFed()
	for part := range slices.Chunk(serverFrame(0x81, longest), 1000) {
		err = errors.Join(err, large.feed(part))
	}
	if err != nil || len(large.got) != 1 || large.got[0] != longest || cap(large.rest) > keepRawScratch {
		t.Fatalf("a large one: %d frames, keeps %d, %v", len(large.got), cap(large.rest), err)
	}
}

func TestAFedCloseGivesTheFramesBeforeItAndItsCode(t *testing.T) {
	t.Parallel()
	f := newFed()
	err := f.feed(slices.Concat(serverFrame(0x81, "last words"), serverFrame(0x88, "\x0f\xa2stopping"), serverFrame(0x81, "too late")))
	var ce *CloseError
	if !errors.As(err, &ce) || ce.Code != CloseStopping || ce.Reason != "stopping" {
		t.Errorf("ended by %v", err)
	}
	if !slices.Equal(f.got, []string{"last words"}) || f.wrote.Len() != 2+4+2 || f.wrote.Bytes()[0] != 0x88 {
		t.Errorf("got %q, answered %x", f.got, f.wrote.Bytes())
	}
}

func TestFedFramesOutOfOrderAreRefusedByTheirHeader(t *testing.T) {
	t.Parallel()
	for name, in := range map[string][]byte{
		"oversized":              {0x81, 127, 0, 0, 0, 0, 1, 0, 0, 1},
		"of negative size":       {0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"masked":                 {0x81, 0x85},
		"binary":                 {0x82, 5},
		"reserved bits":          {0xc1, 5},
		"continues nothing":      {0x80, 5},
		"text among fragments":   {0x01, 1, 'a', 0x81, 1},
		"a ping in fragments":    {0x09, 1},
		"a ping of 126 bytes":    {0x89, 126, 0, 126},
		"oversized in fragments": {0x01, 1, 'a', 0x80, 127, 0, 0, 0, 0, 1, 0, 0, 0},
	} {
		var pe *ProtocolError
		if f := newFed(); !errors.As(f.feed(in), &pe) || len(f.got) != 0 {
			t.Errorf("%s: taken, gave %q", name, f.got)
		}
	}
}

func TestADetachedConnectionGivesWhatItHadReadAlready(t *testing.T) {
	t.Parallel()
	g := newGateway(t)
	c, p, _ := dialRaw(t, g, RawOptions{})
	p.send("{1}", "{2}")
	if _, err := c.br.Peek(5); err != nil { // the frame of both, less its header
		t.Fatal(err)
	}
	had := c.br.Buffered()
	f, broken := newFed(), errors.New("broken")
	if err := c.Detach(func(*net.TCPConn) (io.WriteCloser, error) { return nil, broken }); !errors.Is(err, broken) || c.br == nil {
		t.Fatalf("a failed detach gave %v", err)
	}
	if err := c.Detach(func(tcp *net.TCPConn) (io.WriteCloser, error) { return f, tcp.Close() }); err != nil {
		t.Fatal(err)
	}
	if len(c.rest) != had {
		t.Fatalf("keeps %d bytes of %d", len(c.rest), had)
	}
	f.RawConn = c
	if err := f.feed(nil); err != nil || len(f.got) == 0 || f.got[0] != "{1}" {
		t.Errorf("got %q, %v", f.got, err)
	}
	if err := c.WriteFrame(HeartbeatFrame()); err != nil || f.wrote.Len() == 0 {
		t.Errorf("wrote %d bytes, %v", f.wrote.Len(), err)
	}
	other := newRawConn(&scripted{in: bytes.NewReader(nil)}, 0)
	if err := other.Detach(nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("what is not plain TCP gave %v", err)
	}
}

// FuzzFedFrames holds Feed, with two reads of any size, against ReadFrames.
func FuzzFedFrames(f *testing.F) {
	f.Add([]byte("\x81\x05he\nlo\x88\x02\x0f\xa1"), 3)
	f.Add([]byte("\x01\x02ab\x89\x00\x80\x02cd"), 5)
	f.Add([]byte("\x81\x7e\x00\x05hello\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), 2)
	f.Fuzz(func(t *testing.T, in []byte, at int) {
		at = min(max(at, 0), len(in))
		var want []string
		wantErr := newRawConn(&scripted{in: bytes.NewReader(in)}, 0).ReadFrames(func(b []byte) error {
			want = append(want, string(b))
			return nil
		})
		c := newFed()
		err := c.feed(in[:at])
		if err == nil {
			err = c.feed(in[at:])
		}
		if !slices.Equal(c.got, want) {
			t.Fatalf("fed %q, read %q", c.got, want)
		}
		if err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("fed to %v, read to %v", err, wantErr)
		}
		if err == nil && !errors.Is(wantErr, io.EOF) && !errors.Is(wantErr, io.ErrUnexpectedEOF) {
			t.Fatalf("read to %v, fed to no end", wantErr)
		}
	})
}
