package requests

import (
	"context"

	"beep/chat"
)

type membersArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	After    chat.UserID   `json:"after"`
	Limit    *int          `json:"limit"`
	Query    string        `json:"query"`
}

type memberReply struct {
	UserID     chat.UserID   `json:"user_id"`
	Username   string        `json:"username"`
	Nickname   string        `json:"nickname,omitempty"`
	Roles      []chat.RoleID `json:"roles"`
	JoinedAt   int64         `json:"joined_at"`
	MutedUntil int64         `json:"muted_until,omitempty"`
	Status     string        `json:"status"`
}

// listMembers shows members by identifier, from the live copy: whoever has heard
// of a member finds him. Those whose name begins with a query are found by the
// read model, which may be a moment behind, and shown as the copy knows them.
func (s *Service) listMembers(ctx context.Context, who chat.UserID, a membersArgs) (any, error) {
	const op = "list members"
	limit, err := pageLimit(op, a.Limit, maxPage)
	if err != nil {
		return nil, err
	}
	if err := checkQuery(op, a.Query); err != nil {
		return nil, err
	}
	var n uint64
	if err := s.inServer(ctx, op, who, a.ServerID, func(l *looking) error { n = l.st.Number; return nil }); err != nil {
		return nil, err
	}
	ids, err := s.memberIDs(ctx, op, a, n, limit)
	if err != nil {
		return nil, err
	}
	var list []memberReply
	err = s.inServer(ctx, op, who, a.ServerID, func(l *looking) error {
		list = l.members(ids)
		return nil
	})
	s.present(a.ServerID, list)
	return map[string]any{"members": list}, err
}

func (s *Service) memberIDs(ctx context.Context, op string, a membersArgs, must uint64, limit int) ([]chat.UserID, error) {
	if a.Query == "" {
		t, err := s.cfg.Tenants.Acquire(ctx, a.ServerID)
		if err != nil {
			return nil, err
		}
		defer t.Release()
		return t.MembersAfter(a.After, limit), nil
	}
	err := s.caughtUp(ctx, op, must, func() (uint64, error) { return s.cfg.Read.Applied(ctx, chat.ServerKey(a.ServerID)) })
	if err != nil {
		return nil, err
	}
	found, err := s.cfg.Read.SearchMembers(ctx, a.ServerID, a.Query, a.After, limit)
	if err != nil {
		return nil, err
	}
	ids := make([]chat.UserID, len(found))
	for i := range found {
		ids[i] = found[i].UserID
	}
	return ids, nil
}

// members shows those of ids that are members; present adds who is connected.
func (l *looking) members(ids []chat.UserID) []memberReply {
	list := make([]memberReply, 0, len(ids))
	for _, id := range ids {
		if m, ok := l.member(id); ok {
			list = append(list, m)
		}
	}
	return list
}

func (l *looking) member(id chat.UserID) (memberReply, bool) {
	m, ok := l.st.Members[id]
	if !ok {
		return memberReply{}, false
	}
	r := memberReply{
		UserID: id, Username: m.Username, Nickname: m.Nickname, Roles: l.st.RolesOf(id), JoinedAt: m.JoinedAt,
	}
	if m.MutedUntil > l.now {
		r.MutedUntil = m.MutedUntil
	}
	return r, true
}

// present says who is connected. It asks the gateway, which has locks of its own,
// and is therefore not called while the copy is being looked at.
func (s *Service) present(id chat.ServerID, list []memberReply) {
	for i := range list {
		list[i].Status = "offline"
		if s.cfg.Presence.Online(id, list[i].UserID) {
			list[i].Status = "online"
		}
	}
}

func (s *Service) getMember(ctx context.Context, who chat.UserID, a memberArgs) (any, error) {
	const op = "get member"
	if err := a.check(op); err != nil {
		return nil, err
	}
	var found []memberReply
	err := s.inServer(ctx, op, who, a.ServerID, func(l *looking) error {
		if found = l.members([]chat.UserID{a.UserID}); len(found) == 0 {
			return chat.Errorf(chat.NotFound, op, "there is no such member")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.present(a.ServerID, found)
	return map[string]any{"member": found[0]}, nil
}

// scannedMembers is how many members one channel.members looks at: at 1 µs each
// a millisecond or two, however few of them see the channel.
const scannedMembers = 2000

type channelMembersArgs struct {
	ChannelID chat.ChannelID `json:"channel_id"`
	After     chat.UserID    `json:"after"`
	Limit     *int           `json:"limit"`
}

type channelMembersReply struct {
	Members []memberReply `json:"members"`
	// Next is from where to go on; absent at the end. A page may be short, even
	// empty, before the end.
	Next chat.UserID `json:"next,omitempty"`
}

// channelMembers shows who sees a channel to those who see it.
func (s *Service) channelMembers(ctx context.Context, who chat.UserID, a channelMembersArgs) (any, error) {
	const op = "list members of channel"
	limit, err := pageLimit(op, a.Limit, maxPage)
	if err != nil {
		return nil, err
	}
	id, err := s.inChannel(ctx, op, who, a.ChannelID, func(*looking, *chat.Channel) error { return nil })
	if err != nil {
		return nil, err
	}
	t, err := s.cfg.Tenants.Acquire(ctx, id)
	if err != nil {
		return nil, err
	}
	defer t.Release()
	ids := t.MembersAfter(a.After, scannedMembers)
	out := channelMembersReply{Members: []memberReply{}}
	_, err = s.inChannel(ctx, op, who, a.ChannelID, func(l *looking, c *chat.Channel) error {
		for i, u := range ids {
			if !chat.CanSee(l.st, u, c.ID) {
				continue
			}
			if m, ok := l.member(u); ok {
				out.Members = append(out.Members, m)
			}
			if len(out.Members) == limit && i < len(ids)-1 {
				out.Next = u
				return nil
			}
		}
		if len(ids) == scannedMembers {
			out.Next = ids[len(ids)-1]
		}
		return nil
	})
	s.present(id, out.Members)
	return out, err
}
