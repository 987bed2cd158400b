package main

import (
	"beep/chat"
	"beep/client"
)

// ofUserText says what has happened in the user's own log; "": nothing to say.
func (s *session) ofUserText(event chat.Event) string {
	switch e := event.(type) {
	case *chat.RelationChanged:
		s.relations[e.UserID] = e.State
		if e.UserID == s.wantFriend && e.State != chat.Friends {
			s.wantFriend = 0 // it came to nothing
		}
		if e.UserID == s.wantOf && e.State == s.wantState {
			s.wantOf = 0
		}
		return relationText(e)
	case *chat.ServerInvited:
		return clean(e.Username) + " invites you to " + clean(e.Name) + ": /accept " + clean(e.Name)
	case *chat.ServerInvitationEnded:
		if e.Outcome != chat.OutcomeAccepted {
			return "an invitation has ended: " + clean(e.Outcome)
		}
	case *chat.ServerLeft:
		return s.leftText(e)
	case *chat.DirectLeft:
		return s.leftName(e.ServerID) + ": this conversation has ended"
	case *chat.ServerJoinFailed:
		s.wantJoin = 0
	case *chat.NotificationsSnoozed:
		if e.Until == 0 {
			return "you are told of everything again"
		}
		return "you are told of nothing " + until(e.Until)
	}
	return ""
}

func (s *session) leftText(e *chat.ServerLeft) string {
	name := s.leftName(e.ServerID)
	switch e.Reason {
	case "":
		return "you have left " + name
	case "kicked":
		return "you were put out of " + name
	case "banned":
		return "you were banned from " + name
	case "deleted":
		return name + " was deleted"
	}
	return "you are not in " + name + " any more"
}

// leftName is how a server was called that is not to be seen any more, or soon
// will not be: the client is ahead of what is shown.
func (s *session) leftName(id chat.ServerID) string {
	if srv, ok := s.c.State().Server(id); ok {
		return s.serverName(&srv)
	}
	if name, ok := s.called[id]; ok {
		return name
	}
	return "a server"
}

func relationText(e *chat.RelationChanged) string {
	name := clean(e.Username)
	switch {
	case e.State == chat.RequestReceived:
		return name + " asks to be your friend: /accept " + name + ", or /decline " + name
	case e.State == chat.RequestSent:
		return "you have asked " + name + " to be your friend"
	case e.State == chat.Friends:
		return "you and " + name + " are friends: /dm " + name
	case e.State == chat.Blocked:
		return "you have blocked " + name
	case e.Was == chat.Friends:
		return "you and " + name + " are not friends any more; what you said to each other is erased"
	}
	return "" // a request that has ended
}

// onNotification tells what the user wants to hear of: with a bell where it is
// loud, without a line where it is on the screen already.
func (s *session) onNotification(e client.Notification) {
	if e.Loud {
		s.scr.Bell()
	}
	text := ""
	place := "somewhere"
	if ch, ok := s.c.State().Channel(e.Channel); ok {
		place = s.placeName(ch)
	}
	switch e.Kind {
	case "mention":
		text = s.name(e.By) + " mentions you in " + place
	case "direct":
		text = s.name(e.By) + " writes to you"
		if srv, ok := s.c.State().Server(e.Server); ok && srv.Kind != "direct" {
			text += " in " + place
		}
	case "message":
		text = s.name(e.By) + " writes in " + place
	default: // friend requests and invitations say it themselves
	}
	if text != "" && (e.Channel == 0 || e.Channel != s.channel) {
		s.scr.Print(s.scr.Colour(warn, "♪ "+text))
	}
}
