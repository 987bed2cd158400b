package archive

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"beep/chat"
	"beep/wire"
)

// errCut ends the reading of a log where the export ends; it never leaves the package.
var errCut = errors.New("cut")

// Export writes everything about a server, or a direct conversation, to w: its log as it is at this moment,
// and of each channel that is there what was decided under the rights of that
// moment or before. Deleted channels are not in it. It takes the memory of the
// server's state, however long its logs are. After an error the file lacks its
// last line.
func Export(ctx context.Context, log Log, server chat.ServerID, at int64, instance string, w io.Writer) error {
	const op = "export server"
	st := chat.NewServer()
	err := log.Replay(ctx, chat.ServerKey(server), 0, func(_ uint64, c wire.Commit) error {
		for i := range c.Records {
			rec, err := wire.DecodeEvent(&c.Records[i])
			if err != nil {
				return damaged(op, chat.ServerKey(server), c.Records[i].Number, err)
			}
			st.Apply(rec)
		}
		return nil
	})
	if err != nil {
		return wrap(op, err)
	}
	if !st.Exists() {
		return chat.Errorf(chat.NotFound, op, "there is no such server")
	}
	x := newWriter(w)
	x.put(Header{Format, Version, server, st.Name, at, instance})
	err = x.log(ctx, log, chat.ServerKey(server), func(r *wire.Record) bool { return r.Number <= st.Number })
	for i := 0; i < len(st.Channels) && err == nil; i++ {
		err = x.log(ctx, log, chat.ChannelKey(server, st.Channels[i].ID), func(r *wire.Record) bool { return r.ServerNumber <= st.Number })
	}
	if err == nil {
		err = x.close()
	}
	if err != nil {
		return wrap(op, err)
	}
	return nil
}

// wrap says what was being done, unless the error says so itself.
func wrap(op string, err error) error {
	var known *chat.Error
	if errors.As(err, &known) {
		return known
	}
	return fmt.Errorf("%s: %w", op, err)
}

func damaged(op string, key chat.Key, number uint64, err error) error {
	return &chat.Error{
		Kind: chat.Conflict, Op: op, Err: err,
		Message: fmt.Sprintf("record %d of log %s cannot be read, so the server cannot be carried as it is", number, logName(key)),
	}
}

// writer writes lines and counts them. Its first error is kept.
type writer struct {
	zip     *gzip.Writer
	buf     *bufio.Writer
	enc     *json.Encoder
	sum     hash.Hash
	logs    int
	records uint64
	err     error
}

func newWriter(w io.Writer) *writer {
	x := &writer{zip: gzip.NewWriter(w), sum: sha256.New()}
	x.buf = bufio.NewWriter(x.zip)
	x.enc = json.NewEncoder(io.MultiWriter(x.buf, x.sum))
	x.enc.SetEscapeHTML(false) // the bytes of events stay as they are
	return x
}

func (x *writer) put(v any) {
	if x.err == nil {
		x.err = x.enc.Encode(v)
	}
}

// log writes the records of a log up to the first that keep refuses.
func (x *writer) log(ctx context.Context, log Log, key chat.Key, keep func(*wire.Record) bool) error {
	first := true
	err := log.Replay(ctx, key, 0, func(_ uint64, c wire.Commit) error {
		for i := range c.Records {
			r := &c.Records[i]
			if r.Err != nil {
				return damaged("export server", key, r.Number, r.Err)
			}
			if !keep(r) {
				return errCut
			}
			if first {
				x.logs, first = x.logs+1, false
			}
			x.records++
			x.put(line{logName(key), r.Number, r.Time, r.Author, r.Nonce, r.Kind.Name(), r.ServerNumber, r.Payload})
		}
		return x.err
	})
	if errors.Is(err, errCut) {
		return nil
	}
	return err
}

// close writes the last line and what is buffered.
func (x *writer) close() error {
	x.put(Trailer{true, x.logs, x.records, hex.EncodeToString(x.sum.Sum(nil))})
	if x.err == nil {
		x.err = x.buf.Flush()
	}
	if x.err == nil {
		x.err = x.zip.Close()
	}
	return x.err
}
