package chat

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
	g, _ := evaluate(st, u, ch, now, nil)
	return g
}

// Forever, as the time of Can, leaves out what only holds for a time: mutes.
const Forever = 1<<63 - 1

// CanSee reports whether u sees channel ch.
func CanSee(st *Server, u UserID, ch ChannelID) bool {
	return Can(st, u, ch, Forever).Permissions.Has(ViewChannels)
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
	g, _ := evaluate(st, u, ch, now, t)
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

// rules is what overrides say in one channel, compiled for Can.
type rules struct {
	channel   int // in Server.Channels
	governing int // in Server.Channels: whose overrides these are, -1 none's
	everyone  change
	roles     []roleChange
	members   map[UserID]change
}

type roleChange struct {
	slot uint8
	change
}

func evaluate(st *Server, u UserID, ch ChannelID, now int64, t *trace) (Grant, *rules) {
	g := Grant{ServerNumber: st.Number}
	m, ok := st.Members[u]
	if !ok {
		t.note("not a member", nil, 0, AllPermissions, 0)
		return g, nil
	}
	g.Member = true
	var r *rules
	if ch != 0 {
		if r = st.rules[ch]; r == nil {
			t.note("there is no such channel", nil, 0, AllPermissions, 0)
			return g, nil
		}
	}
	switch {
	case st.Kind != ServerOfMembers:
		g.Permissions = DirectPermissions
		t.note("direct conversation", nil, DirectPermissions, ^DirectPermissions, g.Permissions)
		return g, r
	case u == st.OwnerID:
		g.Permissions = AllPermissions
		t.note("owner", nil, AllPermissions, 0, g.Permissions)
		return g, r
	}
	p := st.rolesOf(&m, t)
	if p.Has(Administrator) {
		g.Permissions = AllPermissions
		t.note("administrator", nil, AllPermissions, 0, g.Permissions)
		return g, r
	}
	if r != nil {
		p = r.apply(st, u, &m, p, t)
	}
	if m.MutedUntil > now {
		p &^= Speaking
		t.note("muted", nil, 0, Speaking, p)
	}
	g.Permissions = p
	return g, r
}

// rolesOf is the union of everyone and the member's roles.
func (st *Server) rolesOf(m *MemberState, t *trace) Permission {
	p := st.slots[0]
	if t != nil {
		everyone, _ := st.Role(EveryoneRole(st.ID))
		t.note("role", &everyone, p, 0, p)
	}
	for w, word := range m.Roles {
		for slot := w * 64; word != 0; slot++ {
			if word&1 != 0 {
				p |= st.slots[slot]
				if t != nil {
					t.note("role", st.inSlot(uint8(slot)), st.slots[slot], 0, p)
				}
			}
			word >>= 1
		}
	}
	return p
}

// apply is what is left of p in the channel.
func (r *rules) apply(st *Server, u UserID, m *MemberState, p Permission, t *trace) Permission {
	p = r.everyone.of(p)
	if t != nil && r.governing >= 0 {
		everyone, _ := st.Role(EveryoneRole(st.ID))
		t.note("override of role", &everyone, r.everyone.allow, r.everyone.deny, p)
	}
	var all change
	for i := range r.roles {
		if o := &r.roles[i]; m.Roles.Has(o.slot) {
			all.allow |= o.allow
			all.deny |= o.deny
			if t != nil {
				t.note("override of role", st.inSlot(o.slot), o.allow, o.deny, all.of(p))
			}
		}
	}
	p = all.of(p)
	if own, ok := r.members[u]; ok {
		p = own.of(p)
		t.note("override of member", nil, own.allow, own.deny, p)
	}
	if !p.Has(ViewChannels) {
		p = 0
		t.note("may not view the channel", nil, 0, AllPermissions, 0)
	}
	return p
}

func (st *Server) inSlot(slot uint8) *Role {
	for i := range st.Roles {
		if st.Roles[i].Slot == slot && st.Roles[i].ID != EveryoneRole(st.ID) {
			return &st.Roles[i]
		}
	}
	return nil
}

// Governing is the channel whose overrides hold in channel ch: for a thread
// those of its parent; for a channel without overrides those of its category;
// 0 if there are none.
func (st *Server) Governing(ch ChannelID) ChannelID {
	if r := st.rules[ch]; r != nil && r.governing >= 0 {
		return st.Channels[r.governing].ID
	}
	return 0
}

// compile makes what Can works with: an index of channels and roles. It runs
// after every record that changes either; some 1,500 channels take less than a
// millisecond.
func (st *Server) compile() {
	st.slots = make([]Permission, MaxRolesPerServer+1)
	for i := range st.Roles {
		st.slots[st.Roles[i].Slot] = Permission(st.Roles[i].Permissions)
	}
	st.index = make(map[ChannelID]int, len(st.Channels))
	for i := range st.Channels {
		st.index[st.Channels[i].ID] = i
	}
	st.rules = make(map[ChannelID]*rules, len(st.Channels))
	for i := range st.Channels {
		st.rules[st.Channels[i].ID] = st.compileChannel(i)
	}
}

func (st *Server) compileChannel(i int) *rules {
	r := &rules{channel: i, governing: -1}
	for at, depth := i, 0; depth < maxNesting; depth++ {
		c := &st.Channels[at]
		if c.Type != ThreadChannel && len(c.Overrides) > 0 {
			r.governing = at
			break
		}
		parent, ok := st.index[c.ParentID]
		if !ok {
			break
		}
		at = parent
	}
	if r.governing < 0 {
		return r
	}
	for _, o := range st.Channels[r.governing].Overrides {
		c := change{Permission(o.Allow), Permission(o.Deny)}
		switch {
		case o.MemberID != 0:
			if r.members == nil {
				r.members = map[UserID]change{}
			}
			r.members[o.MemberID] = c
		case o.RoleID == EveryoneRole(st.ID):
			r.everyone = c
		default:
			if role, ok := st.Role(o.RoleID); ok {
				r.roles = append(r.roles, roleChange{role.Slot, c})
			}
		}
	}
	return r
}

// maxNesting is thread, channel, category.
const maxNesting = 3
