package edge

import (
	"encoding/json"
	"strconv"

	"beep/chat"
	"beep/wire"
)

// serverCards is a server's JSON without what differs between sessions, made
// when first needed after each of the server's records.
type serverCards struct {
	head     []byte
	channels [][]byte // in the order of the server's channels
}

func (h *hub) makeCards() {
	if h.cards.head != nil {
		return
	}
	st := &h.server
	b := []byte(`{"id":"`)
	b = append(b, st.ID.String()...)
	b = append(b, `","name":`...)
	b = wire.AppendString(b, st.Name)
	b = append(b, `,"description":`...)
	b = wire.AppendString(b, st.Description)
	b = append(b, `,"visibility":`...)
	b = wire.AppendString(b, string(st.Visibility))
	b = append(b, `,"owner_id":"`...)
	b = append(b, st.OwnerID.String()...)
	b = append(b, `","n":`...)
	h.cards.head = b
	h.cards.channels = make([][]byte, len(st.Channels))
	for i := range st.Channels {
		c, err := json.Marshal(&st.Channels[i])
		if err != nil {
			c = []byte(`{"id":"` + st.Channels[i].ID.String() + `"}`) // a struct of strings and numbers: cannot be
		}
		h.cards.channels[i] = append(c[:len(c)-1], `,"n":`...)
	}
}

// appendServer appends the server as PROTOCOL.md's ready shows it.
func (h *hub) appendServer(b []byte, rights chat.Permission, read map[chat.ChannelID]chat.ReadPosition) []byte {
	h.makeCards()
	b = append(b, h.cards.head...)
	b = strconv.AppendUint(b, h.own.sent, 10)
	b = append(b, `,"members":`...)
	b = strconv.AppendInt(b, int64(h.members), 10)
	b = append(b, `,"permissions":[`...)
	for i, name := range rights.Names() {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendString(b, name)
	}
	b = append(b, `],"channels":[`...)
	if rights.Has(chat.ViewChannels) {
		for i := range h.server.Channels {
			if i > 0 {
				b = append(b, ',')
			}
			id := h.server.Channels[i].ID
			b = append(b, h.cards.channels[i]...)
			b = strconv.AppendUint(b, h.entity(h.channelKey(id)).sent, 10)
			b = append(b, `,"read":`...)
			b = strconv.AppendUint(b, read[id].Seq, 10)
			b = append(b, '}')
		}
	}
	return append(b, `]}`...)
}

// serverFrame is the frame that tells a session of its new server.
func (h *hub) serverFrame(rights chat.Permission, read map[chat.ChannelID]chat.ReadPosition) []byte {
	return append(h.appendServer([]byte(serverFrameHead), rights, read), '}')
}

const serverFrameHead = `{"op":"server","server":`

// readyMessage is the answer to identify.
func readyMessage(u *chat.User, servers []attached) []byte {
	size := 256
	for i := range servers {
		size += len(servers[i].card) + 1
	}
	b := append(newDraft(size), `{"op":"ready","user":{"id":"`...)
	b = append(b, u.ID.String()...)
	b = append(b, `","username":`...)
	b = wire.AppendString(b, u.Username)
	b = append(b, `,"first_name":`...)
	b = wire.AppendString(b, u.FirstName)
	b = append(b, `,"last_name":`...)
	b = wire.AppendString(b, u.LastName)
	b = append(b, `,"n":`...)
	b = strconv.AppendUint(b, u.Number, 10)
	b = append(b, `},"servers":[`...)
	first := true
	for i := range servers {
		if servers[i].card == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, servers[i].card...)
	}
	return append(b, `]}`...).message()
}
