package edge

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"beep/chat"
	"beep/wire"
)

// relationCard, invitationCard and levelCard are parts of ready's user.
type (
	relationCard struct {
		UserID   chat.UserID        `json:"user_id"`
		Username string             `json:"username"`
		State    chat.RelationState `json:"state"`
		Since    int64              `json:"since"`
	}
	levelCard struct {
		ServerID  chat.ServerID          `json:"server_id"`
		ChannelID chat.ChannelID         `json:"channel_id,omitempty"`
		Level     chat.NotificationLevel `json:"level"`
	}
	notificationsCard struct {
		Snoozed int64       `json:"snoozed"` // until when, Unix milliseconds
		Levels  []levelCard `json:"levels"`
	}
	userCard struct {
		ID            chat.UserID          `json:"id"`
		Username      string               `json:"username"`
		FirstName     string               `json:"first_name"`
		LastName      string               `json:"last_name"`
		Number        uint64               `json:"n"`
		Relations     []relationCard       `json:"relations"`
		Invitations   []chat.ServerInvited `json:"invitations"`
		Notifications notificationsCard    `json:"notifications"`
	}
)

// cardOfUser is what ready says of the user himself.
func cardOfUser(u *chat.User) userCard {
	c := userCard{
		ID: u.ID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName, Number: u.Number,
		Relations: []relationCard{}, Invitations: []chat.ServerInvited{},
		Notifications: notificationsCard{Snoozed: u.Snoozed, Levels: []levelCard{}},
	}
	for _, id := range slices.Sorted(maps.Keys(u.Relations)) {
		if r := u.Relations[id]; r.State != chat.Strangers {
			c.Relations = append(c.Relations, relationCard{id, r.Username, r.State, r.Since})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(u.Invited)) {
		c.Invitations = append(c.Invitations, u.Invited[id])
	}
	for _, id := range slices.Sorted(maps.Keys(u.Levels)) {
		l := u.Levels[id]
		if l.Server != chat.NotifyDefault {
			c.Notifications.Levels = append(c.Notifications.Levels, levelCard{ServerID: id, Level: l.Server})
		}
		for _, ch := range slices.Sorted(maps.Keys(l.Channels)) {
			c.Notifications.Levels = append(c.Notifications.Levels, levelCard{id, ch, l.Channels[ch]})
		}
	}
	return c
}

// readyMessage is the answer to identify.
func readyMessage(u *chat.User, servers []attached) []byte {
	size := 256
	for i := range servers {
		size += len(servers[i].card) + 1
	}
	b := append(newDraft(size), `{"op":"`+wire.OpReady+`","user":`...)
	user, err := json.Marshal(cardOfUser(u))
	if err != nil { // strings and numbers: cannot be
		user = strconv.AppendQuote(nil, u.ID.String())
	}
	b = append(append(b, user...), `,"servers":`...)
	l := list{open: "["}
	for i := range servers {
		if servers[i].card != nil {
			b = append(l.next(b), servers[i].card...)
		}
	}
	return append(draft(l.whole(b)), '}').message()
}
