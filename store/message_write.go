package store

import (
	"database/sql"

	"beep/chat"
)

const (
	insertMessages = `INSERT INTO messages (channel_id, seq, id, sender_id, type, content, created_at, edited_at, reply_to) VALUES ` // rows, then:
	// A message that is there was folded in before.
	insertMessagesTail = ` ON CONFLICT (channel_id, seq) DO NOTHING`
	messageColumns     = 9
	messageRow         = `(?, ?, ?, ?, ?, ?, ?, ?, ?)`

	insertRareMessage = `INSERT INTO messages (channel_id, seq, id, sender_id, type, content, created_at, edited_at, reply_to, extra)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)` + insertMessagesTail
	insertMention = `INSERT INTO mentions (channel_id, kind, target, seq, sender_id) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (channel_id, kind, target, seq) DO NOTHING`
	deleteMentions = `DELETE FROM mentions WHERE channel_id = ? AND seq = ?`

	selectForChange = `SELECT sender_id, edited_at, extra FROM messages WHERE channel_id = ? AND seq = ?`
	updateExtra     = `UPDATE messages SET extra = ? WHERE channel_id = ? AND seq = ?`
	updateMessage   = `UPDATE messages SET content = ?, edited_at = ?, extra = ? WHERE channel_id = ? AND seq = ?`
	insertEdit      = `INSERT INTO message_edits (channel_id, seq, number, content, at)
SELECT channel_id, seq, ?, content, ? FROM messages WHERE channel_id = ? AND seq = ?
ON CONFLICT (channel_id, seq, number) DO NOTHING`
	deleteMessage = `DELETE FROM messages WHERE channel_id = ? AND seq = ?`

	mentionsUser, mentionsRole, mentionsEveryone = "u", "r", "e"
)

// hangingTables hold what hangs on a message, all by (channel_id, seq).
func hangingTables() []string {
	return []string{"message_edits", "reactions", "poll_votes", "mentions", "pins"}
}

// InsertMessages adds messages, leaving those that are there as they are. They
// are as they were sent: nobody has reacted, voted or pinned.
func (t *Tx) InsertMessages(list []chat.Message) error {
	rare := 0
	for i := range list {
		if _, plain := extraOf(&list[i]); !plain {
			rare++
		}
	}
	if rare == 0 {
		return t.insertPlain(list)
	}
	rest := make([]chat.Message, 0, len(list)-rare)
	for i := range list {
		x, plain := extraOf(&list[i])
		if plain {
			rest = append(rest, list[i])
		} else if err := t.insertRare(&list[i], &x); err != nil {
			return err
		}
	}
	return t.insertPlain(rest)
}

func (t *Tx) insertPlain(list []chat.Message) error {
	args := make([]any, 0, messageColumns*maxRows)
	return inChunks(len(list), func(from, to int) error {
		args = args[:0]
		for i := from; i < to; i++ {
			args = appendMessage(args, &list[i])
		}
		_, err := t.exec(insertMessages+repeat(messageRow, to-from)+insertMessagesTail, args...)
		return err
	})
}

func appendMessage(args []any, m *chat.Message) []any {
	return append(args, int64(m.ChannelID), int64(m.Seq), int64(m.ID), int64(m.SenderID), string(m.Type),
		m.Content, m.CreatedAt, m.EditedAt, int64(m.ReplyTo))
}

func (t *Tx) insertRare(m *chat.Message, x *extra) error {
	text, err := x.text()
	if err != nil {
		return err
	}
	n, err := t.exec(insertRareMessage, append(appendMessage(make([]any, 0, messageColumns+1), m), text)...)
	if err != nil || n == 0 {
		return err
	}
	return t.insertMentions(m.ChannelID, m.Seq, m.SenderID, &m.Mentions)
}

func (t *Tx) insertMentions(ch chat.ChannelID, seq uint64, sender chat.UserID, list *chat.Mentions) error {
	put := func(kind string, target uint64) error {
		_, err := t.exec(insertMention, int64(ch), kind, int64(target), int64(seq), int64(sender))
		return err
	}
	for _, u := range list.Users {
		if err := put(mentionsUser, uint64(u)); err != nil {
			return err
		}
	}
	for _, r := range list.Roles {
		if err := put(mentionsRole, uint64(r)); err != nil {
			return err
		}
	}
	if list.Everyone {
		return put(mentionsEveryone, 0)
	}
	return nil
}

