package requests

import (
	"context"
	"encoding/json"
	"strconv"

	"beep/chat"
)

type sendArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	Content   string         `json:"content"`
	ReplyTo   chat.MessageID `json:"reply_to"`
	Nonce     string         `json:"nonce"`
	Poll      *pollArgs      `json:"poll"`
}

type pollArgs struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
	Multiple bool     `json:"multiple"`
	EndsAt   int64    `json:"ends_at"`
}

func (a *pollArgs) poll() *chat.Poll {
	if a == nil {
		return nil
	}
	p := &chat.Poll{Question: a.Question, Multiple: a.Multiple, EndsAt: a.EndsAt, Options: make([]chat.PollOption, len(a.Options))}
	for i, text := range a.Options {
		p.Options[i].Text = text
	}
	return p
}

// sendMessage goes by way of the user's actor, which owns the send window.
func (s *Service) sendMessage(who chat.UserID, data json.RawMessage, reply func([]byte, error)) {
	var args sendArgs
	if err := decode(data, &args); err != nil {
		reply(nil, err)
		return
	}
	c := &chat.SendMessage{
		By: who, Channel: args.ChannelID, ID: chat.MessageID(s.cfg.NewID()),
		Content: args.Content, ReplyTo: args.ReplyTo, Nonce: args.Nonce, Poll: args.Poll.poll(),
	}
	if err := chat.ValidateSend(c); err != nil {
		reply(nil, err)
		return
	}
	if id, ok := s.cfg.Tenants.ServerOf(c.Channel); ok {
		c.Server = id // whether he is in it, the channel's actor asks anyway
		s.tellSend(c, reply)
		return
	}
	go func() { // the server is not held here: rare, and may take a look into the log
		ctx, cancel := context.WithTimeout(context.Background(), Timeout)
		defer cancel()
		id, err := s.serverOf(ctx, c.CommandName(), who, c.Channel)
		if err != nil {
			reply(nil, err)
			return
		}
		c.Server = id
		s.tellSend(c, reply)
	}()
}

func (s *Service) tellSend(c *chat.SendMessage, reply func([]byte, error)) {
	s.cfg.Place.Tell(chat.UserKey(c.By), c, func(v any, err error) {
		sent, err := answered[*chat.Sent](c.CommandName(), v, err)
		if err != nil {
			reply(nil, err)
			return
		}
		reply(appendSent(make([]byte, 0, 128), sent), nil)
	})
}

// appendSent writes what encoding/json would.
func appendSent(b []byte, m *chat.Sent) []byte {
	b = append(b, `{"id":"`...)
	b = strconv.AppendUint(b, uint64(m.ID), 10)
	b = append(b, `","channel_id":"`...)
	b = strconv.AppendUint(b, uint64(m.ChannelID), 10)
	b = append(b, `","seq":`...)
	b = strconv.AppendUint(b, m.Seq, 10)
	b = append(b, `,"created_at":`...)
	b = strconv.AppendInt(b, m.CreatedAt, 10)
	if m.Repeat {
		b = append(b, `,"repeat":true`...)
	}
	return append(b, '}')
}

type forwardArgs struct {
	ChannelID   chat.ChannelID `json:"channel_id"`
	MessageID   chat.MessageID `json:"message_id"`
	ToChannelID chat.ChannelID `json:"to_channel_id"`
	Nonce       string         `json:"nonce"`
}

// forwardMessage copies a message that who sees to where he may send. Of what was
// forwarded before, the first sender is kept.
func (s *Service) forwardMessage(ctx context.Context, who chat.UserID, a forwardArgs) (any, error) {
	const op = "forward message"
	m, err := s.message(ctx, who, a.ChannelID, a.MessageID)
	if err != nil {
		return nil, err
	}
	f := m.Forwarded
	if f == nil {
		f = &chat.Forwarded{SenderID: m.SenderID, Content: m.Content, CreatedAt: m.CreatedAt}
	}
	if m.Type != chat.PlainMessage || f.Content == "" {
		return nil, chat.Errorf(chat.Invalid, op, "only what somebody wrote can be forwarded")
	}
	id, err := s.serverOf(ctx, op, who, a.ToChannelID)
	if err != nil {
		return nil, err
	}
	v, err := s.cfg.Place.Ask(ctx, chat.UserKey(who), &chat.SendMessage{
		By: who, Server: id, Channel: a.ToChannelID, ID: chat.MessageID(s.cfg.NewID()), Nonce: a.Nonce,
		Forwarded: &chat.Forwarded{SenderID: f.SenderID, Content: f.Content, CreatedAt: f.CreatedAt},
	})
	return answered[*chat.Sent](op, v, err)
}

type editArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	MessageID chat.MessageID `json:"message_id"`
	Content   string         `json:"content"`
}

// messageArgs name a message.
type messageArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	MessageID chat.MessageID `json:"message_id"`
}

func (s *Service) editMessage(ctx context.Context, who chat.UserID, a editArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.EditMessage{By: who, Channel: a.ChannelID, Message: a.MessageID, Content: a.Content})
}

func (s *Service) deleteMessage(ctx context.Context, who chat.UserID, a messageArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.DeleteMessage{By: who, Channel: a.ChannelID, Message: a.MessageID})
}

func (s *Service) pinMessage(ctx context.Context, who chat.UserID, a messageArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.PinMessage{
		By: who, Channel: a.ChannelID, Message: a.MessageID, Pinned: true, SystemID: chat.MessageID(s.cfg.NewID()),
	})
}

func (s *Service) unpinMessage(ctx context.Context, who chat.UserID, a messageArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.PinMessage{By: who, Channel: a.ChannelID, Message: a.MessageID})
}

// message is one message that who sees, whole.
func (s *Service) message(ctx context.Context, who chat.UserID, ch chat.ChannelID, id chat.MessageID) (*chat.Message, error) {
	c := &chat.GetMessage{By: who, Channel: ch, Message: id}
	if id == 0 {
		return nil, chat.Errorf(chat.Invalid, c.CommandName(), "message_id is missing")
	}
	v, err := s.channelSays(ctx, who, ch, c)
	return answered[*chat.Message](c.CommandName(), v, err)
}
