package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"beep/chat"
	"beep/client"
)

// serverName is how a server, or a conversation, is called here.
func (s *session) serverName(srv *client.Server) string {
	if !srv.Direct() || srv.Name != "" {
		return clean(srv.Name)
	}
	return directName(srv, s.c.State().Self().ID)
}

// directName is whom a conversation is with: @bob, or @bob, @cleo.
func directName(srv *client.Server, self chat.UserID) string {
	var names []string
	for _, r := range srv.Recipients {
		if r.UserID != self {
			names = append(names, "@"+clean(r.Username))
		}
	}
	if len(names) == 0 {
		return "@nobody"
	}
	return strings.Join(names, ", ")
}

// channelName marks what sort of channel it is.
func channelName(ch chat.Channel) string {
	name := clean(ch.Name)
	switch ch.Type {
	case chat.CategoryChannel:
		return name + ":"
	case chat.ConferenceChannel:
		return "~" + name
	case chat.ThreadChannel:
		return "»" + name
	}
	return "#" + name
}

// placeName is where a channel is: "Home #general", or "@bob".
func (s *session) placeName(ch client.Channel) string {
	srv, ok := s.c.State().Server(ch.ServerID)
	switch {
	case !ok:
		return channelName(ch.Channel)
	case srv.Direct():
		return s.serverName(&srv)
	}
	return s.serverName(&srv) + " " + channelName(ch.Channel)
}

// landing is the channel that one who comes into a server sees first.
func landing(srv *client.Server) (client.Channel, bool) {
	for _, ch := range srv.Channels {
		if ch.Type != chat.CategoryChannel && ch.Type != chat.ThreadChannel && ch.Type != chat.ConferenceChannel {
			return ch, true
		}
	}
	return client.Channel{}, false
}

// tree puts channels below the category or channel they belong to. A channel
// whose parent is not to be seen stands for itself.
func tree(channels []client.Channel) (list []client.Channel, depth []int) {
	seen := map[chat.ChannelID]bool{}
	for _, ch := range channels {
		seen[ch.ID] = true
	}
	sorted := slices.Clone(channels)
	slices.SortStableFunc(sorted, func(a, b client.Channel) int {
		return cmp.Or(cmp.Compare(rank(a.Type), rank(b.Type)), cmp.Compare(a.Position, b.Position))
	})
	var add func(parent chat.ChannelID, level int)
	add = func(parent chat.ChannelID, level int) {
		for _, ch := range sorted {
			above := ch.ParentID
			if !seen[above] {
				above = 0
			}
			if above == parent {
				list, depth = append(list, ch), append(depth, level)
				add(ch.ID, level+1)
			}
		}
	}
	add(0, 0)
	return list, depth
}

// rank puts channels that stand for themselves before categories.
func rank(t chat.ChannelType) int {
	if t == chat.CategoryChannel {
		return 1
	}
	return 0
}

func (s *session) cmdChannels(arg string) bool {
	if arg != "" {
		return false
	}
	s.listed = nil
	var direct []client.Server
	for _, srv := range s.c.State().Servers() {
		if srv.Direct() {
			direct = append(direct, srv)
			continue
		}
		s.scr.Print(s.scr.Colour(bold, s.serverName(&srv)))
		list, depth := tree(srv.Channels)
		for i, ch := range list {
			s.listChannel(ch, strings.Repeat("  ", depth[i])+channelName(ch.Channel))
		}
	}
	if len(direct) > 0 {
		s.scr.Print(s.scr.Colour(bold, "conversations"))
	}
	for _, srv := range direct {
		if len(srv.Channels) > 0 {
			s.listChannel(srv.Channels[0], s.serverName(&srv))
		}
	}
	return true
}

func (s *session) listChannel(ch client.Channel, name string) {
	s.listed = append(s.listed, ch.ID)
	mark := " "
	if ch.ID == s.channel {
		mark = "*"
	}
	notes := ""
	if n := s.news[ch.ID]; n > 0 {
		notes += s.scr.Colour(bold, fmt.Sprintf("  %d unread", n))
	}
	if private(&ch.Channel) {
		notes += s.scr.Colour(dim, "  private")
	}
	if ch.Archived {
		notes += s.scr.Colour(dim, "  archived")
	}
	if ch.Topic != "" {
		notes += s.scr.Colour(dim, "  "+clean(ch.Topic))
	}
	s.scr.Print(fmt.Sprintf("%3d %s%s%s", len(s.listed), mark, name, notes))
}

// private reports whether a channel's own overrides hide it from everyone.
func private(ch *chat.Channel) bool {
	o, ok := ch.Override(chat.EveryoneRole(ch.ServerID), 0)
	return ok && chat.Permission(o.Deny).Has(chat.ViewChannels)
}

// findChannel finds a channel by id, #name, name or SERVER/name, a conversation
// by @friend or its name; a bare name is looked for in server here first.
func findChannel(st *client.State, here chat.ServerID, arg string) (client.Channel, bool) {
	if id, err := chat.ParseChannelID(arg); err == nil {
		if ch, ok := st.Channel(id); ok {
			return ch, true
		}
	}
	arg = strings.Trim(arg, `"`)
	var found *client.Channel
	for _, srv := range st.Servers() {
		for _, ch := range srv.Channels {
			if !called(st, &srv, &ch, arg) {
				continue
			}
			if found == nil || (srv.ID == here && found.ServerID != here) {
				found = &ch
			}
		}
	}
	if found == nil {
		return client.Channel{}, false
	}
	return *found, true
}

// called reports whether arg names a channel of srv.
func called(st *client.State, srv *client.Server, ch *client.Channel, arg string) bool {
	if srv.Direct() {
		return strings.EqualFold(arg, directName(srv, st.Self().ID)) || (srv.Name != "" && strings.EqualFold(arg, srv.Name))
	}
	name := strings.TrimLeft(arg, "#~»")
	return strings.EqualFold(name, ch.Name) || strings.EqualFold(arg, srv.Name+"/"+ch.Name)
}
