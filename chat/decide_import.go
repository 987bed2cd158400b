package chat

// AdoptServer gives a server whose log was brought here from another instance an
// owner who lives here: its owner of there may not exist. Importing sends it, as
// its last step; nobody else does.
type AdoptServer struct {
	User Recipient
}

// CommandName is the act.
func (*AdoptServer) CommandName() string { return "adopt server" }

// adopt writes in the name of the system: that tells a server that was brought
// here from all others, and nobody here has done it.
func (st *Server) adopt(c *AdoptServer) (Decision, error) {
	u := c.User.UserID
	if !st.Exists() || st.Kind != ServerOfMembers {
		return refuse(noServer(c.CommandName()))
	}
	var events []Event
	if _, banned := st.Bans[u]; banned {
		events = append(events, &MemberUnbanned{UserID: u})
	}
	if _, member := st.Members[u]; !member {
		events = append(events, &MemberJoined{UserID: u, Username: c.User.Username})
	}
	if st.OwnerID != u {
		events = append(events, &OwnershipTransferred{From: st.OwnerID, To: u})
	}
	return decided(0, events...)
}
