package edge

import (
	"errors"
	"fmt"
	"testing"

	"beep/chat"
	"beep/wire"
)

func TestAResumeSaysNothingOfTheBanOfAStranger(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, cold func()) {
		w.log.add(chat.ServerKey(home), boss, &chat.MemberBanned{UserID: 7777})
		cold()
		frames := w.resume(ada, positions(2, houseNumber, 1)).resumed()
		if len(frames) != 2 || frames[0].E != "hidden" || frames[1].Op != "view" {
			t.Fatalf("frames: %+v", frames)
		}
	})
}

func TestAnOverrideOfAMemberIsHiddenFromThoseWhoDoNotManageThem(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, w *world, cold func()) {
		live, _ := w.identify(ada)
		o := chat.Override{ID: uint64(bob), ChannelID: hall, MemberID: bob, Allow: chat.Rights(chat.ManageMessages)}
		n := w.log.add(chat.ServerKey(home), boss, &chat.OverrideSet{Override: o})
		live.event("hidden", n)
		cold()
		for u, want := range map[chat.UserID]string{ada: "hidden", boss: "override_set"} {
			frames := w.resume(u, positions(2, houseNumber, 1)).resumed()
			if len(frames) == 0 || frames[0].E != want || frames[0].N != n {
				t.Fatalf("user %d: frames: %+v", u, frames)
			}
		}
	})
}

func TestAPositionBeyondAHiddenChannelParksNothing(t *testing.T) {
	t.Parallel()
	w := house(t)
	w.identify(boss) // keeps the hub
	a := &attach{positions: &wire.Positions{
		Servers:  map[chat.ServerID]uint64{home: houseNumber},
		Channels: map[chat.ChannelID]uint64{attic: 500},
	}}
	done := make(chan [2]bool, 1)
	w.g.worker(uint64(home)).do(func(wk *worker) {
		h := wk.hubs[uint64(home)]
		done <- [2]bool{h.ahead(a, h.rights.evaluate(boss)), h.ahead(a, h.admit(ada))}
	})
	if got := <-done; got != [2]bool{true, false} {
		t.Fatal(fmt.Sprint("ahead for who sees it, and for who does not: ", got))
	}
}

func TestAServersCardIsNotSentAfterABanAmidTheReplay(t *testing.T) {
	t.Parallel()
	w := house(t)
	w.identify(ada)
	found := make(chan attached, 1)
	member := make(chan *session, 1)
	w.g.worker(uint64(home)).do(func(wk *worker) {
		h := wk.hubs[uint64(home)]
		found <- attached{key: h.key, srv: h.srv, card: []byte(`{}`)}
		member <- h.groups[0].sessions[0]
	})
	a := <-found
	r := &replay{st: &start{s: <-member}, out: newDraft(512)}
	if err := r.server(&a); err != nil {
		t.Fatalf("of a member: %v", err)
	}
	w.acts(&chat.MemberBanned{UserID: ada})
	if err := r.server(&a); !errors.Is(err, errMoved) {
		t.Fatalf("of who was banned: %v", err)
	}
}
