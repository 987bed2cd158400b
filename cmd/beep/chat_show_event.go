package main

import (
	"fmt"
	"strings"

	"beep/chat"
	"beep/client"
)

// showOther shows the events that the client has no type of its own for.
func (s *session) showOther(e client.Other) {
	event := e.Event()
	switch {
	case event == nil: // hidden, or of a newer version
	case e.Channel() != 0:
		if e.Channel() == s.channel {
			s.tell(s.inChannelText(event, s.name(e.By)))
		}
	case e.Server() != 0:
		s.onServerEvent(e, event)
	default:
		s.tell(s.ofUserText(event))
	}
}

func (s *session) tell(text string) {
	if text != "" {
		s.say(text)
	}
}

// subjectOf is whom an event is about, besides who has done it.
func subjectOf(event chat.Event) []chat.UserID {
	switch e := event.(type) {
	case *chat.ReactionAdded:
		return []chat.UserID{e.UserID}
	case *chat.ReactionRemoved:
		return []chat.UserID{e.UserID}
	case *chat.PollVoted:
		return []chat.UserID{e.UserID}
	case *chat.ConferenceJoined:
		return []chat.UserID{e.UserID}
	case *chat.ConferenceLeft:
		return []chat.UserID{e.UserID}
	case *chat.MessagesPurged:
		return []chat.UserID{e.UserID}
	case *chat.MemberKicked:
		return []chat.UserID{e.UserID}
	case *chat.MemberBanned:
		return []chat.UserID{e.UserID}
	case *chat.MemberUnbanned:
		return []chat.UserID{e.UserID}
	case *chat.MemberMuted:
		return []chat.UserID{e.UserID}
	case *chat.MemberRenamed:
		return []chat.UserID{e.UserID}
	case *chat.MemberRolesChanged:
		return []chat.UserID{e.UserID}
	case *chat.OwnershipTransferred:
		return []chat.UserID{e.To}
	}
	return nil
}

// inChannelText says what has happened in the channel; "": nothing to say.
func (s *session) inChannelText(event chat.Event, by string) string {
	switch e := event.(type) {
	case *chat.ReactionAdded:
		return s.name(e.UserID) + " reacts " + clean(e.Emoji) + " to " + s.messageName(e.ID)
	case *chat.ReactionRemoved:
		return s.name(e.UserID) + " takes " + clean(e.Emoji) + " from " + s.messageName(e.ID)
	case *chat.MessagePinned:
		if !e.Pinned {
			return by + " takes the pin out of " + s.messageName(e.ID)
		}
	case *chat.PollVoted:
		return s.voteText(e)
	case *chat.PollClosed:
		return by + " ends the poll of " + s.messageName(e.ID)
	case *chat.MessagesPurged:
		return count(len(e.Seqs), "message") + " of " + s.name(e.UserID) + " deleted"
	case *chat.ConferenceJoined:
		return s.name(e.UserID) + " is in the conference"
	case *chat.ConferenceLeft:
		return s.name(e.UserID) + " has left the conference"
	}
	return "" // a system message says it
}

func (s *session) voteText(e *chat.PollVoted) string {
	if len(e.Options) == 0 {
		return s.name(e.UserID) + " takes his vote back in " + s.messageName(e.ID)
	}
	var chosen []string
	for _, o := range e.Options {
		chosen = append(chosen, itoa(o+1))
	}
	return s.name(e.UserID) + " votes " + strings.Join(chosen, ", ") + " in " + s.messageName(e.ID)
}

// onServerEvent shows what has happened in the server the session is in.
func (s *session) onServerEvent(e client.Other, event chat.Event) {
	if d, ok := event.(*chat.ChannelDeleted); ok {
		for _, id := range append(d.With, d.ID) {
			s.forgetChannel(e.Server(), id)
		}
	}
	if e.Server() != s.server {
		return
	}
	if made, ok := event.(*chat.RoleCreated); ok && made.ID == s.wantRole {
		s.wantRole = 0
	}
	by := s.name(e.By)
	text := s.settingsText(event, by)
	if text == "" {
		text = s.memberText(event, by)
	}
	s.tell(text)
	s.leaveGone()
	s.prompt() // a name may be another
}

func (s *session) settingsText(event chat.Event, by string) string {
	switch e := event.(type) {
	case *chat.ServerUpdated:
		return by + " has changed the settings of " + clean(e.Name)
	case *chat.ChannelUpdated:
		return s.channelText(e, by)
	case *chat.ChannelDeleted:
		return by + " has deleted the channel " + clean(e.Name)
	case *chat.OverrideSet:
		return by + " has changed who may do what in " + s.channelCalled(e.ChannelID)
	case *chat.OverrideRemoved:
		return by + " has changed who may do what in " + s.channelCalled(e.ChannelID)
	case *chat.RoleCreated:
		return by + " has made the role " + clean(e.Name)
	case *chat.RoleUpdated:
		return by + " has changed the role " + clean(e.Name)
	case *chat.RoleDeleted:
		return by + " has deleted the role " + clean(e.Name)
	case *chat.RolesOrdered:
		return by + " has ordered the roles"
	case *chat.OwnershipTransferred:
		return s.name(e.To) + " is the owner now"
	}
	return ""
}

func (s *session) channelText(e *chat.ChannelUpdated, by string) string {
	name := s.channelCalled(e.ID)
	switch {
	case e.Name != e.Was.Name:
		return by + " has renamed " + clean(e.Was.Name) + " to " + clean(e.Name)
	case e.Topic != e.Was.Topic:
		return by + " has set the topic of " + name + ": " + clean(e.Topic)
	case e.SlowMode == 0 && e.Was.SlowMode != 0:
		return name + ": no slow mode any more"
	case e.SlowMode != e.Was.SlowMode:
		return fmt.Sprintf("%s: slow mode of %s", name, count(e.SlowMode, "second"))
	case e.Archived != e.Was.Archived:
		return by + " has archived " + name + ", or opened it again"
	}
	return by + " has changed " + name
}

func (s *session) channelCalled(id chat.ChannelID) string {
	if ch, ok := s.c.State().Channel(id); ok {
		return channelName(ch.Channel)
	}
	return "a channel"
}

func (s *session) memberText(event chat.Event, by string) string {
	switch e := event.(type) {
	case *chat.MemberKicked:
		return by + " has put " + s.name(e.UserID) + " out" + because(e.Reason)
	case *chat.MemberBanned:
		return by + " has banned " + s.name(e.UserID) + because(e.Reason)
	case *chat.MemberUnbanned:
		return s.name(e.UserID) + " may come back"
	case *chat.MemberMuted:
		if e.Until == 0 {
			return by + " gives " + s.name(e.UserID) + " his voice back"
		}
		return by + " has muted " + s.name(e.UserID) + " " + until(e.Until) + because(e.Reason)
	case *chat.MemberRenamed:
		if e.Nickname == "" {
			return s.name(e.UserID) + " has no nickname any more"
		}
		return s.name(e.UserID) + " is called " + clean(e.Nickname) + " here"
	case *chat.MemberRolesChanged:
		return s.rolesText(e, by)
	}
	return ""
}

func (s *session) rolesText(e *chat.MemberRolesChanged, by string) string {
	var parts []string
	for _, r := range e.Added {
		parts = append(parts, "gives "+s.name(e.UserID)+" the role "+clean(s.roleName(r)))
	}
	for _, r := range e.Removed {
		parts = append(parts, "takes the role "+clean(s.roleName(r))+" from "+s.name(e.UserID))
	}
	return by + " " + strings.Join(parts, ", ")
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + clean(reason)
}
