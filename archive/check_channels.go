package archive

import (
	"slices"

	"beep/chat"
)

// channels checks what the server's log says of channels before it is folded.
// Readers take a channel's identifier for its server's, so a log that names one it
// has not created itself could delete or overwrite what is another's here:
//
//  1. a channel is created once, in this server, and never again under the
//     same identifier;
//  2. whatever changes or deletes a channel, or stands in it, names one that the
//     server has at that point;
//  3. channels stand in each other as the rules have it, so never in a circle,
//     and none is left without the channel it stood in.
func (c *checker) channels(rec chat.Record) error {
	ok := true
	switch e := rec.Event.(type) {
	case *chat.ChannelCreated:
		ok = c.mayBeCreated(e)
		c.created[e.ID] = true
		c.Channels = append(c.Channels, e.ID)
	case *chat.ChannelUpdated:
		ch, there := c.Server.Channel(e.ID)
		stays := e.ParentID == ch.ParentID
		ok = there && (stays || ch.Type != chat.ThreadChannel && c.fits(ch.Type, e.ParentID))
	case *chat.ChannelDeleted:
		ok = c.mayBeDeleted(e)
	case *chat.OverrideSet:
		ok = c.mayBeSet(&e.Override, e.ChannelID)
	case *chat.OverrideRemoved:
		ok = c.mayBeSet(&e.Override, e.ChannelID)
	}
	if !ok {
		return invalid("record %d is about a channel that is not the server's, or cannot be as it says", rec.Number)
	}
	return nil
}

func (c *checker) mayBeCreated(e *chat.ChannelCreated) bool {
	for i := range e.Overrides {
		if o := &e.Overrides[i]; o.ChannelID != e.ID || !wellFormed(o) {
			return false
		}
	}
	return e.ServerID == c.Header.ServerID && e.ID != 0 && !c.created[e.ID] && c.fits(e.Type, e.ParentID)
}

// fits: the parent, if there is one, must be here already, so it is not the
// channel itself nor one below it.
func (c *checker) fits(t chat.ChannelType, parent chat.ChannelID) bool {
	p, there := c.Server.Channel(parent)
	return there == (parent != 0) && t.StandsIn(p.Type)
}

func (c *checker) mayBeDeleted(e *chat.ChannelDeleted) bool {
	if _, there := c.Server.Channel(e.ID); !there {
		return false
	}
	return slices.Equal(slices.Sorted(slices.Values(e.With)), slices.Sorted(slices.Values(c.Server.Below(e.ID))))
}

func (c *checker) mayBeSet(o *chat.Override, in chat.ChannelID) bool {
	_, there := c.Server.Channel(in)
	return there && wellFormed(o)
}

// wellFormed: the identifier by which overrides replace each other is that of the
// role or member.
func wellFormed(o *chat.Override) bool {
	return (o.RoleID == 0) != (o.MemberID == 0) && o.ID == uint64(o.RoleID)+uint64(o.MemberID)
}
