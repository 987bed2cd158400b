package requests

import (
	"context"

	"beep/chat"
)

func absentServer(op string) error {
	return chat.Errorf(chat.NotFound, op, "there is no such server")
}

func absentChannel(op string) error {
	return chat.Errorf(chat.NotFound, op, "there is no such channel")
}

// serverOf finds the server, or the direct conversation, of a channel among
// those that who is in; a channel of any other is NotFound. The copies of a
// user's servers are held while he has a socket; otherwise they are looked
// through one after the other.
func (s *Service) serverOf(ctx context.Context, op string, who chat.UserID, ch chat.ChannelID) (chat.ServerID, error) {
	if ch == 0 {
		return 0, chat.Errorf(chat.Invalid, op, "channel_id is missing")
	}
	if id, ok := s.cfg.Tenants.ServerOf(ch); ok {
		if in, err := s.memberWith(ctx, id, who, ch); in || err != nil {
			return id, err
		}
		return 0, absentChannel(op)
	}
	u, err := s.User(ctx, who)
	if err != nil {
		return 0, err
	}
	for _, d := range u.Directs {
		if d.ChannelID == ch {
			return d.ServerID, nil
		}
	}
	// A server that cannot be looked at now must not make its channels look absent.
	var unknown error
	for _, id := range u.Servers {
		in, err := s.memberWith(ctx, id, who, ch)
		if in {
			return id, nil
		}
		if err != nil {
			unknown = err
		}
	}
	if unknown != nil {
		return 0, unknown
	}
	return 0, absentChannel(op)
}

// memberWith reports whether who is a member of server id, and ch a channel there.
func (s *Service) memberWith(ctx context.Context, id chat.ServerID, who chat.UserID, ch chat.ChannelID) (in bool, err error) {
	t, err := s.cfg.Tenants.Acquire(ctx, id)
	if chat.Is(err, chat.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer t.Release()
	t.Read(func(st *chat.Server) {
		_, member := st.Members[who]
		_, there := st.Channel(ch)
		in = member && there
	})
	return in, nil
}

// looking is somebody's look at the live copy of a server he is a member of.
type looking struct {
	st  *chat.Server
	who chat.UserID
	now int64 // Unix milliseconds
}

// can is what the one who looks may do in ch (0: in the server) now.
func (l *looking) can(ch chat.ChannelID) chat.Permission {
	return chat.Can(l.st, l.who, ch, l.now).Permissions
}

// sees reports whether he sees a channel.
func (l *looking) sees(ch chat.ChannelID) bool { return chat.CanSee(l.st, l.who, ch) }

// inServer lets fn look at the copy of a server that who is a member of; any
// other looks absent. fn must be short, and keep nothing that changes.
func (s *Service) inServer(ctx context.Context, op string, who chat.UserID, id chat.ServerID, fn func(*looking) error) error {
	if id == 0 {
		return chat.Errorf(chat.Invalid, op, "server_id is missing")
	}
	t, err := s.cfg.Tenants.Acquire(ctx, id)
	if chat.Is(err, chat.NotFound) {
		return absentServer(op)
	}
	if err != nil {
		return err
	}
	defer t.Release()
	now := s.cfg.Now().UnixMilli()
	t.Read(func(st *chat.Server) {
		if _, ok := st.Members[who]; !ok {
			err = absentServer(op)
			return
		}
		err = fn(&looking{st: st, who: who, now: now})
	})
	return err
}

// inRealServer is inServer for what direct conversations do not have.
func (s *Service) inRealServer(ctx context.Context, op string, who chat.UserID, id chat.ServerID, fn func(*looking) error) error {
	return s.inServer(ctx, op, who, id, func(l *looking) error {
		if l.st.Kind != chat.ServerOfMembers {
			return absentServer(op)
		}
		return fn(l)
	})
}

// inChannel lets fn look at the server of a channel that who sees, and at the
// channel; any other looks absent.
func (s *Service) inChannel(ctx context.Context, op string, who chat.UserID, ch chat.ChannelID, fn func(*looking, *chat.Channel) error) (chat.ServerID, error) {
	id, err := s.serverOf(ctx, op, who, ch)
	if err != nil {
		return 0, err
	}
	err = s.inServer(ctx, op, who, id, func(l *looking) error {
		c, ok := l.st.Channel(ch)
		if !ok || !l.sees(ch) {
			return absentChannel(op)
		}
		return fn(l, &c)
	})
	if chat.Is(err, chat.NotFound) {
		err = absentChannel(op)
	}
	return id, err
}

// needs refuses whoever may look but not do.
func needs(op string, have, want chat.Permission) error {
	if have.Has(want) {
		return nil
	}
	return chat.Errorf(chat.Forbidden, op, "needs the permission %s", want)
}
