package chat

import (
	"iter"
	"slices"
)

// Whoever hands out roles must not open a channel by it, neither to himself nor to
// others: what a role does in a channel counts like an override that is set or
// removed there. The refusals name no channel, for the one who asks may not see it.

// overridesOf are the channels in which an override of a role is in force.
func (st *Server) overridesOf(role Role) iter.Seq2[*Channel, Override] {
	return func(yield func(*Channel, Override) bool) {
		for i := range st.Channels {
			c := &st.Channels[i]
			if !c.governs() || !st.rules[i].given.Has(role.Slot) {
				continue
			}
			if o, ok := c.Override(role.ID, 0); ok && !yield(c, o) {
				return
			}
		}
	}
}

// mayGive refuses a role that allows what by may not, in the server or in a
// channel: else whoever hands out roles could let himself into any channel.
func (st *Server) mayGive(op string, by UserID, role Role, rights Permission, now int64) error {
	if err := holds(op, rights, Permission(role.Permissions)); err != nil {
		return err
	}
	for c, o := range st.overridesOf(role) {
		if Permission(o.Allow)&^Can(st, by, c.ID, now).Permissions != 0 {
			return Errorf(Forbidden, op, "this role allows more in a channel than you may yourself")
		}
	}
	return nil
}

// mayTake refuses to lift what a role denies in a channel where by may not do it
// himself.
func (st *Server) mayTake(op string, by UserID, role Role, now int64) error {
	for c, o := range st.overridesOf(role) {
		if Permission(o.Deny)&^Can(st, by, c.ID, now).Permissions != 0 {
			return Errorf(Forbidden, op, "this role denies something in a channel that you may not do there yourself")
		}
	}
	return nil
}

// mayEmpty refuses to delete a role that has the only override of a channel, if
// the category's come into force by it that by could not put there himself.
func (st *Server) mayEmpty(op string, by UserID, role Role, now int64) error {
	for c := range st.overridesOf(role) {
		if len(c.Overrides) != 1 {
			continue
		}
		theirs := slices.DeleteFunc(slices.Clone(st.inForce(c.ParentID).Overrides), func(o Override) bool {
			return o.RoleID == role.ID // goes as well
		})
		if len(theirs) == 0 {
			continue
		}
		if st.mayExchange(op, by, c.Overrides, theirs, Can(st, by, c.ID, now).Permissions) != nil {
			return Errorf(Forbidden, op, "a channel would get other permissions by it, and you may not give it those")
		}
	}
	return nil
}
