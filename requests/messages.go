package requests

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"beep/chat"
	"beep/store"
	"beep/wire"
)

type sendArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	Content   string         `json:"content"`
	ReplyTo   chat.MessageID `json:"reply_to"`
	Nonce     string         `json:"nonce"`
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
		Content: args.Content, ReplyTo: args.ReplyTo, Nonce: args.Nonce,
	}
	if err := chat.ValidateSend(c); err != nil {
		reply(nil, err)
		return
	}
	if id, ok := s.cfg.Tenants.ServerOf(c.Channel); ok {
		c.Server = id
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
		sent, ok := v.(*chat.Sent)
		switch {
		case err != nil:
			reply(nil, err)
		case !ok:
			reply(nil, chat.Errorf(chat.Internal, c.CommandName(), "unexpected answer %T", v))
		default:
			reply(appendSent(make([]byte, 0, 128), sent), nil)
		}
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

type editArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	MessageID chat.MessageID `json:"message_id"`
	Content   string         `json:"content"`
}

type deleteArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	MessageID chat.MessageID `json:"message_id"`
}

type numberReply struct {
	N uint64 `json:"n"`
}

func (s *Service) editMessage(ctx context.Context, who chat.UserID, a editArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.EditMessage{By: who, Channel: a.ChannelID, Message: a.MessageID, Content: a.Content})
}

func (s *Service) deleteMessage(ctx context.Context, who chat.UserID, a deleteArgs) (any, error) {
	return s.askChannel(ctx, who, a.ChannelID, &chat.DeleteMessage{By: who, Channel: a.ChannelID, Message: a.MessageID})
}

func (s *Service) askChannel(ctx context.Context, who chat.UserID, ch chat.ChannelID, cmd chat.Command) (any, error) {
	id, err := s.serverOf(ctx, cmd.CommandName(), who, ch)
	if err != nil {
		return nil, err
	}
	v, err := s.cfg.Place.Ask(ctx, chat.ChannelKey(id, ch), cmd)
	if err != nil {
		return nil, err
	}
	return numberReply{number(v)}, nil
}

type listArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	Before    uint64         `json:"before"`
	After     *uint64        `json:"after"` // 0 is before the first message
	Around    chat.MessageID `json:"around"`
	Limit     *int           `json:"limit"`
}

// listMessages asks the channel's actor, whose memory holds the newest page,
// and completes what is missing from the read model.
func (s *Service) listMessages(ctx context.Context, who chat.UserID, a listArgs) (any, error) {
	q := &chat.ReadHistory{By: who, Channel: a.ChannelID, Before: a.Before, Around: a.Around, Limit: chat.DefaultHistoryPage}
	if a.After != nil {
		q.After, q.FromStart = *a.After, *a.After == 0
	}
	if a.Limit != nil {
		q.Limit = *a.Limit
	}
	if err := chat.ValidateHistory(q); err != nil {
		return nil, err
	}
	id, err := s.serverOf(ctx, q.CommandName(), who, a.ChannelID)
	if err != nil {
		return nil, err
	}
	msgs, err := s.history(ctx, chat.ChannelKey(id, a.ChannelID), q)
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 64+256*len(msgs)), `{"messages":[`...)
	for i := range msgs {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendMessage(b, &msgs[i])
	}
	return rawJSON(append(b, `]}`...)), nil
}

// history merges the actor's memory with the read model.
func (s *Service) history(ctx context.Context, key chat.Key, q *chat.ReadHistory) ([]chat.Message, error) {
	v, err := s.cfg.Place.Ask(ctx, key, q)
	if err != nil {
		return nil, err
	}
	page, ok := v.(*chat.HistoryPage)
	switch {
	case !ok:
		return nil, chat.Errorf(chat.Internal, q.CommandName(), "unexpected answer %T", v)
	case page.Around != 0:
		return s.around(ctx, key, q, page)
	case page.OlderThan != 0:
		older, err := s.archived(ctx, store.MessageQuery{Channel: q.Channel, Before: page.OlderThan, Limit: page.Missing}, page.Evicted)
		return append(older, page.Messages...), err
	case page.Newer:
		return s.newer(ctx, key, q, page)
	}
	return page.Messages, nil
}

// newer reads on from the read model into the actor's memory.
func (s *Service) newer(ctx context.Context, key chat.Key, q *chat.ReadHistory, page *chat.HistoryPage) ([]chat.Message, error) {
	query := store.MessageQuery{Channel: q.Channel, After: page.NewerThan, FromStart: page.NewerThan == 0, UpTo: page.EvictedSeq, Limit: page.Missing}
	msgs, err := s.archived(ctx, query, page.Evicted)
	if err != nil || len(msgs) == page.Missing {
		return msgs, err
	}
	rest := *q
	rest.Before, rest.Around, rest.FromStart = 0, 0, false
	rest.After, rest.Limit = page.EvictedSeq, page.Missing-len(msgs)
	more, err := s.history(ctx, key, &rest)
	return append(msgs, more...), err
}

// around reads half a page on both sides of a message that is out of memory.
func (s *Service) around(ctx context.Context, key chat.Key, q *chat.ReadHistory, page *chat.HistoryPage) ([]chat.Message, error) {
	m, err := s.archivedMessage(ctx, q, page.Evicted)
	if err != nil {
		return nil, err
	}
	after, before := *q, *q
	after.Around, after.After, after.Limit = 0, m.Seq, max(q.Limit/2, 1)
	newer, err := s.history(ctx, key, &after)
	if err != nil {
		return nil, err
	}
	newer = newer[:min(len(newer), q.Limit/2)]
	before.Around, before.Before, before.Limit = 0, m.Seq+1, q.Limit-len(newer)
	older, err := s.history(ctx, key, &before)
	return append(older, newer...), err
}

const (
	// behindPause and behindAttempts: how long a request waits for a read model
	// that is up, but has not come far enough: two seconds in all.
	behindPause    = 10 * time.Millisecond
	behindAttempts = 200
)

// archived reads a page from the read model once it has come as far as record
// must of the channel.
func (s *Service) archived(ctx context.Context, q store.MessageQuery, must uint64) (page []chat.Message, err error) {
	err = s.caughtUp(ctx, "read history", must, func() (applied uint64, err error) {
		page, applied, err = s.cfg.Read.Messages(ctx, q)
		return applied, err
	})
	return page, err
}

func (s *Service) archivedMessage(ctx context.Context, q *chat.ReadHistory, must uint64) (m chat.Message, err error) {
	err = s.caughtUp(ctx, "read history", must, func() (applied uint64, err error) {
		m, applied, err = s.cfg.Read.Message(ctx, q.Channel, q.Around)
		if chat.Is(err, chat.NotFound) && applied < must {
			return applied, nil
		}
		return applied, err
	})
	return m, err
}

// caughtUp repeats read until it says that it has come as far as must.
func (s *Service) caughtUp(ctx context.Context, op string, must uint64, read func() (uint64, error)) error {
	for range behindAttempts {
		applied, err := read()
		if err != nil || applied >= must {
			return err
		}
		select {
		case <-ctx.Done():
			return &chat.Error{Kind: chat.Unavailable, Op: op, Message: "took too long", Err: ctx.Err()}
		case <-time.After(behindPause):
		}
	}
	return chat.Errorf(chat.Unavailable, op, "the read model is behind: temporarily unavailable")
}
