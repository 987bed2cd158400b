package chat

import (
	"maps"
	"slices"
)

// ServerKind tells servers from the small tenants that direct conversations are.
type ServerKind string

// The kinds of tenant.
const (
	ServerOfMembers ServerKind = ""
	DirectOfTwo     ServerKind = "direct" // of two friends
	DirectOfGroup   ServerKind = "group"  // of up to MaxGroupMembers
)

// Server is the state of one server: what its actor owns and what every node
// that serves it keeps a copy of. It is folded from the server's log. A direct
// conversation is one, too, with one channel and fixed rights.
//
// Apply never changes a slice that a copy of the state may share: it replaces it.
type Server struct {
	Number      uint64     `json:"number"`         // of the last record applied
	ID          ServerID   `json:"id"`             // 0 before ServerCreated
	Kind        ServerKind `json:"kind,omitempty"` // of tenant
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Visibility  Visibility `json:"visibility"`
	Picture     string     `json:"picture,omitempty"` // identifier of an image
	Banner      string     `json:"banner,omitempty"`
	OwnerID     UserID     `json:"owner_id"`
	CreatedAt   int64      `json:"created_at"`
	Deleted     bool       `json:"deleted,omitempty"`
	// Version is the number of the record that changed the settings last.
	Version  uint64                 `json:"version,omitempty"`
	Channels []Channel              `json:"channels"` // in the order of creation
	Roles    []Role                 `json:"roles"`    // everyone first, in the order of creation
	Members  map[UserID]MemberState `json:"members"`
	Bans     map[UserID]Ban         `json:"bans,omitempty"`
	// Silenced are the mutes (Unix milliseconds) of those who have left: who
	// comes back gets his again.
	Silenced    map[UserID]int64 `json:"silenced,omitempty"`
	Invitations []Invitation     `json:"invitations,omitempty"` // oldest first

	// What Can works with, made by compile.
	standing standings         // of Members
	slots    []Permission      // by Role.Slot; replaced, never changed
	index    map[ChannelID]int // where in Channels
	rules    []*rules          // by place in Channels, nil: no overrides
}

// MemberState is what a server knows of one member. It is small, for there may
// be half a million. What Can reads stands first, beside the map's key: evaluating
// among many members is waiting for memory.
type MemberState struct {
	Roles      RoleSet `json:"roles"`
	MutedUntil int64   `json:"muted_until,omitempty"`
	JoinedAt   int64   `json:"joined_at"` // Unix milliseconds
	Username   string  `json:"username"`
	Nickname   string  `json:"nickname,omitempty"`
}

// Ban keeps somebody out.
type Ban struct {
	Username string `json:"username,omitempty"` // if he was a member
	By       UserID `json:"by"`
	At       int64  `json:"at"` // Unix milliseconds
	Reason   string `json:"reason,omitempty"`
}

// Invitation is a link by which a server can be joined, or with UserID an
// invitation of one user in the application.
type Invitation struct {
	Code      string `json:"code"`
	By        UserID `json:"by"`
	UserID    UserID `json:"user_id,omitempty"`
	CreatedAt int64  `json:"created_at"`
	ExpiresAt int64  `json:"expires_at,omitempty"` // Unix milliseconds, 0: never
	MaxUses   int    `json:"max_uses,omitempty"`   // 0: any number
	Uses      int    `json:"uses"`
	Revoked   bool   `json:"revoked,omitempty"`
}

// Open reports whether the invitation can be used at time now.
func (i *Invitation) Open(now int64) bool {
	return !i.Revoked && (i.ExpiresAt == 0 || now < i.ExpiresAt) && (i.MaxUses == 0 || i.Uses < i.MaxUses)
}

// NewServer is the state before the first record.
func NewServer() *Server {
	st := &Server{}
	st.Restore()
	return st
}

// Restore makes a state decoded from a snapshot whole again.
func (st *Server) Restore() {
	if st.Members == nil {
		st.Members = map[UserID]MemberState{}
	}
	if st.Bans == nil {
		st.Bans = map[UserID]Ban{}
	}
	if st.Silenced == nil {
		st.Silenced = map[UserID]int64{}
	}
	st.stand()
	st.compile()
}

