package actors

import (
	"time"

	"beep/chat"
	"beep/cluster"
)

// send passes a message through the user's window to the channel. It is a matter of
// the channel's log, not of the user's.
func (u *user) send(call *cluster.Call, c *chat.SendMessage) {
	if !u.st.Exists() {
		call.Reply(nil, chat.Errorf(chat.NotFound, c.CommandName(), "there is no such user"))
		return
	}
	var slot uint64
	if !u.exempt {
		var wait int64
		var ok bool
		if slot, wait, ok = u.window.Reserve(u.a.cfg.Now().UnixMilli(), c.Channel, c.Nonce); !ok {
			err := chat.Errorf(chat.RateLimited, c.CommandName(), "at most %d messages in %d seconds",
				chat.SendWindowMessages, chat.SendWindowMillis/1000)
			err.RetryAfter = time.Duration(wait) * time.Millisecond
			call.Reply(nil, err)
			return
		}
	}
	u.sending++
	cell := u.a.cell
	u.a.cfg.Place.Tell(chat.ChannelKey(c.Server, c.Channel), c, func(v any, err error) {
		cell.Send(&sendEnded{call, slot, v, err})
	})
}

// sendEnded is a channel's answer to a send.
type sendEnded struct {
	call *cluster.Call
	slot uint64
	sent any
	err  error
}

// onSendEnded settles the window and passes the answer on. A send whose outcome
// is not known counts from now on, as if it had been accepted.
func (a *shell) onSendEnded(m *sendEnded) {
	u, ok := a.b.(*user)
	if !ok {
		m.call.Reply(m.sent, m.err)
		return
	}
	u.sending--
	sent, _ := m.sent.(*chat.Sent)
	switch {
	case m.slot == 0: // exempt
	case m.err == nil && sent != nil && !sent.Repeat:
		u.window.Settle(m.slot, sent.CreatedAt)
	case chat.Is(m.err, chat.Unavailable) || chat.Is(m.err, chat.Internal):
		u.window.Settle(m.slot, u.a.cfg.Now().UnixMilli())
	default:
		u.window.Release(m.slot)
	}
	m.call.Reply(m.sent, m.err)
}
