package requests

import (
	"context"
	"slices"

	"beep/chat"
	"beep/store"
)

type unreadArgs struct {
	ServerID chat.ServerID `json:"server_id"`
}

type unreadReply struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	ServerID  chat.ServerID  `json:"server_id"`
	Read      uint64         `json:"read"`
	Unread    int            `json:"unread"`
	Mentions  int            `json:"mentions"`
}

// listUnread counts what the user has not read in the channels that he sees now;
// those where there is nothing are left out.
func (s *Service) listUnread(ctx context.Context, who chat.UserID, a unreadArgs) (any, error) {
	const op = "list unread"
	u, err := s.User(ctx, who)
	if err != nil {
		return nil, err
	}
	ids := slices.Clone(u.Servers)
	for _, d := range u.Directs {
		ids = append(ids, d.ServerID)
	}
	if a.ServerID != 0 {
		if !slices.Contains(ids, a.ServerID) {
			return nil, absentServer(op)
		}
		ids = []chat.ServerID{a.ServerID}
	}
	var marks []store.ReadMark
	roles := map[chat.ServerID][]chat.RoleID{}
	for _, id := range ids {
		err := s.inServer(ctx, op, who, id, func(l *looking) error {
			roles[id] = l.st.RolesOf(who)
			for i := range l.st.Channels {
				if c := &l.st.Channels[i]; c.Type.HasMessages() && l.sees(c.ID) {
					marks = append(marks, store.ReadMark{Channel: c.ID, Server: id, Seq: u.Read[c.ID].Seq})
				}
			}
			return nil
		})
		// A membership that ends just now is no reason to refuse the others.
		if err != nil && !chat.Is(err, chat.NotFound) {
			return nil, err
		}
	}
	counts, err := s.cfg.Read.Unread(ctx, who, marks, roles)
	if err != nil {
		return nil, err
	}
	list := []unreadReply{}
	for _, m := range marks {
		if n := counts[m.Channel]; n.Messages > 0 {
			list = append(list, unreadReply{m.Channel, m.Server, m.Seq, n.Messages, n.Mentions})
		}
	}
	return map[string]any{"channels": list}, nil
}
