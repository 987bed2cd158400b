package archive

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"

	"beep/chat"
	"beep/wire"
)

// errForeign ends the reading of a log that this import has not begun; it never
// leaves the package.
var errForeign = errors.New("foreign")

// Import writes the records of a file that Check has found good into their logs:
// same identifiers, numbers, times, bytes and order. owner is who is to own the
// server here; giving it to him is the caller's, as the last step.
//
//  1. Conflict: one of the logs is here already, and not from an import of the
//     same file. Then nothing was written.
//  2. Unavailable, or the context's error: it was interrupted. The same call
//     goes on where it ended.
//  3. nil: all of it is in the logs, by this call or one before.
func Import(ctx context.Context, log Log, c *Content, owner chat.UserID, file io.ReadSeeker) error {
	const op = "import server"
	im := &importer{log: log, content: c, owner: owner, epoch: mark(c), there: map[chat.Key]place{}}
	server := chat.ServerKey(c.Header.ServerID)
	keys := []chat.Key{server}
	for i := range c.Server.Channels {
		keys = append(keys, chat.ChannelKey(c.Header.ServerID, c.Server.Channels[i].ID))
	}
	for _, key := range keys {
		if err := im.look(ctx, key); err != nil {
			return wrap(op, err)
		}
	}
	for _, which := range []func(chat.Key) bool{
		func(k chat.Key) bool { return k != server },
		func(k chat.Key) bool { return k == server },
	} {
		if err := im.pass(ctx, file, which); err != nil {
			return wrap(op, err)
		}
	}
	return nil
}

// mark is the epoch that all commits of an import carry: it is made of the
// file's checksum, so that a repeated import knows its own.
func mark(c *Content) uint64 {
	var sum [8]byte
	_, _ = hex.Decode(sum[:], []byte(c.Trailer.SHA256[:2*len(sum)])) // Check has compared it with a sum's
	return binary.LittleEndian.Uint64(sum[:])
}

// place is the end of what is in a log already.
type place struct {
	seq, last uint64
}

// importer is one run.
type importer struct {
	log     Log
	content *Content
	owner   chat.UserID
	epoch   uint64
	there   map[chat.Key]place

	commit *wire.Commit // being filled
	size   int
}

// look finds out what is in a log already. Behind the records of this import
// there may be those by which the server was given to its owner.
func (im *importer) look(ctx context.Context, key chat.Key) error {
	var p place
	err := im.log.Replay(ctx, key, 0, func(seq uint64, c wire.Commit) error {
		if c.Epoch != im.epoch {
			if im.adoption(key, &c) {
				p.seq = seq
				return nil
			}
			return errForeign
		}
		p = place{seq: seq, last: c.Last()}
		return nil
	})
	if errors.Is(err, errForeign) {
		return chat.Errorf(chat.Conflict, "import server", "log %s is here already, and not from this file", logName(key))
	}
	im.there[key] = p
	return err
}

// adoption reports whether a commit is no more than the outcome of AdoptServer.
func (im *importer) adoption(key chat.Key, c *wire.Commit) bool {
	if key.Kind != chat.KindServer || c.First == 1 {
		return false
	}
	for i := range c.Records {
		rec, err := wire.DecodeEvent(&c.Records[i])
		if err != nil || rec.Author != 0 {
			return false
		}
		switch e := rec.Event.(type) {
		case *chat.MemberUnbanned:
		case *chat.MemberJoined:
			if e.UserID != im.owner {
				return false
			}
		case *chat.OwnershipTransferred:
			if e.To != im.owner {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// pass reads the file once and appends what is missing of the logs of which.
func (im *importer) pass(ctx context.Context, file io.ReadSeeker, which func(chat.Key) bool) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	x, err := newReader(file)
	if err != nil {
		return err
	}
	for {
		key, rec, ok, err := x.next()
		if err != nil {
			return err
		}
		if !ok {
			return im.flush(ctx)
		}
		if !which(key) || rec.Number <= im.there[key].last {
			continue
		}
		if err := im.add(ctx, key, rec); err != nil {
			return err
		}
	}
}

// add puts a record into the commit that is being filled, and appends that one
// first when it is full or of another log.
func (im *importer) add(ctx context.Context, key chat.Key, rec wire.Record) error {
	if im.commit != nil {
		full := len(im.commit.Records) == chat.MaxRecordsPerCommit || im.size+rec.EncodedSize() > chat.MaxCommitBytes
		if full || im.commit.Key != key {
			if err := im.flush(ctx); err != nil {
				return err
			}
		}
	}
	if im.commit == nil {
		im.commit, im.size = &wire.Commit{Key: key, Epoch: im.epoch, First: rec.Number}, 0
	}
	im.commit.Records = append(im.commit.Records, rec)
	im.size += rec.EncodedSize()
	return nil
}

// flush appends the commit and waits for its answer: without it the next one has
// no fence.
func (im *importer) flush(ctx context.Context) error {
	if im.commit == nil {
		return nil
	}
	c := im.commit
	im.commit = nil
	type answer struct {
		seq uint64
		err error
	}
	answered := make(chan answer, 1)
	im.log.Append(c, im.there[c.Key].seq, func(seq uint64, err error) { answered <- answer{seq, err} })
	select {
	case a := <-answered:
		if a.err != nil {
			return &chat.Error{
				Kind: chat.Unavailable, Op: "import server", Message: "it was interrupted: repeat it with the same file", Err: a.err,
			}
		}
		im.there[c.Key] = place{seq: a.seq, last: c.Last()}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