// Outline is a copy of the state without members, bans and invitations. It
// shares nothing that Apply changes.
func (st *Server) Outline() *Server {
	c := *st
	c.Members, c.Bans, c.Silenced, c.Invitations = map[UserID]MemberState{}, map[UserID]Ban{}, map[UserID]int64{}, nil
	c.standing = standings{}
	c.Channels = append([]Channel(nil), st.Channels...)
	c.Roles = append([]Role(nil), st.Roles...)
	c.index, c.rules = maps.Clone(st.index), slices.Clone(st.rules)
	return &c
}

// Exists reports whether the server was created and not deleted since.
func (st *Server) Exists() bool { return st.ID != 0 && !st.Deleted }

// Invitation finds an invitation by its code.
func (st *Server) Invitation(code string) (Invitation, bool) {
	for _, i := range st.Invitations {
		if i.Code == code {
			return i, true
		}
	}
	return Invitation{}, false
}

// Apply folds one record into the state. Records come in order; unknown events
// only advance the number.
func (st *Server) Apply(rec Record) {
	st.Number = rec.Number
	switch e := rec.Event.(type) {
	case *ServerCreated:
		st.applyCreated(rec, e)
	case *ServerUpdated:
		st.Name, st.Description, st.Visibility = e.Name, e.Description, e.Visibility
		st.Picture, st.Banner, st.Version = e.Picture, e.Banner, rec.Number
	case *ServerDeleted:
		st.applyDeleted()
	case *OwnershipTransferred:
		st.OwnerID, st.Version = e.To, rec.Number
	case *ChannelCreated:
		st.applyChannelCreated(rec, e)
	case *ChannelUpdated:
		st.applyChannel(e.ID, func(c *Channel) {
			e.ChannelSettings.put(c)
			c.Version = rec.Number
		})
	case *ChannelDeleted:
		st.applyChannelDeleted(e)
	case *OverrideSet:
		st.applyOverride(rec, e.Override, true)
	case *OverrideRemoved:
		st.applyOverride(rec, e.Override, false)
	case *RoleCreated:
		st.applyRoleCreated(rec, e)
	case *RoleUpdated:
		st.applyRole(e.ID, func(r *Role) {
			e.RoleSettings.put(r)
			r.Version = rec.Number
		})
	case *RoleDeleted:
		st.applyRoleDeleted(e.ID)
	case *RolesOrdered:
		st.applyRolesOrdered(rec, e)
	default:
		st.applyPeople(rec)
	}
}

func (st *Server) applyCreated(rec Record, e *ServerCreated) {
	st.ID, st.Kind, st.Name, st.Description = e.ID, e.Kind, e.Name, e.Description
	st.Visibility, st.OwnerID = e.Visibility, e.OwnerID
	st.Picture, st.Banner = e.Picture, e.Banner
	st.CreatedAt, st.Version = rec.Time, rec.Number
	st.Roles = []Role{{
		ID: EveryoneRole(e.ID), Name: EveryoneName, Permissions: Rights(e.Everyone), Version: rec.Number,
	}}
	st.compile()
}

func (st *Server) applyDeleted() {
	st.Deleted = true
	st.Channels, st.Roles, st.Invitations = nil, nil, nil
	st.Members, st.Bans, st.Silenced = map[UserID]MemberState{}, map[UserID]Ban{}, map[UserID]int64{}
	st.stand()
	st.compile()
}

func (st *Server) applyChannelCreated(rec Record, e *ChannelCreated) {
	st.Channels = append(st.Channels[:len(st.Channels):len(st.Channels)], Channel{
		ID: e.ID, ServerID: e.ServerID, Name: e.Name, Type: e.Type, Topic: e.Topic, ParentID: e.ParentID,
		MessageID: e.MessageID, Position: e.Position, SlowMode: e.SlowMode, Overrides: e.Overrides,
		CreatedAt: rec.Time, CreatedBy: rec.Author, Version: rec.Number,
	})
	last := len(st.Channels) - 1
	st.index[e.ID] = last
	own := st.compileOverrides(last)
	if own == nil {
		own = st.inherited(last)
	}
	st.rules = append(st.rules, own)
}

