package chat

import (
	"maps"
	"slices"
)

func (st *Server) renameMember(c *RenameMember, now int64) (Decision, error) {
	op := c.CommandName()
	if err := st.asMember(op, c.By); err != nil {
		return refuse(err)
	}
	m, ok := st.Members[c.User]
	if !ok {
		return refuse(noMember(op))
	}
	if c.Nickname != "" {
		if err := validateName(op, "nickname", c.Nickname, MaxNickname); err != nil {
			return refuse(err)
		}
	}
	rights := Can(st, c.By, 0, now).Permissions
	switch {
	case c.By == c.User && !rights.Has(ChangeNickname) && !rights.Has(ManageNicknames):
		return refuse(needsPermission(op, ChangeNickname))
	case c.By != c.User && !rights.Has(ManageNicknames):
		return refuse(needsPermission(op, ManageNicknames))
	case c.By != c.User:
		if err := st.overMember(op, c.By, c.User); err != nil {
			return refuse(err)
		}
	}
	if m.Nickname == c.Nickname {
		return Decision{}, nil
	}
	return decided(c.By, &MemberRenamed{UserID: c.User, Nickname: c.Nickname, Was: m.Nickname})
}

// mayModerate refuses whoever may not mute, kick or ban a user. The user may be
// somebody who is not a member.
func (st *Server) mayModerate(op string, by, u UserID, reason string, now int64) error {
	if _, err := st.needs(op, by, now, ManageMembers); err != nil {
		return err
	}
	return first(validateLine(op, "reason", reason, MaxReason), st.overMember(op, by, u))
}

func (st *Server) muteMember(c *MuteMember, now int64) (Decision, error) {
	op := c.CommandName()
	if err := st.mayModerate(op, c.By, c.User, c.Reason, now); err != nil {
		return refuse(err)
	}
	m, ok := st.Members[c.User]
	switch {
	case !ok:
		return refuse(noMember(op))
	case c.Until < 0 || c.Until != 0 && c.Until <= now:
		return refuse(Errorf(Invalid, op, "the time until which to mute is past"))
	case c.Until-now > MaxMuteMillis:
		return refuse(Errorf(Invalid, op, "a mute lasts at most %d days", MaxMuteMillis/dayMillis))
	case c.Until != 0 && Can(st, c.User, 0, now).Permissions.Has(Administrator):
		return refuse(Errorf(Conflict, op, "nothing silences an administrator: take the role from him first"))
	case c.Until == m.MutedUntil, c.Until == 0 && m.MutedUntil <= now:
		return Decision{}, nil
	}
	return decided(c.By, &MemberMuted{UserID: c.User, Until: c.Until, Reason: c.Reason, Was: m.MutedUntil})
}

// dayMillis is a day.
const dayMillis = 24 * 60 * 60 * 1000

func (st *Server) kickMember(c *KickMember, now int64) (Decision, error) {
	op := c.CommandName()
	if err := st.mayModerate(op, c.By, c.User, c.Reason, now); err != nil {
		return refuse(err)
	}
	return st.kick(op, c)
}

// kick is what follows when By may.
func (st *Server) kick(op string, c *KickMember) (Decision, error) {
	if _, ok := st.Members[c.User]; !ok {
		return refuse(noMember(op))
	}
	d, err := decided(c.By, &MemberKicked{UserID: c.User, Reason: c.Reason})
	d.Then = []Tell{st.ended(c.User, reasonKicked)}
	return d, err
}

// banMember also keeps out who is not a member. Banning again makes no event,
// but deletes messages again.
func (st *Server) banMember(c *BanMember, now int64) (Decision, error) {
	op := c.CommandName()
	if err := st.mayModerate(op, c.By, c.User, c.Reason, now); err != nil {
		return refuse(err)
	}
	switch {
	case c.User == 0:
		return refuse(Errorf(Invalid, op, "there is no user without an identifier"))
	case c.Since < 0 || c.Since > now || c.Since != 0 && now-c.Since > MaxPurgeMillis:
		return refuse(Errorf(Invalid, op, "messages of at most the last %d days can be deleted", MaxPurgeMillis/dayMillis))
	}
	d := Decision{Author: c.By}
	_, banned := st.Bans[c.User]
	if !banned {
		if len(st.Bans) >= MaxBans {
			return refuse(Errorf(Conflict, op, "a server may have at most %d bans", MaxBans))
		}
		d.Events = []Event{&MemberBanned{UserID: c.User, Reason: c.Reason}}
	}
	if _, ok := st.Members[c.User]; ok {
		d.Then = append(d.Then, st.ended(c.User, reasonBanned))
	}
	d.Then = append(d.Then, st.purge(c)...)
	return d, nil
}

// purge tells the channels to delete the messages that go with a ban, of each
// channel the newest MaxPurgedMessages. A channel that is not there has none.
func (st *Server) purge(c *BanMember) []Tell {
	if c.Since == 0 {
		return nil
	}
	var tells []Tell
	for _, ch := range slices.Sorted(maps.Keys(c.Purge)) {
		if _, ok := st.index[ch]; !ok {
			continue
		}
		seqs := slices.Sorted(slices.Values(c.Purge[ch]))
		seqs = seqs[max(0, len(seqs)-MaxPurgedMessages):]
		tells = append(tells, Tell{To: ChannelKey(st.ID, ch), Wait: true, Command: &PurgeMessages{
			By: c.By, User: c.User, Since: c.Since, Seqs: seqs,
		}})
	}
	return tells
}

func (st *Server) unbanMember(c *UnbanMember, now int64) (Decision, error) {
	op := c.CommandName()
	if _, err := st.needs(op, c.By, now, ManageMembers); err != nil {
		return refuse(err)
	}
	if _, ok := st.Bans[c.User]; !ok {
		return refuse(Errorf(NotFound, op, "this user is not banned"))
	}
	return decided(c.By, &MemberUnbanned{UserID: c.User})
}
