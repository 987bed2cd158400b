package storesuite

import (
	"testing"

	"beep/chat"
	"beep/store"
)

// sweepAll sweeps in small stretches and says in how many.
func sweepAll(t *testing.T, b *bundle, now int64, budget int) int {
	t.Helper()
	for n := 1; ; n++ {
		more := false
		b.project(t, func(tx *store.Tx) (err error) {
			more, err = tx.Sweep(now, budget)
			return err
		})
		if !more {
			return n
		}
	}
}

func fillServer(t *testing.T, b *bundle, server chat.ServerID, channels ...chat.ChannelID) {
	t.Helper()
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.PutServer(store.Server{ID: server, Name: "name", Visibility: chat.Public}))
		for id := range chat.UserID(150) {
			must(t, tx.PutMember(server, store.Member{UserID: id + 1, Username: "user"}))
		}
		must(t, tx.PutBan(server, 5, 1, 1, ""))
		must(t, tx.PutInvitation(server, store.Invitation{Number: 1, Invitation: chat.Invitation{Code: "code"}}))
		must(t, tx.PutAudit(chat.ServerKey(server), 1, store.AuditEntry{At: chat.SnowflakeEpoch, Action: "x"}))
		for _, ch := range channels {
			must(t, tx.PutChannel(chat.Channel{ID: ch, ServerID: server, Type: chat.TextChannel}))
			must(t, tx.SetApplied(map[chat.Key]uint64{chat.ChannelKey(server, ch): 400}))
			must(t, tx.InsertMessages(messages(ch, 7, 300)))
			must(t, tx.InsertMessages(wholeMessages(ch)))
			for user := range chat.UserID(120) {
				must(t, tx.AddReaction(ch, store.Reaction{Seq: 2, Emoji: "👍", UserID: user + 1, Number: uint64(user) + 400}))
			}
			must(t, tx.EditMessage(ch, store.Edit{Seq: 3, Number: 399, Content: "x"}))
			must(t, tx.PinMessage(ch, 4, 398, true))
		}
		return nil
	})
}

func messagesOf(t *testing.T, b *bundle, ch chat.ChannelID) (n int) {
	t.Helper()
	must(t, b.AllMessages(b.ctx, ch, func(chat.Message) error { n++; return nil }))
	return n
}

func goneChannelIsSwept(t *testing.T, b *bundle) {
	const now = 5000
	fillServer(t, b, 1, 10, 11)
	b.project(t, func(tx *store.Tx) error { return tx.DeleteChannel(1, 10, now) })
	_, err := b.ServerOf(b.ctx, 10)
	mustBe(t, err, chat.NotFound)
	due, err := b.SweepsDue(b.ctx, now)
	must(t, err)
	equal(t, "sweeps due", due, 1)
	equal(t, "messages that wait", messagesOf(t, b, 10), 306)
	if n := sweepAll(t, b, now, 50); n < 6 {
		t.Errorf("306 messages went in %d stretches of 50", n)
	}
	equal(t, "messages left", messagesOf(t, b, 10), 0)
	equal(t, "messages of the other channel", messagesOf(t, b, 11), 306)
	due, err = b.SweepsDue(b.ctx, now)
	must(t, err)
	equal(t, "sweeps due afterwards", due, 0)

	// A rival who did not know has added a message: the second sweep finds it, and
	// nothing of the first ones' reactions and pins is there.
	b.project(t, func(tx *store.Tx) error { return tx.InsertMessages(wholeMessages(10)) })
	page, _, err := b.Messages(b.ctx, store.MessageQuery{Channel: 10, Limit: 10})
	must(t, err)
	equal(t, "messages that come anew", page, wholeMessages(10))
	sweepAll(t, b, now+24*3600*1000, 1000)
	equal(t, "messages left after the second sweep", messagesOf(t, b, 10), 0)
	due, err = b.SweepsDue(b.ctx, 1<<60)
	must(t, err)
	equal(t, "sweeps left", due, 0)
	b.project(t, func(tx *store.Tx) error {
		p, err := tx.Progress([]chat.Key{chat.ChannelKey(1, 10), chat.ChannelKey(1, 11)})
		must(t, err)
		equal(t, "progress", p, map[chat.Key]store.Progress{chat.ChannelKey(1, 10): {Applied: 400, Gone: true}, chat.ChannelKey(1, 11): {Applied: 400}})
		return nil
	})
}

