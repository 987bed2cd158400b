package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"beep/chat"
)

func (s *session) cmdInvite(arg string) bool {
	srv, ok := s.inServer()
	if !ok {
		return true
	}
	in := obj{"server_id": srv.ID}
	list := words(arg)
	if len(list) > 0 {
		lasts, isTime := span(list[0], time.Hour)
		if !isTime {
			return len(list) == 1 && s.withUser(list[0], func(ctx context.Context, id chat.UserID) func() {
				return s.asked(ctx, "invitation.send", obj{"server_id": srv.ID, "user_id": id}, "invited "+clean(list[0]))
			})
		}
		in["expires_in"] = int64(lasts.Seconds())
	}
	if len(list) > 1 {
		uses, err := strconv.Atoi(list[1])
		if err != nil || len(list) > 2 {
			return false
		}
		in["max_uses"] = uses
	}
	return lookUp(s, "invitation.create", in, nil, func(made *struct {
		Code      string `json:"code"`
		ExpiresAt int64  `json:"expires_at"`
	}) {
		s.say("invitation, " + until(made.ExpiresAt) + "; others type")
		s.scr.Print("/join " + clean(made.Code))
	})
}

// until is when something ends.
func until(at int64) string {
	if at == 0 {
		return "without an end"
	}
	return "until " + time.UnixMilli(at).Format("2 January 15:04")
}

func (s *session) cmdInvites(arg string) bool {
	srv, ok := s.inServer()
	if !ok || arg != "" {
		return arg == ""
	}
	type invitation struct {
		Code      string      `json:"code"`
		By        chat.UserID `json:"by"`
		UserID    chat.UserID `json:"user_id"`
		ExpiresAt int64       `json:"expires_at"`
		MaxUses   int         `json:"max_uses"`
		Uses      int         `json:"uses"`
	}
	type list struct {
		Invitations []invitation `json:"invitations"`
	}
	people := func(l *list) (ids []chat.UserID) {
		for _, i := range l.Invitations {
			ids = append(ids, i.By, i.UserID)
		}
		return ids
	}
	return lookUp(s, "invitation.list", obj{"server_id": srv.ID}, people, func(l *list) {
		for _, i := range l.Invitations {
			used := fmt.Sprintf("used %d times", i.Uses)
			if i.MaxUses > 0 {
				used = fmt.Sprintf("used %d of %d times", i.Uses, i.MaxUses)
			}
			if i.UserID != 0 {
				used = "for " + s.name(i.UserID)
			}
			s.scr.Print(fmt.Sprintf("     %s  by %s, %s, %s", clean(i.Code), s.name(i.By), used, until(i.ExpiresAt)))
		}
		s.say(count(len(l.Invitations), "open invitation"))
	})
}

func (s *session) cmdUninvite(code string) bool {
	srv, ok := s.inServer()
	if !ok || code == "" {
		return code != ""
	}
	return s.ask("invitation.revoke", obj{"server_id": srv.ID, "code": code}, "this invitation has ended")
}
