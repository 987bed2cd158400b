package wire

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"beep/chat"
)

// EncodeEvent makes the record of event e; Number and Time are the caller's.
func EncodeEvent(e chat.Event, number uint64, at int64, author chat.UserID, nonce string) (Record, error) {
	r := Record{Number: number, Time: at, Author: author, Nonce: nonce, Kind: e.EventKind()}
	if m, ok := e.(*chat.MessageSent); ok && plainSent(m) {
		r.Payload = appendMessageSent(make([]byte, 0, 160+len(m.Content)), m)
		return r, nil
	}
	b, err := json.Marshal(e)
	if err != nil {
		return r, fmt.Errorf("encode event %s: %w", r.Kind.Name(), err)
	}
	r.Payload = b
	return r, nil
}

// DecodeEvent reads the record's event.
func DecodeEvent(r *Record) (chat.Record, error) {
	rec := chat.Record{Number: r.Number, Time: r.Time, Author: r.Author, Nonce: r.Nonce, ServerNumber: r.ServerNumber}
	if r.Err != nil {
		return rec, r.Err
	}
	e := r.Kind.New()
	if e == nil {
		return rec, fmt.Errorf("decode event: kind %d: %w", r.Kind, ErrUnknownKind)
	}
	if err := json.Unmarshal(r.Payload, e); err != nil {
		return rec, fmt.Errorf("decode event %s: %w: %w", r.Kind.Name(), ErrCorrupt, err)
	}
	rec.Event = e
	return rec, nil
}

// plainSent reports whether a message has none of the rarer parts.
func plainSent(m *chat.MessageSent) bool {
	return m.Mentions.Empty() && m.ThreadID == 0 && m.Reference == 0 && m.Forwarded == nil && m.Poll == nil
}

// appendMessageSent writes what encoding/json would of a plain message, a tenth
// of the time: this is the one event whose rate matters. A test holds the two equal.
func appendMessageSent(b []byte, m *chat.MessageSent) []byte {
	b = append(b, `{"id":"`...)
	b = strconv.AppendUint(b, uint64(m.ID), 10)
	b = append(b, `","channel_id":"`...)
	b = strconv.AppendUint(b, uint64(m.ChannelID), 10)
	b = append(b, `","type":`...)
	b = AppendString(b, string(m.Type))
	b = append(b, `,"content":`...)
	b = AppendString(b, m.Content)
	if m.ReplyTo != 0 {
		b = append(b, `,"reply_to":"`...)
		b = strconv.AppendUint(b, uint64(m.ReplyTo), 10)
		b = append(b, '"')
	}
	if m.Nonce != "" {
		b = append(b, `,"nonce":`...)
		b = AppendString(b, m.Nonce)
	}
	return append(b, '}')
}

// AppendMessage appends m as JSON, as encoding/json would.
func AppendMessage(b []byte, m *chat.Message) []byte {
	if !plainMessage(m) {
		whole, err := json.Marshal(m)
		if err == nil { // a struct of strings, numbers and such structs: always
			return append(b, whole...)
		}
	}
	b = append(b, `{"id":"`...)
	b = strconv.AppendUint(b, uint64(m.ID), 10)
	b = append(b, `","channel_id":"`...)
	b = strconv.AppendUint(b, uint64(m.ChannelID), 10)
	b = append(b, `","sender_id":"`...)
	b = strconv.AppendUint(b, uint64(m.SenderID), 10)
	b = append(b, `","seq":`...)
	b = strconv.AppendUint(b, m.Seq, 10)
	b = append(b, `,"type":`...)
	b = AppendString(b, string(m.Type))
	b = append(b, `,"content":`...)
	b = AppendString(b, m.Content)
	b = append(b, `,"created_at":`...)
	b = strconv.AppendInt(b, m.CreatedAt, 10)
	if m.EditedAt != 0 {
		b = append(b, `,"edited_at":`...)
		b = strconv.AppendInt(b, m.EditedAt, 10)
	}
	if m.ReplyTo != 0 {
		b = append(b, `,"reply_to":"`...)
		b = strconv.AppendUint(b, uint64(m.ReplyTo), 10)
		b = append(b, '"')
	}
	return append(b, '}')
}

// plainMessage reports whether a message has none of the rarer parts.
func plainMessage(m *chat.Message) bool {
	return m.Mentions.Empty() && !m.Pinned && m.ThreadID == 0 && m.Reference == 0 &&
		m.Forwarded == nil && m.Poll == nil && len(m.Reactions) == 0
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string, escaped as encoding/json does
// (including <, > and &, and the two line separators JavaScript once choked
// on); bytes that are not UTF-8 become the replacement character.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(b, s[start:i]...)
			b = append(b, `\ufffd`...)
			start = i + size
		} else if r == '\u2028' || r == '\u2029' {
			b = append(b, s[start:i]...)
			b = append(b, `\u202`...)
			b = append(b, hexDigits[r&0xf])
			start = i + size
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
