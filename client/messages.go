package client

import (
	"context"
	"crypto/rand"

	"beep/chat"
)

// maxUnsent is how many sends may be unanswered at once; further ones wait. It
// is the number of nonces that the server remembers of a user in a channel:
// with more, a repeat might be stored twice.
const maxUnsent = chat.NoncesPerAuthor

// SendOptions are the rarer parts of a send.
type SendOptions struct {
	ReplyTo chat.MessageID
	// Nonce names the send, so that a repeat is stored once; "" makes a fresh one.
	Nonce string
	Poll  *NewPoll // then the content may be empty
}

// NewPoll is a question to be asked.
type NewPoll struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
	Multiple bool     `json:"multiple,omitempty"`
	EndsAt   int64    `json:"ends_at,omitempty"` // Unix milliseconds, 0: until it is closed
}

// Send sends a message, and sends it again under the same nonce if the
// connection is lost before the answer: it is stored once. When it returns
// without error the message is on disk. An error of kind Unavailable leaves it
// open whether it is; a repeat with the same SendOptions.Nonce finds out.
func (c *Client) Send(ctx context.Context, channel chat.ChannelID, content string, opt SendOptions) (chat.Sent, error) {
	ctx, cancel := c.limit(ctx)
	defer cancel()
	select {
	case c.sends <- struct{}{}:
		defer func() { <-c.sends }()
	case <-ctx.Done():
		return chat.Sent{}, &chat.Error{Kind: chat.Unavailable, Op: "message.send", Message: "too many sends wait for their answer", Err: context.Cause(ctx)}
	}
	if opt.Nonce == "" {
		opt.Nonce = rand.Text()
	}
	in := struct {
		ChannelID chat.ChannelID `json:"channel_id"`
		Content   string         `json:"content"`
		ReplyTo   chat.MessageID `json:"reply_to,omitempty"`
		Nonce     string         `json:"nonce"`
		Poll      *NewPoll       `json:"poll,omitempty"`
	}{channel, content, opt.ReplyTo, opt.Nonce, opt.Poll}
	var sent chat.Sent
	_, err := c.do(ctx, sendMethod, in, &sent)
	return sent, err
}

type messageRef struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	MessageID chat.MessageID `json:"message_id"`
	Content   string         `json:"content,omitempty"`
}

// Edit replaces the content of one's own message.
func (c *Client) Edit(ctx context.Context, channel chat.ChannelID, id chat.MessageID, content string) error {
	_, err := c.do(ctx, "message.edit", messageRef{channel, id, content}, nil)
	return err
}

// Delete removes a message.
func (c *Client) Delete(ctx context.Context, channel chat.ChannelID, id chat.MessageID) error {
	repeated, err := c.do(ctx, "message.delete", messageRef{ChannelID: channel, MessageID: id}, nil)
	if repeated && chat.Is(err, chat.NotFound) {
		return nil // the first time did it
	}
	return err
}

// HistoryQuery asks for a page of a channel: at most one of Before, After
// (sequences) and Around; none asks for the newest page. Limit is 1 to 100, 0
// means the server's 50.
type HistoryQuery struct {
	Before uint64         `json:"before,omitempty"`
	After  uint64         `json:"after,omitempty"`
	Around chat.MessageID `json:"around,omitempty"`
	Limit  int            `json:"limit,omitempty"`
}

// Posted is a message as history shows it: what differs between those who look
// is told as they see it.
type Posted struct {
	chat.Message
	Reply     *ReplyPreview   `json:"reply"`
	Reactions []ReactionCount `json:"reactions"`
	Poll      *PollCount      `json:"poll"`
}

// ReplyPreview is the beginning of the message that another one answers.
type ReplyPreview struct {
	ID       chat.MessageID `json:"id"`
	SenderID chat.UserID    `json:"sender_id"`
	Content  string         `json:"content"`
	Deleted  bool           `json:"deleted"`
}

// ReactionCount is how many have used an emoji, and whether the user has.
type ReactionCount struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
	Me    bool   `json:"me"`
}

// PollCount is a poll with its votes counted.
type PollCount struct {
	Question string       `json:"question"`
	Options  []PollAnswer `json:"options"`
	Multiple bool         `json:"multiple"`
	EndsAt   int64        `json:"ends_at"` // Unix milliseconds
	Closed   bool         `json:"closed"`
}

// PollAnswer is one answer of a poll, and whether the user has chosen it.
type PollAnswer struct {
	Text  string `json:"text"`
	Votes int    `json:"votes"`
	Me    bool   `json:"me"`
}

// History reads a page of messages, oldest first, as they are now.
func (c *Client) History(ctx context.Context, channel chat.ChannelID, q HistoryQuery) ([]Posted, error) {
	in := struct {
		ChannelID chat.ChannelID `json:"channel_id"`
		HistoryQuery
	}{channel, q}
	var out struct {
		Messages []Posted `json:"messages"`
	}
	_, err := c.do(ctx, "message.list", in, &out)
	return out.Messages, err
}

// Typing tells the others that the user is typing; repeat it every 5 s.
func (c *Client) Typing(ctx context.Context, channel chat.ChannelID) error {
	in := struct {
		ChannelID chat.ChannelID `json:"channel_id"`
	}{channel}
	return c.once(ctx, "typing.start", in, nil)
}

// SetRead moves the user's read position up to seq; it never goes back.
func (c *Client) SetRead(ctx context.Context, channel chat.ChannelID, seq uint64) error {
	in := struct {
		ChannelID chat.ChannelID `json:"channel_id"`
		Seq       uint64         `json:"seq"`
	}{channel, seq}
	_, err := c.do(ctx, "read.set", in, nil)
	return err
}
