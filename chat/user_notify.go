package chat

func (st *User) setLevel(c *SetNotificationLevel) (Decision, error) {
	op := c.CommandName()
	if !st.In(c.Server) && !st.InDirect(c.Server) {
		return Decision{}, Errorf(NotFound, op, "there is no such server")
	}
	switch c.Level {
	case NotifyDefault, NotifyAll, NotifyMentions, NotifyNothing:
	default:
		return Decision{}, Errorf(Invalid, op, "level is %q, %q, %q or empty for the default", NotifyAll, NotifyMentions, NotifyNothing)
	}
	l := st.Levels[c.Server]
	was := l.Server
	if c.Channel != 0 {
		was = l.Channels[c.Channel]
	}
	if was == c.Level {
		return Decision{}, nil
	}
	if was == NotifyDefault && st.levels() >= MaxNotifyLevels {
		return Decision{}, Errorf(Conflict, op, "at most %d levels can be set", MaxNotifyLevels)
	}
	return st.does(&NotificationLevelSet{ServerID: c.Server, ChannelID: c.Channel, Level: c.Level})
}

// levels is how many levels the user has set.
func (st *User) levels() int {
	n := 0
	for _, l := range st.Levels {
		n += len(l.Channels)
		if l.Server != NotifyDefault {
			n++
		}
	}
	return n
}

func (st *User) snooze(c *SnoozeNotifications, now int64) (Decision, error) {
	op := c.CommandName()
	switch {
	case c.Until == st.Snoozed:
		return Decision{}, nil
	case c.Until != 0 && c.Until <= now:
		return Decision{}, Errorf(Invalid, op, "until lies in the past")
	case c.Until > now+MaxSnoozeMillis:
		return Decision{}, Errorf(Invalid, op, "until lies more than %d days ahead", MaxSnoozeMillis/(24*60*60*1000))
	}
	return st.does(&NotificationsSnoozed{Until: c.Until})
}
