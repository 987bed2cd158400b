package bench

import (
	"bytes"
	"strconv"
)

// frameOp is what a frame is, as far as loads care.
type frameOp int

const (
	opOther frameOp = iota // decoded properly: ready, resumed, server, …
	opEvent
	opReply
	opIgnored // heartbeat, presence, typing
	opResync
)

// opOf reads the op of a frame as Beep writes it: compact, op first. Anything
// else is opOther and takes the slow way.
func opOf(frame []byte) frameOp {
	const prefix = `{"op":"`
	if len(frame) < len(prefix)+3 || string(frame[:len(prefix)]) != prefix {
		return opOther
	}
	rest := frame[len(prefix):]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return opOther
	}
	switch string(rest[:end]) {
	case "event":
		return opEvent
	case "reply":
		return opReply
	case "heartbeat", "presence", "typing":
		return opIgnored
	case "resync":
		return opResync
	}
	return opOther
}

// The scanners look for a key with its quotes. A quote inside a JSON string is
// escaped, so that a key never matches inside content.

// scanNumber reads the unsigned number after key, which includes the colon.
func scanNumber(b []byte, key string) (uint64, bool) {
	i := bytes.Index(b, []byte(key))
	if i < 0 {
		return 0, false
	}
	n, size := leadingNumber(b[i+len(key):])
	return n, size > 0
}

// leadingNumber reads the digits that b begins with.
func leadingNumber(b []byte) (n uint64, size int) {
	for size < len(b) && size < 20 && b[size]-'0' <= 9 {
		n = n*10 + uint64(b[size]-'0')
		size++
	}
	return n, size
}

// logOf says whose log an event stands in: exactly one of the three is not 0,
// or none if it cannot be read.
func logOf(event []byte) (user, server, channel uint64) {
	head := event
	if i := bytes.Index(event, []byte(`,"n":`)); i >= 0 {
		head = event[:i]
	}
	if c, ok := scanNumber(head, `"c":"`); ok {
		return 0, 0, c
	}
	if s, ok := scanNumber(head, `"s":"`); ok {
		return 0, s, 0
	}
	u, _ := scanNumber(head, `"u":"`)
	return u, 0, 0
}

// numberOf reads an event's number in its log.
func numberOf(event []byte) (uint64, bool) { return scanNumber(event, `,"n":`) }

// replyRef reads which request a reply answers.
func replyRef(reply []byte) (uint64, bool) { return scanNumber(reply, `"ref":`) }

// refused reads the kind of a reply's error, false if it has none.
func refused(reply []byte) (kind string, is bool) {
	i := bytes.Index(reply, []byte(`"ref":`))
	if i >= 0 { // the usual place first: a page of history is long
		rest := reply[i+len(`"ref":`):]
		_, size := leadingNumber(rest)
		if bytes.HasPrefix(rest[size:], []byte(`,"d":`)) {
			return "", false
		}
	}
	i = bytes.Index(reply, []byte(`"error":{`))
	if i < 0 {
		return "", false
	}
	rest := reply[i:]
	k := bytes.Index(rest, []byte(`"kind":"`))
	if k < 0 {
		return "unknown", true
	}
	rest = rest[k+len(`"kind":"`):]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return "unknown", true
	}
	return string(rest[:end]), true
}

// mark is what the content of a load's message tells of it.
type mark struct {
	sender int
	number uint64 // of the sender's messages, from 0
	at     int64  // when it was due, in nanoseconds of the load's clock
}

const markPrefix = "bench "

// appendContent writes content of size bytes, or as few as the mark needs. All
// of it is ASCII that JSON does not escape.
func appendContent(dst []byte, m mark, size int) []byte {
	start := len(dst)
	dst = append(dst, markPrefix...)
	dst = strconv.AppendUint(dst, uint64(m.sender), 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, m.number, 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, uint64(max(m.at, 0)), 10)
	dst = append(dst, ' ')
	for len(dst)-start < size {
		dst = append(dst, 'x')
	}
	return dst
}

// contentMark reads the mark of a message's content.
func contentMark(content []byte) (m mark, ok bool) {
	if !bytes.HasPrefix(content, []byte(markPrefix)) {
		return mark{}, false
	}
	b := content[len(markPrefix):]
	var parts [3]uint64
	for i := range parts {
		n, size := leadingNumber(b)
		if size == 0 || size >= len(b) || b[size] != ' ' {
			return mark{}, false
		}
		parts[i], b = n, b[size+1:]
	}
	return mark{sender: int(parts[0]), number: parts[1], at: int64(parts[2])}, true
}

// eventMark reads the mark of a message_sent event.
func eventMark(event []byte) (mark, bool) {
	const key = `"content":"`
	i := bytes.Index(event, []byte(key))
	if i < 0 {
		return mark{}, false
	}
	return contentMark(event[i+len(key):])
}
