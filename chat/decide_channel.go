package chat

func (st *Server) createChannel(c *CreateChannel, now int64) (Decision, error) {
	op := c.CommandName()
	to := ChannelCreated{
		ID: c.ID, ServerID: st.ID, Name: c.Name, Type: c.Type, Topic: c.Topic,
		ParentID: c.Parent, MessageID: c.Message, SlowMode: c.SlowMode,
	}
	if to.Type == "" {
		to.Type = TextChannel
	}
	rights, err := st.placeFor(op, c.By, to.Type, c.Parent, now)
	if err != nil {
		return refuse(err)
	}
	if err := st.validNewChannel(op, c, to.Type); err != nil {
		return refuse(err)
	}
	if t, ok := st.threadOf(c); ok && to.Type == ThreadChannel {
		return Decision{Reply: Errorf(Conflict, op, "this message has a thread already"), Then: st.attach(c, &t)}, nil
	}
	if err := st.roomFor(op, to.Type, c); err != nil {
		return refuse(err)
	}
	if to.Type == ThreadChannel {
		d, err := decided(c.By, &to)
		d.Then = st.attach(c, &Channel{ID: c.ID, CreatedBy: c.By})
		return d, err
	}
	if to.Overrides, err = st.firstOverrides(c, rights); err != nil {
		return refuse(err)
	}
	for i := range st.Channels {
		to.Position = min(max(to.Position, st.Channels[i].Position+1), MaxChannelPosition)
	}
	return decided(c.By, &to)
}

// threadOf finds the thread of the message to which c would tie another. Of threads
// elsewhere nothing is said: by may not see them.
func (st *Server) threadOf(c *CreateChannel) (Channel, bool) {
	for i := range st.Channels {
		t := &st.Channels[i]
		if t.Type == ThreadChannel && c.Message != 0 && t.MessageID == c.Message && t.ParentID == c.Parent {
			return *t, true
		}
	}
	return Channel{}, false
}

// attach ties thread t to its message, in the channel's log. That may have got lost
// after the thread was made: whoever then asks for a thread has it done again.
func (st *Server) attach(c *CreateChannel, t *Channel) []Tell {
	return []Tell{{To: ChannelKey(st.ID, c.Parent), Wait: true, Command: &AttachThread{
		By: t.CreatedBy, Message: c.Message, ThreadID: t.ID, SystemID: c.SystemID,
	}}}
}

// placeFor finds out whether by may make a channel of a type under parent, and
// what his rights there are.
func (st *Server) placeFor(op string, by UserID, t ChannelType, parent ChannelID, now int64) (Permission, error) {
	if err := st.asMember(op, by); err != nil {
		return 0, err
	}
	rights := Can(st, by, 0, now).Permissions
	var in ChannelType
	if parent != 0 {
		p, there, err := st.seen(op, by, parent, now)
		if err != nil {
			return 0, err
		}
		rights, in = there, p.Type
	}
	want := ManageChannels
	switch t {
	case TextChannel, ConferenceChannel:
		if !t.StandsIn(in) {
			return 0, Errorf(Invalid, op, "a channel stands in a category or in none")
		}
	case CategoryChannel:
		if !t.StandsIn(in) {
			return 0, Errorf(Invalid, op, "a category stands in no other channel")
		}
	case ThreadChannel:
		if !t.StandsIn(in) {
			return 0, Errorf(Invalid, op, "a thread stands in a text channel")
		}
		want = CreateThreads
	default:
		return 0, Errorf(Invalid, op, "the type of a channel is %q, %q, %q or %q", TextChannel, ConferenceChannel, ThreadChannel, CategoryChannel)
	}
	if !rights.Has(want) {
		return 0, needsPermission(op, want)
	}
	return rights, nil
}

func (st *Server) validNewChannel(op string, c *CreateChannel, t ChannelType) error {
	if err := validateChannel(op, t, &ChannelSettings{Name: c.Name, Topic: c.Topic, SlowMode: c.SlowMode}); err != nil {
		return err
	}
	switch {
	case c.ID == 0:
		return Errorf(Invalid, op, "a channel needs an identifier")
	case t != ThreadChannel && c.Message != 0:
		return Errorf(Invalid, op, "only a thread is tied to a message")
	case t == ThreadChannel && (c.Private || len(c.Overrides) > 0):
		return Errorf(Invalid, op, "a thread has the permissions of its channel")
	}
	return nil
}

