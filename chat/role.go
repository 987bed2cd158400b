package chat

import "math/bits"

// Role is a named set of rights in a server. The role everyone has the server's
// own identifier and position 0; every member has it and nobody can lose it.
type Role struct {
	ID          RoleID `json:"id"`
	Name        string `json:"name"`
	Color       uint32 `json:"color,omitempty"` // 0xRRGGBB, 0 for none
	Position    int    `json:"position"`        // the rank: who is higher may act on who is lower
	Permissions Rights `json:"permissions"`
	Mentionable bool   `json:"mentionable,omitempty"` // by everybody, not only with mention_everyone
	// Version is the number of the server's record that changed it last.
	Version uint64 `json:"version"`
	// Slot is its bit in members' RoleSets. It is given when the role is made and
	// free again when it is deleted.
	Slot uint8 `json:"slot,omitempty"`
}

// RoleSet is the roles of a member, a bit per Slot: 32 bytes, whatever he has,
// so that 100,000 members fit and evaluating is a few instructions.
type RoleSet [4]uint64

// Has reports whether the role of a slot is in the set.
func (s *RoleSet) Has(slot uint8) bool { return s[slot/64]&(1<<(slot%64)) != 0 }

func (s *RoleSet) add(slot uint8)    { s[slot/64] |= 1 << (slot % 64) }
func (s *RoleSet) remove(slot uint8) { s[slot/64] &^= 1 << (slot % 64) }

// Len is the number of roles.
func (s *RoleSet) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// EveryoneRole is the identifier of a server's role everyone.
func EveryoneRole(id ServerID) RoleID { return RoleID(id) }

// Role finds a role, everyone included. The result is nobody's to change.
func (st *Server) Role(id RoleID) (Role, bool) {
	for i := range st.Roles {
		if st.Roles[i].ID == id {
			return st.Roles[i], true
		}
	}
	return Role{}, false
}

// RolesOf lists the roles of a member by identifier, without everyone.
func (st *Server) RolesOf(u UserID) []RoleID {
	m, ok := st.Members[u]
	if !ok {
		return nil
	}
	ids := make([]RoleID, 0, m.Roles.Len())
	for i := range st.Roles {
		if r := &st.Roles[i]; r.ID != EveryoneRole(st.ID) && m.Roles.Has(r.Slot) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// TopRank is above every role: the owner's.
const TopRank = 1 << 30

// Rank is the position of a member's highest role; everyone is 0, the owner
// above all, -1 is nobody.
func (st *Server) Rank(u UserID) int {
	m, ok := st.Members[u]
	switch {
	case !ok:
		return -1
	case u == st.OwnerID:
		return TopRank
	}
	rank := 0
	for i := range st.Roles {
		if r := &st.Roles[i]; r.Position > rank && m.Roles.Has(r.Slot) {
			rank = r.Position
		}
	}
	return rank
}

// freeSlot is the lowest slot that no role has. Slot 0 is everyone's and is in
// nobody's set.
func (st *Server) freeSlot() (uint8, bool) {
	var used RoleSet
	used.add(0)
	for i := range st.Roles {
		used.add(st.Roles[i].Slot)
	}
	for w, word := range used {
		if word != ^uint64(0) {
			return uint8(w*64 + bits.TrailingZeros64(^word)), true
		}
	}
	return 0, false
}
