package chat

// Decide answers a command with events or a refusal, and changes nothing.
// Checks come in this order: whether By may know that the thing is there
// (NotFound), whether what is asked for makes sense (Invalid, TooLarge), rights
// (Forbidden), rank (Forbidden), version (Stale), what is there (Conflict, Gone).
func (st *Server) Decide(cmd Command, now int64) (Decision, error) {
	switch c := cmd.(type) {
	case *CreateServer:
		return st.create(c)
	case *CreateDirect:
		return st.createDirect(c)
	case *EndDirect:
		return st.endDirect(c)
	case *GetMembership:
		_, member := st.Members[c.User]
		return Decision{Reply: &Membership{Member: member}}, nil
	}
	if st.Kind != ServerOfMembers {
		return st.decideDirect(cmd)
	}
	switch c := cmd.(type) {
	case *AddMember:
		return st.addMember(c, now)
	case *RemoveMember:
		return st.removeMember(c)
	case *UpdateServer:
		return st.updateServer(c, now)
	case *DeleteServer:
		return st.deleteServer(c)
	case *TransferOwnership:
		return st.transferOwnership(c)
	case *RefuseInvitation:
		return st.refuseInvitation(c, now)
	case *AdoptServer:
		return st.adopt(c)
	case *CreateInvitation:
		return st.createInvitation(c, now)
	case *RevokeInvitation:
		return st.revokeInvitation(c, now)
	case *InviteUser:
		return st.inviteUser(c, now)
	}
	return st.decideOrder(cmd, now)
}

// decideOrder is the part of Decide about channels, roles and moderation.
func (st *Server) decideOrder(cmd Command, now int64) (Decision, error) {
	switch c := cmd.(type) {
	case *CreateChannel:
		return st.createChannel(c, now)
	case *UpdateChannel:
		return st.updateChannel(c, now)
	case *DeleteChannel:
		return st.deleteChannel(c, now)
	case *AddToChannel:
		return st.addToChannel(c, now)
	case *LeaveChannel:
		return st.leaveChannel(c, now)
	case *SetOverride:
		return st.setOverride(c, now)
	case *RemoveOverride:
		return st.removeOverride(c, now)
	case *CreateRole:
		return st.createRole(c, now)
	case *UpdateRole:
		return st.updateRole(c, now)
	case *DeleteRole:
		return st.deleteRole(c, now)
	case *OrderRoles:
		return st.orderRoles(c, now)
	case *ChangeMemberRoles:
		return st.changeMemberRoles(c, now)
	case *RenameMember:
		return st.renameMember(c, now)
	case *MuteMember:
		return st.muteMember(c, now)
	case *KickMember:
		return st.kickMember(c, now)
	case *BanMember:
		return st.banMember(c, now)
	case *UnbanMember:
		return st.unbanMember(c, now)
	case *AddRecipient:
		return refuse(noGroup(c.CommandName()))
	}
	return refuse(Errorf(Internal, cmd.CommandName(), "a server does not know this command"))
}

// refuse is the decision to refuse.
func refuse(err error) (Decision, error) { return Decision{}, err }

// decided is the decision for events in the name of a user.
func decided(by UserID, events ...Event) (Decision, error) {
	return Decision{Author: by, Events: events}, nil
}

func noServer(op string) error  { return Errorf(NotFound, op, "there is no such server") }
func noChannel(op string) error { return Errorf(NotFound, op, "there is no such channel") }
func noMember(op string) error  { return Errorf(NotFound, op, "there is no such member") }
func noRole(op string) error    { return Errorf(NotFound, op, "there is no such role") }

// asMember refuses whoever is not a member: to him there is no such server.
func (st *Server) asMember(op string, by UserID) error {
	if _, ok := st.Members[by]; !ok || !st.Exists() {
		return noServer(op)
	}
	return nil
}

// needs refuses whoever lacks rights in the server as a whole. The result are
// all his rights there.
func (st *Server) needs(op string, by UserID, now int64, want Permission) (Permission, error) {
	if err := st.asMember(op, by); err != nil {
		return 0, err
	}
	p := Can(st, by, 0, now).Permissions
	if !p.Has(want) {
		return 0, needsPermission(op, want)
	}
	return p, nil
}

// seen finds a channel that by sees, and what he may do in it.
func (st *Server) seen(op string, by UserID, id ChannelID, now int64) (Channel, Permission, error) {
	if err := st.asMember(op, by); err != nil {
		return Channel{}, 0, err
	}
	c, ok := st.Channel(id)
	p := Can(st, by, id, now).Permissions
	if !ok || !p.Has(ViewChannels) {
		return Channel{}, 0, noChannel(op)
	}
	return c, p, nil
}

func needsPermission(op string, want Permission) error {
	return Errorf(Forbidden, op, "needs the permission %s", want)
}

// outranks refuses to act on what is at or above by's own rank.
func (st *Server) outranks(op string, by UserID, rank int) error {
	if st.Rank(by) <= rank {
		return Errorf(Forbidden, op, "needs a higher rank than that of the role or member")
	}
	return nil
}

// overMember refuses to act on the owner, on oneself (senseless: Conflict), and
// on members at or above by's rank. Somebody who is no member has no rank.
func (st *Server) overMember(op string, by, u UserID) error {
	switch {
	case by == u:
		return Errorf(Conflict, op, "this cannot be done to oneself")
	case u == st.OwnerID:
		return Errorf(Forbidden, op, "this cannot be done to the owner")
	}
	return st.outranks(op, by, st.Rank(u))
}

// fresh refuses a caller who has seen another version of the thing.
func fresh(op string, seen, now uint64) error {
	if seen != 0 && seen != now {
		return Errorf(Stale, op, "this was changed since you looked: it is version %d now", now)
	}
	return nil
}

// first is the first error there is.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
