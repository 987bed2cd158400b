package edge

import (
	"slices"
	"strconv"

	"beep/chat"
	"beep/wire"
)

// view is a view frame under construction: what has changed of what a user may
// see and do in a server. Absent is what has not.
type view struct {
	h       *hub
	from    *vector // nil: nothing is known, everything is told
	to      *vector
	created []chat.ChannelID // told by their creation
	deleted []chat.ChannelID // told by their deletion
}

// showChange tells a group what has changed for it since the last flush: one frame
// for all, but for those whose own roles, nickname or mute changed.
func (h *hub) showChange(g *group, created []chat.ChannelID) {
	v := view{h: h, from: g.key.was, to: g.key.rights, created: created}
	if v.from == nil {
		v.from = v.to
	}
	if g.key.was != nil {
		for i := range h.filters {
			if f := &h.filters[i]; f.kind == toFormer && f.passes(g) {
				v.deleted = append(v.deleted, f.deletes()...)
			}
		}
	}
	body := v.body()
	if g.key.was == nil || len(h.moves.renewed) == 0 {
		if len(body) > 0 {
			h.w.g.tell(g.sessions, h.viewFrame(body, 0))
		}
		return
	}
	var shared []byte
	if len(body) > 0 {
		shared = h.viewFrame(body, 0)
	}
	for _, s := range g.sessions {
		if _, own := h.moves.renewed[s.who()]; own {
			s.conn.tell(h.viewFrame(body, s.who()))
		} else if shared != nil {
			s.conn.tell(shared)
		}
	}
}

// viewFrame is the message of a body; with a user it says what he is as a member.
func (h *hub) viewFrame(body []byte, u chat.UserID) []byte {
	return textMessage(h.appendView(nil, body, u))
}

func (h *hub) appendView(b, body []byte, u chat.UserID) []byte {
	b = append(b, `{"op":"`+wire.OpView+`","s":"`...)
	b = append(b, chat.ServerID(h.key.ID).String()...)
	b = append(b, '"')
	if u != 0 {
		b = append(b, ',')
		b = h.appendMember(b, u)
	}
	b = append(b, body...)
	return append(b, '}')
}

// body is the fields of the frame, each after a comma; empty if nothing changed.
func (v *view) body() []byte {
	var b []byte
	if v.from.server != v.to.server {
		b = append(b, `,"permissions":`...)
		b = appendNames(b, v.to.server)
	}
	b = v.appendShow(b)
	b = v.appendHide(b)
	return v.appendRights(b)
}

// shows reports whether the channel at a place of the new layout is to be shown:
// its creation is not told, and it is known here.
func (v *view) shows(i int) bool {
	id := v.to.of.ids[i]
	if !v.to.seesAt(i) || v.from.sees(id) || slices.Contains(v.created, id) {
		return false
	}
	_, known := v.h.server.Channel(id)
	return known
}

func (v *view) appendShow(b []byte) []byte {
	if v.from == v.to {
		return b
	}
	l := list{open: `,"show":[`}
	for i := range v.to.of.ids {
		if v.shows(i) {
			b = l.next(b)
			b = v.h.appendChannel(b, v.h.channelAt(v.to.of.ids[i]), v.to, nil)
		}
	}
	return l.end(b)
}

func (v *view) appendHide(b []byte) []byte {
	if v.from == v.to {
		return b
	}
	l := list{open: `,"hide":[`}
	for i, id := range v.from.of.ids {
		if v.from.seesAt(i) && !v.to.sees(id) && !slices.Contains(v.deleted, id) {
			b = append(l.next(b), '"')
			b = strconv.AppendUint(b, uint64(id), 10)
			b = append(b, '"')
		}
	}
	return l.end(b)
}

// appendRights tells the rights that changed in channels that are not shown. What
// a creation told has none, so whatever differs from the server's is told after it.
func (v *view) appendRights(b []byte) []byte {
	l := list{open: `,"rights":[`}
	tell := func(i int) { b = v.to.appendRights(l.next(b), i) }
	if v.from == v.to {
		for _, id := range v.created {
			if i := v.to.of.at(id); v.to.seesAt(i) && v.to.differs(i) {
				tell(i)
			}
		}
		return l.end(b)
	}
	for i, id := range v.to.of.ids {
		if !v.to.seesAt(i) {
			continue
		}
		created := slices.Contains(v.created, id)
		at := v.from.of.at(id)
		switch {
		case created && v.to.differs(i):
			tell(i)
		case created || !v.from.seesAt(at):
		case v.to.differs(i) != v.from.differs(at), v.to.differs(i) && v.to.rights[i] != v.from.rights[at]:
			tell(i)
		}
	}
	return l.end(b)
}

// appendRights appends what may be done in the channel at a place, as frames say it.
func (v *vector) appendRights(b []byte, i int) []byte {
	b = append(b, `{"id":"`...)
	b = strconv.AppendUint(b, uint64(v.of.ids[i]), 10)
	b = append(b, `","rights":`...)
	if v.differs(i) {
		b = appendNames(b, v.rights[i])
	} else {
		b = append(b, `null`...)
	}
	return append(b, '}')
}

// list writes the brackets and commas of a JSON array, and nothing if it is empty.
type list struct {
	open string
	any  bool
}

func (l *list) next(b []byte) []byte {
	if l.any {
		return append(b, ',')
	}
	l.any = true
	return append(b, l.open...)
}

// end closes the array; see whole.
func (l *list) end(b []byte) []byte {
	if l.any {
		return append(b, ']')
	}
	return b
}

// whole closes an array that is written also when it is empty.
func (l *list) whole(b []byte) []byte {
	if !l.any {
		b = append(b, l.open...)
	}
	return append(b, ']')
}

func appendNames(b []byte, p chat.Permission) []byte {
	l := list{open: "["}
	for _, name := range p.Names() {
		b = wire.AppendString(l.next(b), name)
	}
	return l.whole(b)
}
