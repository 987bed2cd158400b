package chat

import "math/bits"

// Can is the one function that evaluates permissions: what u may do in channel
// ch (0: in the server as a whole) at time now (Unix milliseconds), by what
// holds in st. Somebody who is not a member, and a channel that is not there,
// have no rights at all. In order (PERM-5):
//
//  1. a direct conversation: DirectPermissions;
//  2. the owner, and who has administrator: all;
//  3. else the union of the role everyone and the member's roles;
//  4. in a channel, the overrides that govern it (see Governing): everyone's,
//     then those of all his roles (deny, then allow), then his own (deny, then allow);
//  5. without view_channels there, nothing;
//  6. a muted member lacks Speaking.
//
// It allocates nothing, and may be called by many at once on a state that
// nobody changes meanwhile.
func Can(st *Server, u UserID, ch ChannelID, now int64) Grant {
	return evaluate(st, u, ch, now, nil)
}

// Forever, as the time of Can, leaves out what only holds for a time: mutes.
const Forever = 1<<63 - 1

// CanSee reports whether u sees channel ch.
func CanSee(st *Server, u UserID, ch ChannelID) bool {
	return Can(st, u, ch, Forever).Permissions.Has(ViewChannels)
}

// MayExport reports whether u may take all that was said away in a file: of a
// server its owner, of a direct conversation each of its members.
func MayExport(st *Server, u UserID) bool {
	_, member := st.Members[u]
	return member && (u == st.OwnerID || st.Kind != ServerOfMembers)
}

// Step is one step of an evaluation, for people: what the rule said and which
// rights held after it.
type Step struct {
	Rule   string `json:"rule"` // such as "role" or "override of role"
	RoleID RoleID `json:"role_id,omitempty"`
	Name   string `json:"name,omitempty"` // of the role
	Effect string `json:"effect"`         // "allows", "denies", "nothing" of the right asked for
	Holds  bool   `json:"holds"`          // whether the right held after the step
}

// Explain says step by step why u may or may not do want in ch (PERM-8). It is
// Can, written down: the same code decides.
func Explain(st *Server, u UserID, ch ChannelID, now int64, want Permission) (Grant, []Step) {
	t := &trace{want: want}
	g := evaluate(st, u, ch, now, t)
	return g, t.steps
}

// trace collects the steps of an evaluation; nil collects nothing.
type trace struct {
	want  Permission
	steps []Step
}

func (t *trace) note(rule string, r *Role, allow, deny, after Permission) {
	if t == nil {
		return
	}
	s := Step{Rule: rule, Effect: "nothing", Holds: after.Has(t.want)}
	if r != nil {
		s.RoleID, s.Name = r.ID, r.Name
	}
	switch {
	case allow&t.want != 0:
		s.Effect = "allows"
	case deny&t.want != 0:
		s.Effect = "denies"
	}
	t.steps = append(t.steps, s)
}

// change is what overrides take and give: deny first, then allow.
type change struct{ allow, deny Permission }

func (c change) of(p Permission) Permission { return p&^c.deny | c.allow }

// rules is what the overrides of one channel say, compiled for Can. The channels
// it governs share it, and so do copies of the state: once made it never changes.
type rules struct {
	governing ChannelID // whose overrides these are
	everyone  change
	given     RoleSet  // the roles that have an override
	roles     []change // theirs, in the order of their slots
	members   map[UserID]change
	named     filter // of members
}

// filter says of most users without looking further that they are not in a set.
type filter [4]uint64

// place spreads identifiers, whose low bits are mostly zero, over the filter.
func (filter) place(u UserID) (int, uint64) {
	h := uint64(u) * 0x9e3779b97f4a7c15 >> 56
	return int(h / 64), 1 << (h % 64)
}

func (f *filter) add(u UserID) {
	word, bit := f.place(u)
	f[word] |= bit
}

func (f *filter) mayHave(u UserID) bool {
	word, bit := f.place(u)
	return f[word]&bit != 0
}

