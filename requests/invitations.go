package requests

import (
	"context"
	"crypto/rand"
	"math/big"
	"strconv"
	"strings"

	"beep/chat"
)

const (
	// codeAlphabet and codeLength make 62^10 codes: nobody guesses one.
	codeAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	codeLength   = 10
	// codeBase is in which the server's identifier stands in a code.
	codeBase = 36
	// defaultInvitation is how long an invitation is open if nobody says.
	defaultInvitation = 24 * 60 * 60 * 1000 // milliseconds
)

// newCode makes the code of an invitation, "<server in base 36>-<secret>": the
// server is found from the code itself, so that nothing else must be looked up.
func newCode(id chat.ServerID) (string, error) {
	b := append(strconv.AppendUint(nil, uint64(id), codeBase), '-')
	for range codeLength {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeAlphabet))))
		if err != nil {
			return "", err
		}
		b = append(b, codeAlphabet[n.Int64()])
	}
	return string(b), nil
}

// serverOfCode is the server whose invitation a code would be. What is no code at
// all is answered as one that does not exist.
func serverOfCode(op, code string) (chat.ServerID, error) {
	server, secret, ok := strings.Cut(code, "-")
	id, err := strconv.ParseUint(server, codeBase, 63)
	if !ok || err != nil || id == 0 || strconv.FormatUint(id, codeBase) != server || len(secret) != codeLength {
		return 0, absentInvitation(op)
	}
	return chat.ServerID(id), nil
}

func absentInvitation(op string) error {
	return chat.Errorf(chat.NotFound, op, "there is no such invitation")
}

type createInvitationArgs struct {
	ServerID  chat.ServerID `json:"server_id"`
	ExpiresIn *int64        `json:"expires_in"`
	MaxUses   int           `json:"max_uses"`
}

type codeReply struct {
	Code      string `json:"code"`
	ExpiresAt int64  `json:"expires_at,omitempty"`
}

func (s *Service) createInvitation(ctx context.Context, who chat.UserID, a createInvitationArgs) (any, error) {
	c := &chat.CreateInvitation{By: who, MaxUses: a.MaxUses}
	lasts := int64(defaultInvitation)
	if a.ExpiresIn != nil {
		if *a.ExpiresIn < 0 || *a.ExpiresIn > chat.MaxInvitationMillis/1000 {
			return nil, chat.Errorf(chat.Invalid, c.CommandName(), "expires_in must be 0 to %d seconds", chat.MaxInvitationMillis/1000)
		}
		lasts = *a.ExpiresIn * 1000
	}
	if lasts != 0 {
		c.ExpiresAt = s.cfg.Now().UnixMilli() + lasts
	}
	var err error
	if c.Code, err = newCode(a.ServerID); err != nil {
		return nil, err
	}
	_, err = s.askServer(ctx, a.ServerID, c)
	return codeReply{c.Code, c.ExpiresAt}, err
}

type codeArgs struct {
	Code string `json:"code"`
}

// getInvitation shows what a code leads to, to whoever holds it while it is open:
// the one way to learn of a private server from outside.
func (s *Service) getInvitation(ctx context.Context, who chat.UserID, a codeArgs) (any, error) {
	const op = "get invitation"
	id, err := serverOfCode(op, a.Code)
	if err != nil {
		return nil, err
	}
	t, err := s.cfg.Tenants.Acquire(ctx, id)
	if chat.Is(err, chat.NotFound) {
		return nil, absentInvitation(op)
	}
	if err != nil {
		return nil, err
	}
	defer t.Release()
	now := s.cfg.Now().UnixMilli()
	var found serverSummary
	var i chat.Invitation
	t.Read(func(st *chat.Server) {
		var ok bool
		i, ok = st.Invitation(a.Code)
		switch {
		case !ok || !st.Exists() || i.UserID != 0 && i.UserID != who:
			err = absentInvitation(op)
		case !i.Open(now):
			err = chat.Errorf(chat.Gone, op, "this invitation has ended")
		default:
			found = serverSummary{
				ID: st.ID, Name: st.Name, Description: st.Description, OwnerID: st.OwnerID, Members: len(st.Members),
				CreatedAt: st.CreatedAt, Picture: st.Picture, Banner: st.Banner,
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"server": found, "by": i.By, "expires_at": i.ExpiresAt}, nil
}

type invitationReply struct {
	Code      string      `json:"code"`
	By        chat.UserID `json:"by"`
	UserID    chat.UserID `json:"user_id,omitempty"`
	CreatedAt int64       `json:"created_at"`
	ExpiresAt int64       `json:"expires_at,omitempty"`
	MaxUses   int         `json:"max_uses,omitempty"`
	Uses      int         `json:"uses"`
}

// listInvitations shows the open invitations: all to those who manage them, to
// others their own.
func (s *Service) listInvitations(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	list := []invitationReply{}
	err := s.inRealServer(ctx, "list invitations", who, a.ServerID, func(l *looking) error {
		rights := l.can(0)
		all := rights.Has(chat.ManageInvitations) || rights.Has(chat.ManageServer)
		for _, i := range l.st.Invitations {
			if i.Open(l.now) && (all || i.By == who) {
				list = append(list, invitationReply{i.Code, i.By, i.UserID, i.CreatedAt, i.ExpiresAt, i.MaxUses, i.Uses})
			}
		}
		return nil
	})
	return map[string]any{"invitations": list}, err
}

type revokeArgs struct {
	ServerID chat.ServerID `json:"server_id"`
	Code     string        `json:"code"`
}

func (s *Service) revokeInvitation(ctx context.Context, who chat.UserID, a revokeArgs) (any, error) {
	return s.askServer(ctx, a.ServerID, &chat.RevokeInvitation{By: who, Code: a.Code})
}

// sendInvitation invites a user in the application.
func (s *Service) sendInvitation(ctx context.Context, who chat.UserID, a memberArgs) (any, error) {
	c := &chat.InviteUser{By: who, User: a.UserID}
	if err := a.check(c.CommandName()); err != nil {
		return nil, err
	}
	if _, err := s.profile(ctx, c.CommandName(), a.UserID); err != nil {
		return nil, err
	}
	err := s.mayRing(ctx, c.CommandName(), who)
	if err != nil {
		return nil, err
	}
	if c.Code, err = newCode(a.ServerID); err != nil {
		return nil, err
	}
	return s.askServer(ctx, a.ServerID, c)
}

// acceptInvitation joins the server that one was invited to in the application.
func (s *Service) acceptInvitation(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	u, err := s.User(ctx, who)
	if err != nil {
		return nil, err
	}
	i, ok := u.Invited[a.ServerID]
	if !ok {
		return nil, absentInvitation("accept invitation")
	}
	_, err = s.askUser(ctx, who, &chat.StartJoin{Server: a.ServerID, Invitation: i.Code})
	return done{}, err
}

func (s *Service) refuseInvitation(ctx context.Context, who chat.UserID, a serverArgs) (any, error) {
	_, err := s.askUser(ctx, who, &chat.AnswerInvitation{Server: a.ServerID, Outcome: chat.OutcomeRefused})
	return done{}, err
}
