package edge

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"beep/chat"
	"beep/wire"
)

// serverCards is a server's JSON without what differs between sessions, made
// when first needed after each record that changes it.
type serverCards struct {
	head     []byte
	roles    []byte
	channels [][]byte // in the order of the server's channels
}

// direct reports whether the hub is of a direct conversation.
func (h *hub) direct() bool { return h.srv != nil && h.server.Kind != chat.ServerOfMembers }

func (h *hub) makeCards() {
	if h.cards.head != nil {
		return
	}
	st := &h.server
	kind := "server"
	if h.direct() {
		kind = string(st.Kind)
	}
	b := []byte(`{"id":"`)
	b = append(b, st.ID.String()...)
	b = append(b, `","kind":`...)
	b = wire.AppendString(b, kind)
	b = append(b, `,"name":`...)
	b = wire.AppendString(b, st.Name)
	b = append(b, `,"description":`...)
	b = wire.AppendString(b, st.Description)
	b = append(b, `,"visibility":`...)
	b = wire.AppendString(b, string(st.Visibility))
	b = append(b, `,"picture":`...)
	b = wire.AppendString(b, st.Picture)
	b = append(b, `,"banner":`...)
	b = wire.AppendString(b, st.Banner)
	b = append(b, `,"owner_id":"`...)
	b = append(b, st.OwnerID.String()...)
	b = append(b, `","version":`...)
	b = strconv.AppendUint(b, st.Version, 10)
	b = append(b, `,"n":`...)
	h.cards.head = b
	h.cards.roles = []byte("[]")
	if r, err := json.Marshal(wire.NewRoleCards(st.Roles)); err == nil { // strings and numbers: always
		h.cards.roles = r
	}
	h.cards.channels = make([][]byte, len(st.Channels))
	for i := range st.Channels {
		c, err := json.Marshal(wire.NewChannelCard(&st.Channels[i], h.direct(), false))
		if err != nil {
			c = []byte(`{"id":"` + st.Channels[i].ID.String() + `"}`) // likewise
		}
		h.cards.channels[i] = append(c[:len(c)-1], `,"n":`...)
	}
}

// appendServer appends the server as PROTOCOL.md's ready shows it to user u, who
// has rights v.
func (h *hub) appendServer(b []byte, u chat.UserID, v *vector, read map[chat.ChannelID]chat.ReadPosition) []byte {
	b = h.appendShared(b, v, read)
	return append(h.appendMember(append(b, ','), u), '}')
}

// appendShared is appendServer up to what is of one member only.
func (h *hub) appendShared(b []byte, v *vector, read map[chat.ChannelID]chat.ReadPosition) []byte {
	h.makeCards()
	b = append(b, h.cards.head...)
	b = strconv.AppendUint(b, h.own.sent, 10)
	b = append(b, `,"members":`...)
	b = strconv.AppendInt(b, int64(h.members), 10)
	b = append(b, `,"permissions":`...)
	b = appendNames(b, v.server)
	if h.direct() {
		b = h.appendRecipients(b)
	} else {
		b = append(b, `,"roles":`...)
		b = append(b, h.cards.roles...)
	}
	b = append(b, `,"channels":`...)
	l := list{open: "["}
	for i := range h.server.Channels {
		if v.sees(h.server.Channels[i].ID) {
			b = h.appendChannel(l.next(b), i, v, read)
		}
	}
	return l.whole(b)
}

// appendChannel appends the channel at a place as who has rights v sees it. Without
// read positions it says nothing of them.
func (h *hub) appendChannel(b []byte, i int, v *vector, read map[chat.ChannelID]chat.ReadPosition) []byte {
	h.makeCards()
	id := h.server.Channels[i].ID
	b = append(b, h.cards.channels[i]...)
	b = strconv.AppendUint(b, h.entity(h.channelKey(id)).sent, 10)
	if read != nil {
		b = append(b, `,"read":`...)
		b = strconv.AppendUint(b, read[id].Seq, 10)
	}
	if at := v.of.at(id); at >= 0 && v.differs(at) {
		b = append(b, `,"rights":`...)
		b = appendNames(b, v.rights[at])
	}
	return append(b, '}')
}

// channelAt is where a channel stands among the server's, which has it.
func (h *hub) channelAt(id chat.ChannelID) int {
	return slices.IndexFunc(h.server.Channels, func(c chat.Channel) bool { return c.ID == id })
}

// appendMember appends what the user is as a member, which is his alone.
func (h *hub) appendMember(b []byte, u chat.UserID) []byte {
	m := h.rights.st.Members[u]
	b = append(b, `"member":{"nickname":`...)
	b = wire.AppendString(b, m.Nickname)
	b = append(b, `,"roles":`...)
	l := list{open: "["}
	for _, id := range h.rights.st.RolesOf(u) {
		b = append(l.next(b), '"')
		b = append(b, id.String()...)
		b = append(b, '"')
	}
	b = append(l.whole(b), `,"muted_until":`...)
	b = strconv.AppendInt(b, m.MutedUntil, 10)
	return append(b, '}')
}

// appendRecipients appends who is in a direct conversation.
func (h *hub) appendRecipients(b []byte) []byte {
	members := h.rights.st.Members
	b = append(b, `,"recipients":`...)
	l := list{open: "["}
	for _, u := range slices.Sorted(maps.Keys(members)) {
		m := members[u]
		b = append(l.next(b), `{"user_id":"`...)
		b = append(b, u.String()...)
		b = append(b, `","username":`...)
		b = append(wire.AppendString(b, m.Username), '}')
	}
	return l.whole(b)
}

const serverFrameHead = `{"op":"server","server":`

// serverFrame is the frame that tells a session of its new server.
func (h *hub) serverFrame(u chat.UserID, v *vector, read map[chat.ChannelID]chat.ReadPosition) []byte {
	if read == nil {
		read = map[chat.ChannelID]chat.ReadPosition{} // a server frame always says how far
	}
	return append(h.appendServer([]byte(serverFrameHead), u, v, read), '}')
}
