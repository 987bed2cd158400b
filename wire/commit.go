package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"beep/chat"
)

// A commit is one JetStream message: 1 to chat.MaxRecordsPerCommit records of
// one entity, numbered without gaps.
//
//	commit  = "B" version(1) epoch(8) uvarint(first) uvarint(count) crc(4) record*
//	record  = uvarint(len) body crc(4)
//	body    = version(1) uvarint(kind) uvarint(number) uvarint(time) uvarint(author)
//	          [uvarint(server number)] len(1) nonce payload
//
// The server number is there in version 2 alone, which is written where it is
// not 0; see chat.Record.
//
// Fixed-width integers are little-endian. Each crc is CRC-32C (Castagnoli, RFC
// 3720 B.4) over the bytes before it: the header's over the header, a record's
// over its body. The payload is the event as JSON, exactly as clients get it.
const (
	commitMagic   = 'B'
	CommitVersion = 1
	RecordVersion = 1
	// RecordVersionServer is of records with a server number.
	RecordVersionServer = 2

	maxNonce = 255 // one length byte; chat.MaxNonceBytes is lower
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Record is a record as it stands in the log: its event not yet decoded.
type Record struct {
	Number uint64
	Time   int64 // Unix milliseconds
	Author chat.UserID
	Nonce  string
	// ServerNumber is as in chat.Record.
	ServerNumber uint64
	Kind         chat.EventKind
	Payload      []byte // JSON
	// Err is set on a record that could not be read. Its number is known from
	// its place; everything else is empty but Payload, which holds the raw bytes.
	Err error
}

// Commit is what is appended to the log of Key at once.
type Commit struct {
	Key     chat.Key // stands in the subject, not in the bytes
	Epoch   uint64   // the activation of the actor that wrote it
	First   uint64   // number of the first record
	Records []Record
}

// Last is the number of the commit's last record.
func (c *Commit) Last() uint64 { return c.First + uint64(len(c.Records)) - 1 }

// Errors of reading. A damaged header spoils the whole commit; a damaged record
// only itself.
var (
	ErrCorrupt        = errors.New("checksum or structure is wrong")
	ErrUnknownVersion = errors.New("version is unknown")
	ErrUnknownKind    = errors.New("kind of event is unknown")
)

// AppendCommit appends the encoding of c to dst.
func AppendCommit(dst []byte, c *Commit) []byte {
	dst = appendHeader(dst, commitMagic, CommitVersion, c.Epoch, c.First, len(c.Records))
	for i := range c.Records {
		dst = appendRecord(dst, &c.Records[i])
	}
	return dst
}

func appendHeader(dst []byte, magic, version byte, epoch, first uint64, count int) []byte {
	start := len(dst)
	dst = append(dst, magic, version)
	dst = binary.LittleEndian.AppendUint64(dst, epoch)
	dst = binary.AppendUvarint(dst, first)
	dst = binary.AppendUvarint(dst, uint64(count))
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

func appendRecord(dst []byte, r *Record) []byte {
	var head [64]byte
	b := append(head[:0], RecordVersion)
	b = binary.AppendUvarint(b, uint64(r.Kind))
	b = binary.AppendUvarint(b, r.Number)
	b = binary.AppendUvarint(b, uint64(r.Time))
	b = binary.AppendUvarint(b, uint64(r.Author))
	if r.ServerNumber != 0 {
		b[0] = RecordVersionServer
		b = binary.AppendUvarint(b, r.ServerNumber)
	}
	nonce := r.Nonce[:min(len(r.Nonce), maxNonce)]
	b = append(b, byte(len(nonce)))
	dst = binary.AppendUvarint(dst, uint64(len(b)+len(nonce)+len(r.Payload)))
	start := len(dst)
	dst = append(append(append(dst, b...), nonce...), r.Payload...)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// EncodedSize is an upper bound of what r adds to a commit, in bytes.
func (r *Record) EncodedSize() int { return 74 + len(r.Nonce) + len(r.Payload) }

// DecodeCommit reads the commit of entity key. Records that are damaged or of
// an unknown version or kind come back with Err set; only a damaged or unknown
// header is an error of the whole. Payloads share memory with data. A sealed
// commit that nobody has opened comes back with ErrErased on all its records.
func DecodeCommit(key chat.Key, data []byte) (Commit, error) {
	if IsSealed(data) {
		return Closed(key, data, ErrErased)
	}
	first, count, epoch, rest, err := decodeHeader(data)
	if err != nil {
		return Commit{}, err
	}
	c := Commit{Key: key, Epoch: epoch, First: first, Records: make([]Record, count)}
	damaged := false
	for i := range c.Records {
		number := first + uint64(i)
		var body []byte
		body, rest, err = cutRecord(rest)
		if err == nil {
			c.Records[i], err = decodeBody(body)
		}
		if err == nil && c.Records[i].Number != number {
			err = fmt.Errorf("record %d stands at %d: %w", c.Records[i].Number, number, ErrCorrupt)
		}
		if err != nil {
			damaged = true
			c.Records[i] = Record{Number: number, Err: err, Payload: body}
		}
	}
	// A damaged length leaves bytes over; the records before it are still good.
	if len(rest) != 0 && !damaged {
		return Commit{}, fmt.Errorf("decode commit: %d bytes too many: %w", len(rest), ErrCorrupt)
	}
	return c, nil
}

// CommitHead is what a commit's header tells without reading its records.
type CommitHead struct {
	Epoch, First, Last uint64
}

// DecodeHead reads only the header of a commit, sealed or not.
func DecodeHead(data []byte) (CommitHead, error) {
	if IsSealed(data) {
		h, _, err := sealedHeader(data)
		return h, err
	}
	first, count, epoch, _, err := decodeHeader(data)
	return CommitHead{Epoch: epoch, First: first, Last: first + uint64(count) - 1}, err
}

func decodeHeader(data []byte) (first uint64, count int, epoch uint64, rest []byte, err error) {
	return decodeHeaderOf(data, commitMagic, CommitVersion)
}

func decodeHeaderOf(data []byte, magic, version byte) (first uint64, count int, epoch uint64, rest []byte, err error) {
	fail := func(err error) (uint64, int, uint64, []byte, error) {
		return 0, 0, 0, nil, fmt.Errorf("decode commit: %w", err)
	}
	if len(data) < 16 || data[0] != magic {
		return fail(ErrCorrupt)
	}
	if data[1] != version {
		return fail(ErrUnknownVersion)
	}
	epoch = binary.LittleEndian.Uint64(data[2:])
	p := 10
	first, n := binary.Uvarint(data[p:])
	if n <= 0 || first == 0 {
		return fail(ErrCorrupt)
	}
	p += n
	cnt, n := binary.Uvarint(data[p:])
	if n <= 0 || cnt == 0 || cnt > chat.MaxRecordsPerCommit || len(data) < p+n+4 {
		return fail(ErrCorrupt)
	}
	p += n
	if crc32.Checksum(data[:p], castagnoli) != binary.LittleEndian.Uint32(data[p:]) {
		return fail(ErrCorrupt)
	}
	return first, int(cnt), epoch, data[p+4:], nil
}

// cutRecord splits the first record's body off and checks its sum. Where the
// length itself is impossible, nothing is left for the records that follow.
func cutRecord(data []byte) (body, rest []byte, err error) {
	size, n := binary.Uvarint(data)
	if n <= 0 || size > uint64(len(data)) || uint64(len(data)-n) < size+4 {
		return data, nil, fmt.Errorf("decode record: %w", ErrCorrupt)
	}
	end := n + int(size)
	return data[n:end:end], data[end+4:], checkSum(data[n:end], data[end:])
}

func checkSum(body, sum []byte) error {
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(sum) {
		return fmt.Errorf("decode record: %w", ErrCorrupt)
	}
	return nil
}

func decodeBody(b []byte) (Record, error) {
	if len(b) < 6 {
		return Record{}, fmt.Errorf("decode record: %w", ErrCorrupt)
	}
	fields := 4
	switch b[0] {
	case RecordVersion:
	case RecordVersionServer:
		fields = 5
	default:
		return Record{}, fmt.Errorf("decode record: %w", ErrUnknownVersion)
	}
	var f [5]uint64
	p := 1
	for i := range fields {
		v, n := binary.Uvarint(b[p:])
		if n <= 0 {
			return Record{}, fmt.Errorf("decode record: %w", ErrCorrupt)
		}
		f[i], p = v, p+n
	}
	if p >= len(b) || len(b) < p+1+int(b[p]) || f[0] > 1<<16-1 {
		return Record{}, fmt.Errorf("decode record: %w", ErrCorrupt)
	}
	nonceEnd := p + 1 + int(b[p])
	r := Record{
		Kind: chat.EventKind(f[0]), Number: f[1], Time: int64(f[2]), Author: chat.UserID(f[3]), ServerNumber: f[4],
		Nonce: string(b[p+1 : nonceEnd]), Payload: b[nonceEnd:],
	}
	if r.Kind.Name() == "" {
		return r, fmt.Errorf("decode record: kind %d: %w", r.Kind, ErrUnknownKind)
	}
	return r, nil
}