// roomFor refuses what is there already and what is too many.
func (st *Server) roomFor(op string, t ChannelType, c *CreateChannel) error {
	threads := 0
	for i := range st.Channels {
		if st.Channels[i].Type != ThreadChannel {
			continue
		}
		threads++
	}
	_, taken := st.index[c.ID]
	switch {
	case taken:
		return Errorf(Conflict, op, "this channel exists already")
	case t == ThreadChannel && threads >= MaxThreadsPerServer:
		return Errorf(Conflict, op, "a server may have at most %d threads", MaxThreadsPerServer)
	case t != ThreadChannel && len(st.Channels)-threads >= MaxChannelsPerServer:
		return Errorf(Conflict, op, "a server may have at most %d channels", MaxChannelsPerServer)
	}
	return nil
}

// validateChannel checks what people choose about a channel, but for its place.
func validateChannel(op string, t ChannelType, s *ChannelSettings) error {
	err := first(
		validateName(op, "channel name", s.Name, MaxChannelName),
		validateText(op, "topic", s.Topic, MaxTopic))
	if err != nil {
		return err
	}
	switch {
	case s.SlowMode < 0 || s.SlowMode > MaxSlowMode:
		return Errorf(Invalid, op, "slow mode is 0 to %d seconds", MaxSlowMode)
	case s.SlowMode != 0 && !t.HasMessages():
		return Errorf(Invalid, op, "a category has no messages to slow down")
	case s.Position < 0 || s.Position > MaxChannelPosition:
		return Errorf(Invalid, op, "a position is 0 to %d", MaxChannelPosition)
	case s.Archived && t != ThreadChannel:
		return Errorf(Invalid, op, "only a thread can be archived")
	}
	return nil
}

func (st *Server) updateChannel(c *UpdateChannel, now int64) (Decision, error) {
	op := c.CommandName()
	ch, rights, err := st.seen(op, c.By, c.ID, now)
	if err != nil {
		return refuse(err)
	}
	was := ch.Settings()
	to := was
	put(&to.Name, c.Name)
	put(&to.Topic, c.Topic)
	put(&to.ParentID, c.Parent)
	put(&to.Position, c.Position)
	put(&to.SlowMode, c.SlowMode)
	put(&to.Archived, c.Archived)
	if !rights.Has(ManageChannels) {
		// Its creator may name, describe, close and open a thread, as long as he
		// may speak there.
		own := ch.Type == ThreadChannel && ch.CreatedBy == c.By && rights.Has(SendMessages)
		if !own || to.ParentID != was.ParentID || to.Position != was.Position || to.SlowMode != was.SlowMode {
			return refuse(needsPermission(op, ManageChannels))
		}
	}
	if err := validateChannel(op, ch.Type, &to); err != nil {
		return refuse(err)
	}
	if to.ParentID != was.ParentID {
		if err := st.mayMove(op, c.By, ch, to.ParentID, rights, now); err != nil {
			return refuse(err)
		}
	}
	if err := fresh(op, c.IfVersion, ch.Version); err != nil || to == was {
		return refuse(err)
	}
	return decided(c.By, &ChannelUpdated{ID: c.ID, ChannelSettings: to, Was: was})
}

// mayMove refuses to put a channel where it cannot stand. Whoever moves a
// channel that others' overrides govern before or after changes permissions by it.
func (st *Server) mayMove(op string, by UserID, ch Channel, parent ChannelID, rights Permission, now int64) error {
	switch {
	case parent == ch.ID:
		return Errorf(Invalid, op, "a channel cannot stand in itself")
	case ch.Type == ThreadChannel:
		return Errorf(Invalid, op, "a thread stays in its channel")
	}
	if _, err := st.placeFor(op, by, ch.Type, parent, now); err != nil {
		return err
	}
	if ch.governs() || st.Governing(ch.ID) == st.Governing(parent) {
		return nil
	}
	if !rights.Has(ManagePermissions) {
		return needsPermission(op, ManagePermissions)
	}
	return st.mayExchange(op, by, st.inForce(ch.ID).Overrides, st.inForce(parent).Overrides, rights)
}

// deleteChannel takes what is below a channel with it. Nobody deletes by its
// category a channel that he could not delete alone.
func (st *Server) deleteChannel(c *DeleteChannel, now int64) (Decision, error) {
	op := c.CommandName()
	ch, rights, err := st.seen(op, c.By, c.ID, now)
	if err != nil {
		return refuse(err)
	}
	below := st.Below(c.ID)
	for _, id := range below {
		rights &= Can(st, c.By, id, now).Permissions
	}
	if !rights.Has(ManageChannels) {
		return refuse(Errorf(Forbidden, op, "needs the permission manage_channels, in all channels of a category"))
	}
	if err := fresh(op, c.IfVersion, ch.Version); err != nil {
		return refuse(err)
	}
	return decided(c.By, &ChannelDeleted{ID: c.ID, Name: ch.Name, With: below})
}
