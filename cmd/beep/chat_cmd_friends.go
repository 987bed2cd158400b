package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"beep/chat"
	"beep/client"
)

func friendCommands() []command {
	return []command{
		{"friends", "", "your friends, and who asks to be one", (*session).cmdFriends},
		{"friend", "NAME", "ask somebody to be your friend", (*session).cmdFriend},
		{"accept", "NAME", "accept a friend request, or an invitation into a server", (*session).cmdAccept},
		{"decline", "NAME", "decline it", (*session).cmdDecline},
		{"cancel", "NAME", "take your own request back", related("friend.cancel", "your request is taken back")},
		{"unfriend", "NAME [yes]", "end a friendship, and erase what you said to each other", (*session).cmdUnfriend},
		{"block", "NAME", "hear nothing of somebody any more", related("user.block", "blocked")},
		{"unblock", "NAME", "the end of it", related("user.unblock", "not blocked any more")},
		{"dm", "NAME", "go to your conversation with a friend", (*session).cmdDM},
		{"group", "NAME… [= TITLE]", "begin a conversation of several friends", (*session).cmdGroup},
	}
}

// related is a command that does one thing about a user.
func related(method, done string) func(*session, string) bool {
	return func(s *session, name string) bool {
		return s.withUser(name, func(ctx context.Context, id chat.UserID) func() {
			return s.relate(ctx, method, id, obj{"user_id": id}, clean(name)+": "+done)
		})
	}
}

// relate changes how the user and another stand to each other. What was typed
// waits until that was told, and the conversation of new friends is there.
func (s *session) relate(ctx context.Context, method string, id chat.UserID, in obj, done string) func() {
	var out struct {
		State chat.RelationState `json:"state"`
	}
	if err := s.c.Do(ctx, method, in, &out); err != nil {
		return s.failed(err)
	}
	return func() {
		if done != "" {
			s.say(done)
		}
		if s.relations[id] != out.State {
			s.wantState, s.wantOf = out.State, id
		}
		if out.State == chat.Friends {
			s.awaitFriend(id)
		}
	}
}

func (s *session) cmdFriends(arg string) bool {
	list := s.c.State().Relations()
	slices.SortFunc(list, func(a, b client.Relation) int {
		return strings.Compare(string(a.State)+a.Username, string(b.State)+b.Username)
	})
	for _, r := range list {
		what, hint := "", ""
		switch r.State {
		case chat.Friends:
			what, hint = "friend", "/dm "+clean(r.Username)
		case chat.RequestReceived:
			what, hint = "asks to be your friend", "/accept "+clean(r.Username)
		case chat.RequestSent:
			what = "you have asked"
		case chat.Blocked:
			what = "blocked"
		case chat.Strangers:
		}
		s.scr.Print(fmt.Sprintf("     %-20s %-24s%s", clean(r.Username), what, s.scr.Colour(dim, hint)))
	}
	for _, i := range s.c.State().Invitations() {
		s.scr.Print(fmt.Sprintf("     %-20s %-24s%s", clean(i.Username), "invites you to "+clean(i.Name), s.scr.Colour(dim, "/accept "+clean(i.Name))))
	}
	s.say(count(len(list), "person") + " you know of")
	return arg == ""
}

func (s *session) cmdFriend(name string) bool {
	if name == "" {
		return false
	}
	name = strings.TrimPrefix(name, "@")
	return s.withUser(name, func(ctx context.Context, id chat.UserID) func() {
		return s.relate(ctx, "friend.request", id, obj{"user_id": id}, "")
	})
}

// awaitFriend holds back what was typed until the conversation with a new
// friend is there.
func (s *session) awaitFriend(id chat.UserID) {
	for _, srv := range s.c.State().Servers() {
		if srv.Kind == "direct" && slices.ContainsFunc(srv.Recipients, func(r chat.Recipient) bool { return r.UserID == id }) {
			return
		}
	}
	s.wantFriend = id
}

func (s *session) cmdAccept(name string) bool {
	if i, ok := s.invitedTo(name); ok {
		s.join(i.ServerID, "invitation.accept", obj{"server_id": i.ServerID})
		return true
	}
	return s.withUser(name, func(ctx context.Context, id chat.UserID) func() {
		return s.relate(ctx, "friend.accept", id, obj{"user_id": id}, "")
	})
}

func (s *session) cmdDecline(name string) bool {
	if i, ok := s.invitedTo(name); ok {
		return s.ask("invitation.refuse", obj{"server_id": i.ServerID}, "refused")
	}
	return related("friend.decline", "declined")(s, name)
}

// cmdUnfriend does it only when it is said that it is meant.
func (s *session) cmdUnfriend(arg string) bool {
	name, sure := strings.CutSuffix(arg, " yes")
	if name == "" {
		return false
	}
	if !sure {
		s.warn("this erases all that you and " + clean(name) + " have said to each other, for both of you and for good")
		s.warn("type /unfriend " + clean(name) + " yes if you mean it")
		return true
	}
	return s.withUser(strings.TrimSpace(name), func(ctx context.Context, id chat.UserID) func() {
		return s.relate(ctx, "friend.remove", id, obj{"user_id": id, "erase": true}, "")
	})
}

func (s *session) cmdDM(name string) bool {
	if name == "" {
		return false
	}
	if ch, ok := findChannel(s.c.State(), 0, "@"+strings.TrimPrefix(name, "@")); ok {
		s.enter(ch)
	} else {
		s.warn("there is no conversation with " + clean(name) + "; friends have one: /friend")
	}
	return true
}

func (s *session) cmdGroup(arg string) bool {
	names, title, _ := strings.Cut(arg, "=")
	list := words(names)
	if len(list) == 0 {
		return false
	}
	s.do(func(ctx context.Context) func() {
		ids := make([]chat.UserID, len(list))
		for i, name := range list {
			var err error
			if ids[i], err = s.findUser(ctx, name); err != nil {
				return s.failed(err)
			}
		}
		var made struct {
			ID chat.ServerID `json:"id"`
		}
		in := obj{"user_ids": ids, "name": strings.TrimSpace(title)}
		if err := s.c.Do(ctx, "direct.create", in, &made); err != nil {
			return s.failed(err)
		}
		return func() {
			if srv, ok := s.c.State().Server(made.ID); ok {
				s.enterServer(srv)
				return
			}
			s.wantJoin = made.ID
		}
	})
	return true
}
