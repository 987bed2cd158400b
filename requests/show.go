package requests

import (
	"context"

	"beep/chat"
)

// show writes messages of one channel as who sees them, oldest first or however
// they come. Only a page with replies to what is not on it asks for more.
func (s *Service) show(ctx context.Context, who chat.UserID, server chat.ServerID, ch chat.ChannelID, msgs []chat.Message) (rawJSON, error) {
	v, err := s.viewer(ctx, who, server, ch, msgs)
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 64+256*len(msgs)), `{"messages":[`...)
	for i := range msgs {
		if i > 0 {
			b = append(b, ',')
		}
		b = v.append(b, &msgs[i])
	}
	return append(b, `]}`...), nil
}

// viewer finds the messages that msgs reply to: on the page itself, else in the
// channel's memory, else in the read model; each of the two is asked once. While
// the read model cannot answer, those that only it has are left out.
// Replies are to messages of the same channel alone, so who sees the one may
// see the other.
func (s *Service) viewer(ctx context.Context, who chat.UserID, server chat.ServerID, ch chat.ChannelID, msgs []chat.Message) (*viewer, error) {
	v := &viewer{who: who, now: s.cfg.Now().UnixMilli()}
	missing := v.fromPage(msgs)
	if len(missing) == 0 {
		return v, nil
	}
	q := &chat.GetReplied{By: who, Channel: ch, Messages: missing}
	answer, err := s.cfg.Place.Ask(ctx, chat.ChannelKey(server, ch), q)
	r, err := answered[*chat.Replied](q.CommandName(), answer, err)
	if err != nil {
		return nil, err
	}
	for i := range r.Messages {
		v.previews[r.Messages[i].ID] = previewOf(&r.Messages[i])
	}
	if len(r.Missing) == 0 {
		return v, nil
	}
	var found []chat.Message
	err = s.caughtUp(ctx, q.CommandName(), r.Evicted, func() (applied uint64, err error) {
		found, applied, err = s.cfg.Read.MessagesByID(ctx, ch, r.Missing)
		return applied, err
	})
	if err != nil { // the page itself is whole: better without some previews than not at all
		for _, id := range r.Missing {
			delete(v.previews, id)
		}
		return v, nil
	}
	for i := range found {
		v.previews[found[i].ID] = previewOf(&found[i])
	}
	return v, nil
}

// fromPage makes the previews of what the page itself holds, marks the others
// as deleted until they are found, and names them.
func (v *viewer) fromPage(msgs []chat.Message) (missing []chat.MessageID) {
	for i := range msgs {
		id := msgs[i].ReplyTo
		if _, known := v.previews[id]; id == 0 || known {
			continue
		}
		if v.previews == nil {
			v.previews = map[chat.MessageID]preview{}
		}
		v.previews[id] = preview{ID: id, Deleted: true}
		missing = append(missing, id)
	}
	if len(missing) == 0 {
		return nil
	}
	for i := range msgs {
		if _, wanted := v.previews[msgs[i].ID]; wanted {
			v.previews[msgs[i].ID] = previewOf(&msgs[i])
		}
	}
	left := missing[:0]
	for _, id := range missing {
		if v.previews[id].Deleted {
			left = append(left, id)
		}
	}
	return left
}

func (s *Service) getMessage(ctx context.Context, who chat.UserID, a messageArgs) (any, error) {
	m, err := s.message(ctx, who, a.ChannelID, a.MessageID)
	if err != nil {
		return nil, err
	}
	id, err := s.serverOf(ctx, "get message", who, a.ChannelID)
	if err != nil {
		return nil, err
	}
	v, err := s.viewer(ctx, who, id, a.ChannelID, []chat.Message{*m})
	if err != nil {
		return nil, err
	}
	return rawJSON(append(v.append([]byte(`{"message":`), m), '}')), nil
}

// maxEdits bounds the list of what a message said before: the first ones.
const maxEdits = 100

type editReply struct {
	Content string `json:"content"`
	At      int64  `json:"at"`
}

// listEdits shows what a message said before. Who sees the message may see it;
// of a deleted one nothing is left.
func (s *Service) listEdits(ctx context.Context, who chat.UserID, a messageArgs) (any, error) {
	const op = "list edits"
	m, err := s.message(ctx, who, a.ChannelID, a.MessageID)
	if err != nil {
		return nil, err
	}
	list := []editReply{}
	if m.EditedAt == 0 {
		return map[string][]editReply{"edits": list}, nil
	}
	must, err := s.numberOf(ctx, who, a.ChannelID)
	if err != nil {
		return nil, err
	}
	id, err := s.serverOf(ctx, op, who, a.ChannelID)
	if err != nil {
		return nil, err
	}
	err = s.caughtUp(ctx, op, must, func() (uint64, error) { return s.cfg.Read.Applied(ctx, chat.ChannelKey(id, a.ChannelID)) })
	if err != nil {
		return nil, err
	}
	edits, err := s.cfg.Read.Edits(ctx, a.ChannelID, a.MessageID, 0, maxEdits)
	if err != nil {
		return nil, err
	}
	for _, e := range edits {
		list = append(list, editReply{e.Content, e.At})
	}
	return map[string][]editReply{"edits": list}, nil
}

type channelArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
}

// listPins shows what is pinned, newest pin first. There are at most
// chat.MaxPins of them.
func (s *Service) listPins(ctx context.Context, who chat.UserID, a channelArgs) (any, error) {
	const op = "list pins"
	must, err := s.numberOf(ctx, who, a.ChannelID) // asks whether he sees the channel
	if err != nil {
		return nil, err
	}
	id, err := s.serverOf(ctx, op, who, a.ChannelID)
	if err != nil {
		return nil, err
	}
	var msgs []chat.Message
	err = s.caughtUp(ctx, op, must, func() (applied uint64, err error) {
		msgs, applied, err = s.cfg.Read.Pins(ctx, a.ChannelID, chat.MaxPins)
		return applied, err
	})
	if err != nil {
		return nil, err
	}
	return s.show(ctx, who, id, a.ChannelID, msgs)
}

// numberOf is the number of the last record of a channel that who sees: whoever
// has heard of a change finds it in what is read up to there.
func (s *Service) numberOf(ctx context.Context, who chat.UserID, ch chat.ChannelID) (uint64, error) {
	q := &chat.GetReplied{By: who, Channel: ch}
	v, err := s.channelSays(ctx, who, ch, q)
	r, err := answered[*chat.Replied](q.CommandName(), v, err)
	if err != nil {
		return 0, err
	}
	return r.Number, nil
}
