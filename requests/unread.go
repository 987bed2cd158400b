package requests

import (
	"context"
	"slices"

	"beep/chat"
	"beep/store"
)

// maxUnread is how many channels one request counts in: a whole server has at most
// chat.MaxChannelsPerServer and chat.MaxThreadsPerServer. More would hold the read
// model for seconds.
const maxUnread = 2000

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

type unreadList struct {
	Channels []unreadReply `json:"channels"`
	// LeftOut are servers that were not looked at: ask for each by itself.
	LeftOut []chat.ServerID `json:"left_out,omitempty"`
}

// listUnread counts what the user has not read in the channels that he sees now;
// those where there is nothing are left out. Conversations come first, then
// servers as long as they fit whole into maxUnread; the others are named.
func (s *Service) listUnread(ctx context.Context, who chat.UserID, a unreadArgs) (any, error) {
	const op = "list unread"
	u, err := s.User(ctx, who)
	if err != nil {
		return nil, err
	}
	var ids []chat.ServerID
	for _, d := range u.Directs {
		ids = append(ids, d.ServerID)
	}
	ids = append(ids, u.Servers...)
	if a.ServerID != 0 {
		if !slices.Contains(ids, a.ServerID) {
			return nil, absentServer(op)
		}
		ids = []chat.ServerID{a.ServerID}
	}
	out := unreadList{Channels: []unreadReply{}}
	var marks []store.ReadMark
	roles := map[chat.ServerID][]chat.RoleID{}
	for _, id := range ids {
		before := len(marks)
		err := s.inServer(ctx, op, who, id, func(l *looking) error {
			roles[id] = l.st.RolesOf(who)
			marks = l.marks(marks, u)
			return nil
		})
		if before > 0 && len(marks) > maxUnread {
			marks = marks[:before]
			out.LeftOut = append(out.LeftOut, id)
		}
		// A membership that ends just now is no reason to refuse the others.
		if err != nil && !chat.Is(err, chat.NotFound) {
			return nil, err
		}
	}
	counts, err := s.cfg.Read.Unread(ctx, who, marks, roles)
	if err != nil {
		return nil, err
	}
	for _, m := range marks {
		if n := counts[m.Channel]; n.Messages > 0 {
			out.Channels = append(out.Channels, unreadReply{m.Channel, m.Server, m.Seq, n.Messages, n.Mentions})
		}
	}
	return out, nil
}

// marks appends where the user has got to in the channels of the server that he sees.
func (l *looking) marks(list []store.ReadMark, u *chat.User) []store.ReadMark {
	for i := range l.st.Channels {
		if c := &l.st.Channels[i]; c.Type.HasMessages() && l.sees(c.ID) {
			list = append(list, store.ReadMark{Channel: c.ID, Server: l.st.ID, Seq: u.Read[c.ID].Seq})
		}
	}
	return list
}
