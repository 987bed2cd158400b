package edge

import (
	"slices"

	"beep/chat"
)

// maxVectors bounds the vectors that ratings keep for those who may come; beyond
// it those that no group has are forgotten.
const maxVectors = 1024

// layout is which channels vectors speak of, in their order. It never changes.
type layout struct {
	ids   []chat.ChannelID
	index map[chat.ChannelID]int
}

func newLayout(channels []chat.Channel) *layout {
	l := &layout{ids: make([]chat.ChannelID, len(channels)), index: make(map[chat.ChannelID]int, len(channels))}
	for i := range channels {
		l.ids[i] = channels[i].ID
		l.index[channels[i].ID] = i
	}
	return l
}

// at is a channel's place, -1 if there is none.
func (l *layout) at(id chat.ChannelID) int {
	if i, ok := l.index[id]; ok {
		return i
	}
	return -1
}

// vector is everything a user may do in a server, mutes left out: in the server as a
// whole and in each channel. Users who may do the same share one object, so that
// comparing is comparing pointers. It never changes.
type vector struct {
	of     *layout
	server chat.Permission
	rights []chat.Permission // by place in the layout
	hash   uint64
	next   *vector // of the same hash; the ratings' own
}

// may is what is allowed in a channel.
func (v *vector) may(id chat.ChannelID) chat.Permission {
	if i := v.of.at(id); i >= 0 {
		return v.rights[i]
	}
	return 0
}

func (v *vector) sees(id chat.ChannelID) bool { return v.may(id).Has(chat.ViewChannels) }

// seesAt is sees for a place of the layout; -1 is no channel.
func (v *vector) seesAt(i int) bool { return i >= 0 && v.rights[i].Has(chat.ViewChannels) }

// differs reports whether the rights in the channel at a place are others than in
// the server as a whole: only then are clients told them.
func (v *vector) differs(i int) bool { return v.rights[i] != v.server }

// ratings are the rights in one server of those who have sessions here, as the
// node's copy had them at one number.
type ratings struct {
	number uint64
	// st is the copy as it was when everybody was rated last, with the members who
	// have sessions here (of a direct conversation: all) as they are at number.
	st      *chat.Server
	layout  *layout
	vectors map[uint64]*vector       // by hash
	byRoles map[chat.RoleSet]*vector // of members without an override of their own
	singles map[chat.UserID]struct{} // those who have one, and the owner
	// as is, for each channel, the first that the same overrides govern: what may be
	// done there may be done here.
	as      []int
	scratch []chat.Permission
	kept    int // vectors
}

// begin makes the tables for state st, which is the ratings' own from now on.
func (r *ratings) begin(st *chat.Server, number uint64) {
	r.number, r.st = number, st
	if r.layout == nil || !slices.EqualFunc(r.layout.ids, st.Channels, func(id chat.ChannelID, c chat.Channel) bool { return id == c.ID }) {
		r.layout = newLayout(st.Channels)
		r.scratch = make([]chat.Permission, len(st.Channels))
	}
	r.vectors, r.byRoles, r.kept = map[uint64]*vector{}, map[chat.RoleSet]*vector{}, 0
	r.singles = map[chat.UserID]struct{}{st.OwnerID: {}}
	r.as = make([]int, len(st.Channels))
	first := map[chat.ChannelID]int{}
	for i := range st.Channels {
		by := st.Governing(st.Channels[i].ID)
		if _, ok := first[by]; !ok {
			first[by] = i
		}
		r.as[i] = first[by]
		for j := range st.Channels[i].Overrides {
			if u := st.Channels[i].Overrides[j].MemberID; u != 0 {
				r.singles[u] = struct{}{}
			}
		}
	}
}

// vector is what a user may do, nil if he is not among the members known here.
func (r *ratings) vector(u chat.UserID) *vector {
	m, ok := r.st.Members[u]
	if !ok {
		return nil
	}
	if _, single := r.singles[u]; single {
		return r.evaluate(u)
	}
	v := r.byRoles[m.Roles]
	if v == nil {
		v = r.evaluate(u)
		r.byRoles[m.Roles] = v
	}
	return v
}

// evaluate asks chat.Can for the server and for every channel with rules of its own.
func (r *ratings) evaluate(u chat.UserID) *vector {
	server := chat.Can(r.st, u, 0, chat.Forever).Permissions
	hash := mix(0, server)
	for i, id := range r.layout.ids {
		var p chat.Permission
		if r.as[i] < i {
			p = r.scratch[r.as[i]]
		} else {
			p = chat.Can(r.st, u, id, chat.Forever).Permissions
		}
		r.scratch[i] = p
		hash = mix(hash, p)
	}
	for v := r.vectors[hash]; v != nil; v = v.next {
		if v.server == server && slices.Equal(v.rights, r.scratch) {
			return v
		}
	}
	v := &vector{of: r.layout, server: server, rights: slices.Clone(r.scratch), hash: hash}
	r.keep(v)
	return v
}

// keep makes a vector one that is shared.
func (r *ratings) keep(v *vector) {
	v.next = r.vectors[v.hash]
	r.vectors[v.hash] = v
	r.kept++
}

// adopt takes the vectors of groups over, so that what has not changed is the same
// object again, and forgets all others.
func (r *ratings) adopt(groups []*group) {
	r.vectors, r.byRoles, r.kept = map[uint64]*vector{}, map[chat.RoleSet]*vector{}, 0
	for _, g := range groups {
		v := g.key.rights
		if v.of == r.layout && !r.keeps(v) {
			r.keep(v)
		}
	}
}

func (r *ratings) keeps(v *vector) bool {
	for o := r.vectors[v.hash]; o != nil; o = o.next {
		if o == v {
			return true
		}
	}
	return false
}

func mix(hash uint64, p chat.Permission) uint64 {
	hash = (hash ^ uint64(p)) * 0x9e3779b97f4a7c15
	return hash ^ hash>>29
}
