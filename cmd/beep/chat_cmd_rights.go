package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"beep/chat"
)

func overrideCommands() []command {
	return []command{
		{"override", "[#CHANNEL] ROLE|@NAME allow|deny|clear [PERMISSION…]", "change what a role or a member may do in a channel; clear: as elsewhere", (*session).cmdOverride},
		{"why", "NAME [PERMISSION]", "say step by step why somebody may or may not do something here (send_messages)", (*session).cmdWhy},
	}
}

// cmdOverride changes one override and keeps what it says of other permissions.
func (s *session) cmdOverride(arg string) bool {
	list := words(arg)
	channel := s.channel
	if len(list) > 0 && strings.HasPrefix(list[0], "#") {
		ch, ok := s.channelArg(list[0])
		if !ok {
			s.warn("there is no channel of this name; /channels lists them")
			return true
		}
		channel, list = ch.ID, list[1:]
	}
	if len(list) < 2 || !slices.Contains([]string{"allow", "deny", "clear"}, list[1]) || (len(list) == 2) != (list[1] == "clear") {
		return false
	}
	if channel == 0 {
		s.warn("you are in no channel")
		return true
	}
	role, isRole := s.findRole(list[0])
	if !isRole && !strings.HasPrefix(list[0], "@") {
		s.warn("there is no role " + clean(list[0]) + "; a member is named with @ before")
		return true
	}
	s.do(func(ctx context.Context) func() {
		var member chat.UserID
		if !isRole {
			var err error
			if member, err = s.findUser(ctx, list[0]); err != nil {
				return s.failed(err)
			}
		}
		return s.override(ctx, channel, role.ID, member, list[1], list[2:])
	})
	return true
}

func (s *session) override(ctx context.Context, channel chat.ChannelID, role chat.RoleID, member chat.UserID, act string, names []string) func() {
	in := obj{"channel_id": channel}
	if member != 0 {
		in["member_id"] = member
	} else {
		in["role_id"] = role
	}
	var now struct {
		Channel struct {
			Version   uint64          `json:"version"`
			Overrides []chat.Override `json:"permissions"`
		} `json:"channel"`
	}
	if err := s.c.Do(ctx, "channel.get", obj{"channel_id": channel}, &now); err != nil {
		return s.failed(err)
	}
	in["version"] = now.Channel.Version
	if act == "clear" {
		return s.asked(ctx, "override.remove", in, "")
	}
	var o chat.Override
	for _, other := range now.Channel.Overrides {
		if other.RoleID == role && other.MemberID == member {
			o = other
		}
	}
	without := func(r chat.Rights) []string {
		return slices.DeleteFunc(chat.Permission(r).Names(), func(n string) bool { return slices.Contains(names, n) })
	}
	allow, deny := without(o.Allow), without(o.Deny)
	if act == "allow" {
		allow = append(allow, names...)
	} else {
		deny = append(deny, names...)
	}
	in["allow"], in["deny"] = allow, deny
	return s.asked(ctx, "override.set", in, "")
}

func (s *session) cmdWhy(arg string) bool {
	name, permission := firstWord(arg)
	if permission == "" {
		permission = "send_messages"
	}
	in := obj{"channel_id": s.channel, "permission": permission}
	if s.channel == 0 {
		in = obj{"server_id": s.server, "permission": permission}
	}
	type why struct {
		Allowed bool        `json:"allowed"`
		Steps   []chat.Step `json:"steps"`
	}
	return s.withUser(name, func(ctx context.Context, id chat.UserID) func() {
		in["user_id"] = id
		var w why
		if err := s.c.Do(ctx, "permissions.why", in, &w); err != nil {
			return s.failed(err)
		}
		return func() {
			for i, step := range w.Steps {
				s.showStep(i, &step)
			}
			may := " may not "
			if w.Allowed {
				may = " may "
			}
			s.say(s.name(id) + may + clean(permission) + " here")
		}
	})
}

func (s *session) showStep(i int, step *chat.Step) {
	effect := step.Effect
	if effect == "nothing" {
		effect = "says nothing"
	}
	holds := s.scr.Colour(dim, "no")
	if step.Holds {
		holds = s.scr.Colour(green, "yes")
	}
	rule := strings.TrimSpace(clean(step.Rule) + " " + clean(step.Name))
	s.scr.Print(fmt.Sprintf("     %2d. %-36s %-14s %s", i+1, rule, clean(effect), holds))
}
