package chat

// Decide answers a command with events or a refusal, and changes nothing.
func (st *Server) Decide(cmd Command, now int64) (Decision, error) {
	switch c := cmd.(type) {
	case *CreateServer:
		return st.create(c)
	case *CreateChannel:
		return st.createChannel(c, now)
	case *AddMember:
		return st.addMember(c)
	case *RemoveMember:
		return st.removeMember(c)
	}
	return Decision{}, Errorf(Internal, cmd.CommandName(), "a server does not know this command")
}

func (st *Server) create(c *CreateServer) (Decision, error) {
	op := c.CommandName()
	if st.Exists() {
		if st.OwnerID == c.Owner && st.ID == c.ID {
			return Decision{}, nil // a repeat of what is done
		}
		return Decision{}, Errorf(Conflict, op, "this server exists already")
	}
	if err := ValidateServerSettings(op, c.Name, c.Description, c.Visibility); err != nil {
		return Decision{}, err
	}
	if err := validateName(op, "channel name", c.FirstChanName, MaxChannelName); err != nil {
		return Decision{}, err
	}
	return Decision{Author: c.Owner, Events: []Event{
		&ServerCreated{
			ID: c.ID, Name: c.Name, Description: c.Description, Visibility: c.Visibility,
			OwnerID: c.Owner, Everyone: DefaultEveryone,
		},
		&ChannelCreated{ID: c.FirstChannel, ServerID: c.ID, Name: c.FirstChanName, Type: TextChannel},
		&MemberJoined{UserID: c.Owner, Username: c.OwnerName},
	}}, nil
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

func (st *Server) createChannel(c *CreateChannel, now int64) (Decision, error) {
	op := c.CommandName()
	g := Can(st, c.By, 0, now)
	if !st.Exists() || !g.Member {
		return Decision{}, Errorf(NotFound, op, "there is no such server")
	}
	if !g.Permissions.Has(ManageChannels) {
		return Decision{}, Errorf(Forbidden, op, "needs the permission manage_channels")
	}
	if err := validateName(op, "channel name", c.Name, MaxChannelName); err != nil {
		return Decision{}, err
	}
	if len(st.Channels) >= MaxChannelsPerServer {
		return Decision{}, Errorf(Conflict, op, "a server may have at most %d channels", MaxChannelsPerServer)
	}
	position := 0
	for _, ch := range st.Channels {
		position = max(position, ch.Position+1)
	}
	return Decision{Author: c.By, Events: []Event{
		&ChannelCreated{ID: c.ID, ServerID: st.ID, Name: c.Name, Type: TextChannel, Position: position},
	}}, nil
}

func (st *Server) addMember(c *AddMember) (Decision, error) {
	op := c.CommandName()
	if _, ok := st.Members[c.User]; ok {
		return Decision{}, nil
	}
	if !st.Exists() || st.Visibility != Public {
		// A private server looks like none to those outside it.
		return Decision{}, Errorf(NotFound, op, "there is no such server")
	}
	if len(st.Members) >= MaxMembersPerServer {
		return Decision{}, Errorf(Conflict, op, "this server is full")
	}
	return Decision{Author: c.User, Events: []Event{&MemberJoined{UserID: c.User, Username: c.Username}}}, nil
}

func (st *Server) removeMember(c *RemoveMember) (Decision, error) {
	op := c.CommandName()
	if _, ok := st.Members[c.User]; !ok {
		return Decision{}, nil
	}
	if st.OwnerID == c.User {
		return Decision{}, Errorf(Conflict, op, "the owner cannot leave the server")
	}
	return Decision{Author: c.User, Events: []Event{&MemberLeft{UserID: c.User}}}, nil
}