// applyChannel changes one channel in a copy of the list.
func (st *Server) applyChannel(id ChannelID, do func(*Channel)) {
	i, ok := st.index[id]
	if !ok {
		return
	}
	st.Channels = append([]Channel(nil), st.Channels...)
	do(&st.Channels[i])
	st.recompile(i)
}

func (st *Server) applyChannelDeleted(e *ChannelDeleted) {
	gone := map[ChannelID]bool{e.ID: true}
	for _, id := range e.With {
		gone[id] = true
	}
	kept := make([]Channel, 0, len(st.Channels))
	for i := range st.Channels {
		if !gone[st.Channels[i].ID] {
			kept = append(kept, st.Channels[i])
		}
	}
	st.Channels = kept
	st.compile()
}

func (st *Server) applyOverride(rec Record, o Override, set bool) {
	st.applyChannel(o.ChannelID, func(c *Channel) {
		list := make([]Override, 0, len(c.Overrides)+1)
		for _, old := range c.Overrides {
			if old.ID != o.ID {
				list = append(list, old)
			}
		}
		if set {
			list = append(list, o)
		}
		c.Overrides, c.Version = list, rec.Number
	})
}

func (st *Server) applyRoleCreated(rec Record, e *RoleCreated) {
	slot, ok := st.freeSlot()
	if !ok {
		return // the rules allow fewer roles than there are slots
	}
	r := Role{ID: e.ID, Position: e.Position, Version: rec.Number, Slot: slot}
	e.RoleSettings.put(&r)
	roles := append([]Role(nil), st.Roles...)
	for i := range roles {
		if roles[i].Position >= r.Position {
			roles[i].Position++
		}
	}
	roles = append(roles, r)
	st.Roles = roles
	st.compileRoles()
}

func (st *Server) applyRole(id RoleID, do func(*Role)) {
	st.Roles = append([]Role(nil), st.Roles...)
	for i := range st.Roles {
		if st.Roles[i].ID == id {
			do(&st.Roles[i])
		}
	}
	st.compileRoles()
}

// applyRoleDeleted takes the role from everybody and out of every override.
func (st *Server) applyRoleDeleted(id RoleID) {
	gone, ok := st.Role(id)
	if !ok {
		return
	}
	roles := make([]Role, 0, len(st.Roles))
	for _, r := range st.Roles {
		if r.ID == id {
			continue
		}
		if r.Position > gone.Position {
			r.Position--
		}
		roles = append(roles, r)
	}
	st.Roles = roles
	for u, m := range st.Members {
		if m.Roles.Has(gone.Slot) {
			m.Roles.remove(gone.Slot)
			st.PutMember(u, m)
		}
	}
	st.dropOverrides(id, 0)
	st.compileRoles()
}

// dropOverrides removes the overrides of a role or a member everywhere. It runs
// whenever a member leaves, so it asks the compiled rules for his.
func (st *Server) dropOverrides(r RoleID, u UserID) {
	var with []int
	for i, own := range st.rules {
		if own == nil || r == 0 && !own.named.mayHave(u) {
			continue
		}
		if _, ok := st.Channels[i].Override(r, u); ok {
			with = append(with, i)
		}
	}
	if with == nil {
		return
	}
	st.Channels = append([]Channel(nil), st.Channels...)
	for _, i := range with {
		c := &st.Channels[i]
		list := make([]Override, 0, len(c.Overrides))
		for _, o := range c.Overrides {
			if o.RoleID != r || o.MemberID != u {
				list = append(list, o)
			}
		}
		c.Overrides = list
		st.rules[i] = st.compileOverrides(i)
	}
	st.inherit()
}

func (st *Server) applyRolesOrdered(rec Record, e *RolesOrdered) {
	position := make(map[RoleID]int, len(e.Order))
	for i, id := range e.Order {
		position[id] = i + 1
	}
	roles := append([]Role(nil), st.Roles...)
	for i := range roles {
		if p, ok := position[roles[i].ID]; ok && roles[i].Position != p {
			roles[i].Position, roles[i].Version = p, rec.Number
		}
	}
	st.Roles = roles
}