func goneServerIsSwept(t *testing.T, b *bundle) {
	const now = 5000
	fillServer(t, b, 1, 10, 11)
	fillServer(t, b, 2, 20)
	letter := store.DeadLetter{Shard: 1, Seq: 1, Reason: "r", Key: chat.ChannelKey(1, 10), Data: []byte("secret")}
	b.project(t, func(tx *store.Tx) error {
		// Known by its log alone: the server's log has not come so far.
		must(t, tx.SetApplied(map[chat.Key]uint64{chat.ChannelKey(1, 12): 3}))
		must(t, tx.InsertMessages(messages(12, 1, 3)))
		must(t, tx.PutDeadLetter(letter))
		letter.Seq, letter.Key = 2, chat.ChannelKey(2, 20)
		must(t, tx.PutDeadLetter(letter))
		must(t, tx.DeleteServer(1, now))
		return tx.DeleteServer(1, now)
	})
	letters, err := b.DeadLetters(b.ctx, 10)
	must(t, err)
	equal(t, "dead letters", len(letters), 1)
	list, err := b.PublicServers(b.ctx, "", 0, 10)
	must(t, err)
	equal(t, "servers", len(list), 1)
	sweepAll(t, b, now, 70)
	for _, server := range []chat.ServerID{1, 2} {
		want := map[chat.ServerID][]int{1: {0, 0, 0, 0}, 2: {150, 1, 1, 1}}[server]
		members, err := b.Members(b.ctx, server, 0, 1000)
		must(t, err)
		bans, err := b.Bans(b.ctx, server, 0, 10)
		must(t, err)
		invitations, err := b.Invitations(b.ctx, server, 0, 10)
		must(t, err)
		audit, err := b.AuditLog(b.ctx, store.AuditQuery{Server: server, Limit: 10})
		must(t, err)
		equal(t, "members, bans, invitations and entries", []int{len(members), len(bans), len(invitations), len(audit)}, want)
	}
	for ch, want := range map[chat.ChannelID]int{10: 0, 11: 0, 12: 0, 20: 306} {
		equal(t, "messages", messagesOf(t, b, ch), want)
	}
	done, err := b.Scrub(b.ctx)
	must(t, err)
	equal(t, "scrubbed", done, true)
}

// A server that says of another's channel that it is gone, or its own, changes
// nothing of it.
func anothersChannelIsLeft(t *testing.T, b *bundle) {
	const now = 5000
	fillServer(t, b, 1, 10, 11)
	b.project(t, func(tx *store.Tx) error {
		must(t, tx.PutServer(store.Server{ID: 2, Name: "name", Visibility: chat.Public}))
		must(t, tx.PutChannel(chat.Channel{ID: 10, ServerID: 2, Name: "mine now", Type: chat.TextChannel}))
		must(t, tx.DeleteChannel(2, 10, now))
		return tx.DeleteServer(2, now)
	})
	sweepAll(t, b, now, 50)
	sweepAll(t, b, now+24*3600*1000, 50)
	at, err := b.ServerOf(b.ctx, 10)
	must(t, err)
	equal(t, "server", at, 1)
	equal(t, "messages", messagesOf(t, b, 10), 306)

	// Its own server can still delete it.
	b.project(t, func(tx *store.Tx) error { return tx.DeleteChannel(1, 10, now) })
	sweepAll(t, b, now, 50)
	equal(t, "messages left", messagesOf(t, b, 10), 0)
	equal(t, "messages of the other channel", messagesOf(t, b, 11), 306)
}
