package chat

import (
	"cmp"
	"slices"
)

// Why a membership has ended, as ServerLeft says it.
const (
	reasonKicked  = "kicked"
	reasonBanned  = "banned"
	reasonDeleted = "deleted"
)

func (st *Server) create(c *CreateServer) (Decision, error) {
	op := c.CommandName()
	if st.ID != 0 {
		switch {
		case st.Deleted:
			return refuse(Errorf(Gone, op, "this server was deleted"))
		case st.OwnerID == c.Owner && st.ID == c.ID && st.Kind == ServerOfMembers:
			return Decision{}, nil // a repeat of what is done
		}
		return refuse(Errorf(Conflict, op, "this server exists already"))
	}
	if c.ID == 0 || c.Owner == 0 || c.FirstChannel == 0 {
		return refuse(Errorf(Invalid, op, "server, owner and channel need identifiers"))
	}
	err := first(
		ValidateServerSettings(op, c.Name, c.Description, c.Visibility),
		ValidateImageReference(op, "picture", c.Picture),
		ValidateImageReference(op, "banner", c.Banner),
		validateName(op, "channel name", c.FirstChanName, MaxChannelName))
	if err != nil {
		return refuse(err)
	}
	everyone := DefaultEveryone
	if c.Visibility == Public {
		everyone |= ManageInvitations // SRV-6; a later change of visibility leaves rights alone
	}
	return decided(c.Owner,
		&ServerCreated{
			ID: c.ID, Name: c.Name, Description: c.Description, Visibility: c.Visibility,
			OwnerID: c.Owner, Everyone: everyone, Picture: c.Picture, Banner: c.Banner,
		},
		&ChannelCreated{ID: c.FirstChannel, ServerID: c.ID, Name: c.FirstChanName, Type: TextChannel},
		&MemberJoined{UserID: c.Owner, Username: c.OwnerName})
}

// ValidateServerSettings checks what a person chooses about a server.
func ValidateServerSettings(op, name, description string, v Visibility) error {
	if err := validateName(op, "server name", name, MaxServerName); err != nil {
		return err
	}
	if err := validateLine(op, "description", description, MaxServerDescription); err != nil {
		return err
	}
	if v != Public && v != Private {
		return Errorf(Invalid, op, "visibility is %q or %q", Public, Private)
	}
	return nil
}

// Settings are the server's settings.
func (st *Server) Settings() ServerSettings {
	return ServerSettings{st.Name, st.Description, st.Visibility, st.Picture, st.Banner}
}

func (st *Server) updateServer(c *UpdateServer, now int64) (Decision, error) {
	op := c.CommandName()
	if _, err := st.needs(op, c.By, now, ManageServer); err != nil {
		return refuse(err)
	}
	was := st.Settings()
	to := was
	put(&to.Name, c.Name)
	put(&to.Description, c.Description)
	put(&to.Visibility, c.Visibility)
	put(&to.Picture, c.Picture)
	put(&to.Banner, c.Banner)
	err := first(
		ValidateServerSettings(op, to.Name, to.Description, to.Visibility),
		ValidateImageReference(op, "picture", to.Picture),
		ValidateImageReference(op, "banner", to.Banner),
		fresh(op, c.IfVersion, st.Version))
	if err != nil || to == was {
		return refuse(err)
	}
	return decided(c.By, &ServerUpdated{ServerSettings: to, Was: was})
}

// put sets what a command sets.
func put[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// byOwner refuses everybody but the owner.
func (st *Server) byOwner(op string, by UserID) error {
	if err := st.asMember(op, by); err != nil {
		return err
	}
	if by != st.OwnerID {
		return Errorf(Forbidden, op, "only the owner may do this")
	}
	return nil
}

func (st *Server) deleteServer(c *DeleteServer) (Decision, error) {
	op := c.CommandName()
	if err := first(st.byOwner(op, c.By), fresh(op, c.IfVersion, st.Version)); err != nil {
		return refuse(err)
	}
	d, err := decided(c.By, &ServerDeleted{Name: st.Name})
	members := st.eldest()
	for _, u := range members[:min(len(members), MaxTold)] {
		d.Then = append(d.Then, st.ended(u, reasonDeleted))
	}
	return d, err
}

// ended tells a user's actor that his membership has ended.
func (st *Server) ended(u UserID, reason string) Tell {
	return Tell{To: UserKey(u), Command: &MembershipEnded{Server: st.ID, Reason: reason}}
}

// eldest lists the members in the order of their coming.
func (st *Server) eldest() []UserID {
	ids := make([]UserID, 0, len(st.Members))
	for u := range st.Members {
		ids = append(ids, u)
	}
	slices.SortFunc(ids, func(a, b UserID) int {
		return cmp.Or(cmp.Compare(st.Members[a].JoinedAt, st.Members[b].JoinedAt), cmp.Compare(a, b))
	})
	return ids
}

func (st *Server) transferOwnership(c *TransferOwnership) (Decision, error) {
	op := c.CommandName()
	if err := st.byOwner(op, c.By); err != nil {
		return refuse(err)
	}
	if _, ok := st.Members[c.To]; !ok {
		return refuse(noMember(op))
	}
	if c.To == st.OwnerID {
		return refuse(Errorf(Conflict, op, "this member is the owner already"))
	}
	return decided(c.By, &OwnershipTransferred{From: c.By, To: c.To})
}
