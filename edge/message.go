package edge

import "encoding/binary"

// A message is a whole unmasked WebSocket text message (RFC 6455, 5.2), header
// included, of one or more frames separated by line feeds. It is never changed
// once made, so any number of sessions may share it.

const (
	// maxMessage bounds what is put into one message, so that a client need not
	// hold more to begin.
	maxMessage = 256 << 10
	// messageHeader is the longest header of an unmasked frame.
	messageHeader = 10

	finText  = 0x81
	finClose = 0x88
)

// draft is a message under construction: room for the header, then frames.
type draft []byte

func newDraft(size int) draft { return make(draft, messageHeader, messageHeader+size) }

// empty reports whether no frame was added.
func (d draft) empty() bool { return len(d) <= messageHeader }

// size is the number of bytes of payload so far.
func (d draft) size() int { return len(d) - messageHeader }

// add appends a frame.
func (d draft) add(frame []byte) draft { return append(d.next(), frame...) }

// next makes room for a frame that is about to be appended.
func (d draft) next() draft {
	if d.empty() {
		return d
	}
	return append(d, '\n')
}

// message writes the header in front; the draft must not be used any more.
func (d draft) message() []byte {
	n := d.size()
	switch {
	case n < 126:
		d[8], d[9] = finText, byte(n)
		return d[8:]
	case n < 1<<16:
		d[6], d[7] = finText, 126
		binary.BigEndian.PutUint16(d[8:], uint16(n))
		return d[6:]
	default:
		d[0], d[1] = finText, 127
		binary.BigEndian.PutUint64(d[2:], uint64(n))
		return d[:]
	}
}

// textMessage is a message of one frame.
func textMessage(frame []byte) []byte { return newDraft(len(frame)).add(frame).message() }
