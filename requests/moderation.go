package requests

import (
	"context"
	"slices"

	"beep/chat"
)

type memberRolesArgs struct {
	memberArgs
	Add    []chat.RoleID `json:"add"`
	Remove []chat.RoleID `json:"remove"`
}

func (s *Service) changeMemberRoles(ctx context.Context, who chat.UserID, a memberRolesArgs) (any, error) {
	c := &chat.ChangeMemberRoles{By: who, User: a.UserID, Add: a.Add, Remove: a.Remove}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	if len(a.Add)+len(a.Remove) > chat.MaxRolesPerServer {
		return nil, chat.Errorf(chat.Invalid, c.CommandName(), "a server has at most %d roles", chat.MaxRolesPerServer)
	}
	return s.askServer(ctx, a.ServerID, c)
}

type renameArgs struct {
	memberArgs
	Nickname string `json:"nickname"`
}

func (s *Service) renameMember(ctx context.Context, who chat.UserID, a renameArgs) (any, error) {
	c := &chat.RenameMember{By: who, User: a.UserID, Nickname: a.Nickname}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	return s.askServer(ctx, a.ServerID, c)
}

type muteArgs struct {
	memberArgs
	Until  int64  `json:"until"`
	Reason string `json:"reason"`
}

func (s *Service) muteMember(ctx context.Context, who chat.UserID, a muteArgs) (any, error) {
	c := &chat.MuteMember{By: who, User: a.UserID, Until: a.Until, Reason: a.Reason}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	return s.askServer(ctx, a.ServerID, c)
}

type kickArgs struct {
	memberArgs
	Reason string `json:"reason"`
}

func (s *Service) kickMember(ctx context.Context, who chat.UserID, a kickArgs) (any, error) {
	c := &chat.KickMember{By: who, User: a.UserID, Reason: a.Reason}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	return s.askServer(ctx, a.ServerID, c)
}

type banArgs struct {
	memberArgs
	Reason       string `json:"reason"`
	PurgeSeconds int64  `json:"purge_seconds"`
}

// banMember bans. What the banned has written lately is looked up before: the
// server's actor does not know it, and channels add what they hold in memory.
func (s *Service) banMember(ctx context.Context, who chat.UserID, a banArgs) (any, error) {
	c := &chat.BanMember{By: who, User: a.UserID, Reason: a.Reason}
	op := c.CommandName()
	if err := a.check(op); err != nil {
		return nil, err
	}
	if a.PurgeSeconds < 0 || a.PurgeSeconds > chat.MaxPurgeMillis/1000 {
		return nil, chat.Errorf(chat.Invalid, op, "purge_seconds must be 0 to %d", chat.MaxPurgeMillis/1000)
	}
	if a.PurgeSeconds > 0 {
		// Only for those who may: others must not make the read model work.
		err := s.inRealServer(ctx, op, who, a.ServerID, func(l *looking) error { return needs(op, l.can(0), chat.ManageMembers) })
		if err != nil {
			return nil, err
		}
		c.Since = max(s.cfg.Now().UnixMilli()-a.PurgeSeconds*1000, 1)
		if c.Purge, err = s.cfg.Read.MessagesSince(ctx, a.ServerID, a.UserID, c.Since); err != nil {
			return nil, err
		}
	}
	return s.askServer(ctx, a.ServerID, c)
}

func (s *Service) unbanMember(ctx context.Context, who chat.UserID, a memberArgs) (any, error) {
	c := &chat.UnbanMember{By: who, User: a.UserID}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	return s.askServer(ctx, a.ServerID, c)
}

type banReply struct {
	UserID   chat.UserID `json:"user_id"`
	Username string      `json:"username,omitempty"`
	By       chat.UserID `json:"by"`
	At       int64       `json:"at"`
	Reason   string      `json:"reason,omitempty"`
}

type bansArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	After    chat.UserID   `json:"after"`
	Limit    *int          `json:"limit"`
}

// listBans shows the bans by user to those who may ban.
func (s *Service) listBans(ctx context.Context, who chat.UserID, a bansArgs) (any, error) {
	const op = "list bans"
	limit, err := pageLimit(op, a.Limit, maxPage)
	if err != nil {
		return nil, err
	}
	var ids []chat.UserID
	err = s.inRealServer(ctx, op, who, a.ServerID, func(l *looking) error {
		if err := needs(op, l.can(0), chat.ManageMembers); err != nil {
			return err
		}
		for u := range l.st.Bans {
			if u > a.After {
				ids = append(ids, u)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(ids) // not under the copy's lock: there may be 100,000
	list := []banReply{}
	err = s.inRealServer(ctx, op, who, a.ServerID, func(l *looking) error {
		for _, u := range ids[:min(len(ids), limit)] {
			if b, ok := l.st.Bans[u]; ok {
				list = append(list, banReply{u, b.Username, b.By, b.At, b.Reason})
			}
		}
		return needs(op, l.can(0), chat.ManageMembers)
	})
	return map[string]any{"bans": list}, err
}