func evaluate(st *Server, u UserID, ch ChannelID, now int64, t *trace) Grant {
	g := Grant{ServerNumber: st.Number}
	m := st.standing.find(u)
	if m == nil {
		t.note("not a member", nil, 0, AllPermissions, 0)
		return g
	}
	g.Member = true
	channel := -1
	if ch != 0 {
		var ok bool
		if channel, ok = st.index[ch]; !ok {
			t.note("there is no such channel", nil, 0, AllPermissions, 0)
			return g
		}
	}
	switch {
	case st.Kind != ServerOfMembers:
		g.Permissions = DirectPermissions
		t.note("direct conversation", nil, DirectPermissions, ^DirectPermissions, g.Permissions)
		return g
	case u == st.OwnerID:
		g.Permissions = AllPermissions
		t.note("owner", nil, AllPermissions, 0, g.Permissions)
		return g
	}
	roles, mutedUntil := m.roles(st)
	p := st.rolesOf(&roles, t)
	if p.Has(Administrator) {
		g.Permissions = AllPermissions
		t.note("administrator", nil, AllPermissions, 0, g.Permissions)
		return g
	}
	if channel >= 0 {
		p = st.inChannel(channel, u, &roles, p, t)
	}
	if mutedUntil > now {
		p &^= Speaking
		t.note("muted", nil, 0, Speaking, p)
	}
	g.Permissions = p
	return g
}

// rolesOf is the union of everyone and the member's roles.
func (st *Server) rolesOf(roles *RoleSet, t *trace) Permission {
	p := st.slots[0]
	if t != nil {
		everyone, _ := st.Role(EveryoneRole(st.ID))
		t.note("role", &everyone, p, 0, p)
	}
	for w, word := range roles {
		for ; word != 0; word &= word - 1 {
			slot := w*64 + bits.TrailingZeros64(word)
			p |= st.slots[slot]
			if t != nil {
				t.note("role", st.inSlot(uint8(slot)), st.slots[slot], 0, p)
			}
		}
	}
	return p
}

// inChannel is what is left of p in a channel.
func (st *Server) inChannel(channel int, u UserID, roles *RoleSet, p Permission, t *trace) Permission {
	if r := st.rules[channel]; r != nil {
		p = r.everyone.of(p)
		if t != nil {
			everyone, _ := st.Role(EveryoneRole(st.ID))
			t.note("override of role", &everyone, r.everyone.allow, r.everyone.deny, p)
		}
		p = r.ofRoles(st, roles, p, t)
		if r.named.mayHave(u) {
			if own, ok := r.members[u]; ok {
				p = own.of(p)
				t.note("override of member", nil, own.allow, own.deny, p)
			}
		}
	}
	if !p.Has(ViewChannels) {
		p = 0
		t.note("may not view the channel", nil, 0, AllPermissions, 0)
	}
	return p
}

// ofRoles applies the overrides of all the member's roles together: what one
// allows, another cannot deny.
func (r *rules) ofRoles(st *Server, roles *RoleSet, p Permission, t *trace) Permission {
	var all change
	before := 0 // overrides of the slots below the word's
	for w, given := range r.given {
		for word := given & roles[w]; word != 0; word &= word - 1 {
			lowest := word & -word
			o := &r.roles[before+bits.OnesCount64(given&(lowest-1))]
			all.allow |= o.allow
			all.deny |= o.deny
			if t != nil {
				slot := uint8(w*64 + bits.TrailingZeros64(word))
				t.note("override of role", st.inSlot(slot), o.allow, o.deny, all.of(p))
			}
		}
		before += bits.OnesCount64(given)
	}
	return all.of(p)
}

func (st *Server) inSlot(slot uint8) *Role {
	for i := range st.Roles {
		if st.Roles[i].Slot == slot && st.Roles[i].ID != EveryoneRole(st.ID) {
			return &st.Roles[i]
		}
	}
	return nil
}
