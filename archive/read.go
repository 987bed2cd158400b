package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"

	"beep/chat"
	"beep/wire"
)

func invalid(format string, args ...any) error {
	return chat.Errorf(chat.Invalid, "read export", format, args...)
}

// reader reads a file line by line and checks what stands in the lines
// themselves: form, checksum, counts, and that each log's numbers are dense and
// in one stretch, the server's own log first.
type reader struct {
	lines  *bufio.Scanner
	sum    hash.Hash
	header Header
	key    chat.Key // of the record before
	number uint64
	seen   map[chat.Key]bool
	count  Trailer
	// end is the last line, once it was read.
	end *Trailer
}

func newReader(r io.Reader) (*reader, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return nil, invalid("this is not an export: it is not compressed with gzip")
	}
	x := &reader{lines: bufio.NewScanner(zip), sum: sha256.New(), seen: map[chat.Key]bool{}}
	x.lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	text, err := x.line()
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(text, &x.header) != nil || x.header.Format != Format || x.header.ServerID == 0 {
		return nil, invalid("this is not an export of a server")
	}
	if x.header.Version != Version {
		return nil, invalid("version %d of exports is not known here", x.header.Version)
	}
	x.add(text)
	return x, nil
}

// line is the next line; the end of the file is an error, because the last line
// says that it is the last.
func (x *reader) line() ([]byte, error) {
	if x.lines.Scan() {
		return x.lines.Bytes(), nil
	}
	if x.lines.Err() != nil {
		return nil, invalid("the file is damaged or cut off")
	}
	return nil, invalid("the file is cut off")
}

func (x *reader) add(text []byte) {
	x.sum.Write(text)
	x.sum.Write([]byte{'\n'})
}

// next is the next record with its log; ok is false behind the last one.
func (x *reader) next() (key chat.Key, rec wire.Record, ok bool, err error) {
	text, err := x.line()
	if err != nil {
		return key, rec, false, err
	}
	if bytes.HasPrefix(text, []byte(`{"end":`)) {
		return key, rec, false, x.finish(text)
	}
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return key, rec, false, invalid("line %d cannot be read", x.count.Records+2)
	}
	x.add(text)
	key, known := parseLog(x.header.ServerID, l.Log)
	if !known {
		return key, rec, false, invalid("line %d is of a log that cannot be in this export", x.count.Records+2)
	}
	if err := x.follows(key, l.Number); err != nil {
		return key, rec, false, err
	}
	x.count.Records++
	rec = wire.Record{
		Number: l.Number, Time: l.Time, Author: l.By, Nonce: l.Nonce, ServerNumber: l.Server, Kind: kindOf(l.Kind), Payload: l.Data,
	}
	switch {
	case rec.Kind == 0:
		err = invalid("record %d of log %s is of a kind that is not known here: it was written by a newer version", l.Number, l.Log)
	case !belongs(key, rec.Kind):
		err = invalid("record %d of log %s is of a kind that does not stand in such a log", l.Number, l.Log)
	case l.Time <= 0 || len(l.Nonce) > chat.MaxNonceBytes:
		err = invalid("record %d of log %s has an impossible time or nonce", l.Number, l.Log)
	}
	return key, rec, true, err
}

// follows checks a record's place.
func (x *reader) follows(key chat.Key, number uint64) error {
	if key != x.key {
		if len(x.seen) == 0 && key.Kind != chat.KindServer {
			return invalid("the server's own log must come first")
		}
		if x.seen[key] {
			return invalid("log %s stands in two places", logName(key))
		}
		x.seen[key], x.key, x.number = true, key, 0
		x.count.Logs++
	}
	if number != x.number+1 {
		return invalid("record %d of log %s follows on %d", number, logName(key), x.number)
	}
	x.number = number
	return nil
}

// finish checks the last line, and that nothing comes after it.
func (x *reader) finish(text []byte) error {
	var t Trailer
	if json.Unmarshal(text, &t) != nil || !t.End {
		return invalid("the last line cannot be read")
	}
	if t.SHA256 != hex.EncodeToString(x.sum.Sum(nil)) {
		return invalid("the checksum is wrong: the file is damaged")
	}
	if t.Logs != x.count.Logs || t.Records != x.count.Records {
		return invalid("there are %d records in %d logs, not %d in %d", x.count.Records, x.count.Logs, t.Records, t.Logs)
	}
	if x.lines.Scan() {
		return invalid("something follows on the last line")
	}
	if x.lines.Err() != nil {
		return invalid("the file is damaged or cut off behind its last line")
	}
	x.end = &t
	return nil
}
