package requests

import (
	"context"

	"beep/chat"
	"beep/store"
)

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
	return s.show(ctx, who, id, a.ChannelID, msgs)
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