// Edit is what replaces a message's content and whom it mentions.
type Edit struct {
	Seq      uint64 // of the message
	Number   uint64 // of the edit's record
	At       int64  // Unix milliseconds
	Content  string
	Mentions chat.Mentions
}

// EditMessage replaces a message's content and keeps the former one; a message
// that is not there stays away.
func (t *Tx) EditMessage(ch chat.ChannelID, e Edit) error {
	m, ok, err := t.message(ch, e.Seq)
	if err != nil || !ok {
		return err
	}
	if _, err := t.exec(insertEdit, int64(e.Number), e.At, int64(ch), int64(e.Seq)); err != nil {
		return err
	}
	if !m.extra.Mentions.Empty() || !e.Mentions.Empty() {
		if _, err := t.exec(deleteMentions, int64(ch), int64(e.Seq)); err != nil {
			return err
		}
		if err := t.insertMentions(ch, e.Seq, m.sender, &e.Mentions); err != nil {
			return err
		}
	}
	m.extra.Mentions = e.Mentions
	text, err := m.extra.text()
	if err != nil {
		return err
	}
	_, err = t.exec(updateMessage, e.Content, e.At, text, int64(ch), int64(e.Seq))
	return err
}

// DeleteMessage removes a message and all that hangs on it. It says who sent it;
// 0: it was not there.
func (t *Tx) DeleteMessage(ch chat.ChannelID, seq uint64) (sender chat.UserID, err error) {
	m, ok, err := t.message(ch, seq)
	if err != nil || !ok {
		return 0, err
	}
	if _, err := t.exec(deleteMessage, int64(ch), int64(seq)); err != nil {
		return 0, err
	}
	if !m.edited && m.extra.empty() {
		return m.sender, nil // a plain message: nothing can hang on it
	}
	for _, table := range hangingTables() {
		if _, err := t.exec(`DELETE FROM `+table+` WHERE channel_id = ? AND seq = ?`, int64(ch), int64(seq)); err != nil {
			return 0, err
		}
	}
	return m.sender, nil
}

// DeleteMessages removes messages and all that hangs on them.
func (t *Tx) DeleteMessages(ch chat.ChannelID, seqs []uint64) error {
	return inChunks(len(seqs), func(from, to int) error {
		args := make([]any, 1, maxRows+1)
		args[0] = int64(ch)
		for _, seq := range seqs[from:to] {
			args = append(args, int64(seq))
		}
		for _, table := range append(hangingTables(), "messages") {
			if _, err := t.exec(`DELETE FROM `+table+` WHERE channel_id = ? AND seq IN (`+repeat("?", to-from)+`)`, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// AttachThread ties a thread to a message.
func (t *Tx) AttachThread(ch chat.ChannelID, seq uint64, thread chat.ChannelID) error {
	_, err := t.changeExtra(ch, seq, func(x *extra) bool {
		x.ThreadID = thread
		return true
	})
	return err
}

// changing is what must be known of a message that changes.
type changing struct {
	sender chat.UserID
	edited bool
	extra  extra
}

func (t *Tx) message(ch chat.ChannelID, seq uint64) (m changing, ok bool, err error) {
	var sender, edited int64
	var text string
	err = t.query(func(rows *sql.Rows) error {
		ok = true
		return rows.Scan(&sender, &edited, &text)
	}, selectForChange, int64(ch), int64(seq))
	if err == nil && ok {
		m.sender, m.edited = chat.UserID(sender), edited != 0
		m.extra, err = parseExtra(text)
	}
	return m, ok, err
}

// changeExtra changes a message's rarer parts, which nobody else does meanwhile:
// the transaction holds the cursor of the channel's stream. False: the message
// is not there. What do leaves as it was (false) is not written.
func (t *Tx) changeExtra(ch chat.ChannelID, seq uint64, do func(*extra) bool) (there bool, err error) {
	m, ok, err := t.message(ch, seq)
	if err != nil || !ok || !do(&m.extra) {
		return ok, err
	}
	text, err := m.extra.text()
	if err != nil {
		return ok, err
	}
	_, err = t.exec(updateExtra, text, int64(ch), int64(seq))
	return ok, err
}
