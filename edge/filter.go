package edge

import (
	"slices"

	"beep/chat"
	"beep/wire"
)

// maxFilters bounds the different filters of one flush: a bit each in a mask.
const maxFilters = 64

// filterKind is which rule says who sees an event (PROTOCOL.md, "Who sees an event").
type filterKind uint8

const (
	toEveryone filterKind = iota // who is in the server
	toViewers                    // a channel's log, and typing: who views it
	toKnowers                    // of the server's log, about a channel: who views it
	toManagers                   // likewise, about one member there: who manages its permissions
	toFormer                     // a channel was deleted: who viewed it and all that went with it
	toHolders                    // who has one of some rights
)

// filter says who sees an event.
type filter struct {
	kind    filterKind
	channel chat.ChannelID
	with    []chat.ChannelID // deleted with the channel
	any     chat.Permission
	gone    chat.UserID // banned: those who do not see it are told that he is gone

	// Made when a flush begins:
	at    int  // of channel in the layout
	fresh bool // its creation is told in this flush: it is shown by that
}

// filterOf is the filter of an event of a server's own log; nil is what could not
// be read, which says nothing.
func filterOf(event chat.Event) filter {
	switch e := event.(type) {
	case *chat.ChannelCreated:
		return filter{kind: toKnowers, channel: e.ID}
	case *chat.ChannelUpdated:
		return filter{kind: toKnowers, channel: e.ID}
	case *chat.OverrideSet:
		return filterOfOverride(&e.Override)
	case *chat.OverrideRemoved:
		return filterOfOverride(&e.Override)
	case *chat.ChannelDeleted:
		return filter{kind: toFormer, channel: e.ID, with: e.With}
	case *chat.InvitationCreated, *chat.InvitationRevoked, *chat.InvitationUsed:
		return filter{kind: toHolders, any: chat.ManageInvitations | chat.ManageServer}
	case *chat.MemberBanned:
		return filter{kind: toHolders, any: chat.ManageMembers, gone: e.UserID}
	case *chat.MemberUnbanned:
		return filter{kind: toHolders, any: chat.ManageMembers}
	}
	return filter{}
}

// filterOfOverride keeps who is let in or shut out by an override of his own for
// those who manage them, as the channel's card does.
func filterOfOverride(o *chat.Override) filter {
	if o.MemberID != 0 {
		return filter{kind: toManagers, channel: o.ChannelID}
	}
	return filter{kind: toKnowers, channel: o.ChannelID}
}

func (f *filter) same(o *filter) bool {
	return f.kind == o.kind && f.channel == o.channel && f.any == o.any && f.gone == o.gone && f.kind != toFormer
}

// passes reports whether the sessions of a group see what is behind the filter. An
// old channel that a group sees from now on is shown to it when this flush is
// over, as it is then: until then nothing of its log is for the group.
func (f *filter) passes(g *group) bool {
	v, was := g.key.rights, g.key.was
	switch f.kind {
	case toViewers:
		return v.seesAt(f.at) && (f.fresh || was == nil || was == v || was.sees(f.channel))
	case toKnowers:
		return v.seesAt(f.at)
	case toManagers:
		return v.seesAt(f.at) && v.rights[f.at].Has(chat.ManagePermissions)
	case toFormer:
		if was == nil {
			was = v
		}
		return f.seenBy(was.sees)
	case toHolders:
		return v.server&f.any != 0
	}
	return true
}

// passesNow reports whether who has rights v may see it afterwards.
func (f *filter) passesNow(v *vector) bool {
	return f.holds(v.server, v.sees, v.may)
}

// allows is passesNow by a state, for user u.
func (f *filter) allows(st *chat.Server, u chat.UserID) bool {
	if f.kind == toEveryone {
		return true
	}
	server := chat.Can(st, u, 0, chat.Forever).Permissions
	return f.holds(server,
		func(id chat.ChannelID) bool { return chat.CanSee(st, u, id) },
		func(id chat.ChannelID) chat.Permission { return chat.Can(st, u, id, chat.Forever).Permissions })
}

func (f *filter) holds(server chat.Permission, sees func(chat.ChannelID) bool, may func(chat.ChannelID) chat.Permission) bool {
	switch f.kind {
	case toViewers, toKnowers:
		return sees(f.channel)
	case toManagers:
		return sees(f.channel) && may(f.channel).Has(chat.ManagePermissions)
	case toFormer:
		return f.seenBy(sees)
	case toHolders:
		return server&f.any != 0
	}
	return true
}

func (f *filter) seenBy(sees func(chat.ChannelID) bool) bool {
	if !sees(f.channel) {
		return false
	}
	for _, id := range f.with {
		if !sees(id) {
			return false
		}
	}
	return true
}

// deletes lists the channels that are gone, if that is what happened.
func (f *filter) deletes() []chat.ChannelID {
	if f.kind != toFormer {
		return nil
	}
	return append(slices.Clone(f.with), f.channel)
}

// appendHidden appends what those are told who do not see record number of key's log.
func (f *filter) appendHidden(b draft, key chat.Key, number uint64) draft {
	b = wire.AppendHidden(b.next(), key, number)
	if f.gone != 0 {
		b = append(b.next(), `{"op":"`+wire.OpMemberGone+`","s":"`...)
		b = append(b, chat.ServerID(key.ID).String()...)
		b = append(b, `","user_id":"`...)
		b = append(b, f.gone.String()...)
		b = append(b, `"}`...)
	}
	return b
}
