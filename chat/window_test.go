package chat_test

import (
	"math/rand/v2"
	"testing"

	"beep/chat"
)

func TestTheEleventhMessageWaitsAndTheTimeIsTold(t *testing.T) {
	t.Parallel()
	var w chat.SendWindow
	for i := range int64(chat.SendWindowMessages) {
		slot, _, ok := w.Reserve(1000+i, room, "")
		if !ok {
			t.Fatalf("message %d was refused", i+1)
		}
		w.Settle(slot, 1000+i)
	}
	if _, wait, ok := w.Reserve(5000, room, ""); ok || wait != 1000+chat.SendWindowMillis-5000 {
		t.Fatalf("the eleventh: ok %v, wait %d", ok, wait)
	}
	if _, _, ok := w.Reserve(1000+chat.SendWindowMillis, room, ""); !ok {
		t.Fatal("the slot of the first is free after ten seconds")
	}
}

func TestRefusedSendsAndRepeatsCostNothing(t *testing.T) {
	t.Parallel()
	var w chat.SendWindow
	for range 100 {
		slot, _, ok := w.Reserve(1000, room, "")
		if !ok {
			t.Fatal("a released slot was kept")
		}
		w.Release(slot)
	}
	first, _, _ := w.Reserve(1000, room, "n")
	for range 100 {
		slot, _, ok := w.Reserve(1000, room, "n")
		if !ok || slot != first {
			t.Fatal("a repeat took a slot of its own")
		}
		w.Release(slot)
	}
	w.Settle(first, 1000)
	if w.Empty(1000) || !w.Empty(1000+chat.SendWindowMillis) {
		t.Fatal("empty at the wrong time")
	}
}

func TestSendsThatShareANonceCountOnceWhicheverIsAccepted(t *testing.T) {
	t.Parallel()
	var w chat.SendWindow
	for i := range int64(chat.SendWindowMessages) {
		nonce := string(rune('a' + i))
		bad, _, _ := w.Reserve(1000, room, nonce)
		good, _, ok := w.Reserve(1000, room, nonce)
		if !ok {
			t.Fatal("refused", i)
		}
		w.Release(bad) // the first is refused, the second accepted
		w.Settle(good, 1000)
	}
	if _, _, ok := w.Reserve(1000, room, "z"); ok {
		t.Fatal("ten were accepted")
	}
	// An outcome that was not known counts from when it is.
	again, _, _ := w.Reserve(10_900, room, "a")
	w.Settle(again, 10_900)
	for range chat.SendWindowMessages - 1 {
		if _, _, ok := w.Reserve(11_001, room, ""); !ok {
			t.Fatal("nine are free")
		}
	}
	if _, _, ok := w.Reserve(11_001, room, ""); ok {
		t.Fatal("the repeat that was accepted counts")
	}
}

func TestASlotWithoutOutcomeDoesNotEnd(t *testing.T) {
	t.Parallel()
	var w chat.SendWindow
	var slots []uint64
	for range chat.SendWindowMessages {
		slot, _, _ := w.Reserve(1000, room, "")
		slots = append(slots, slot)
	}
	if _, _, ok := w.Reserve(60_000, room, ""); ok {
		t.Fatal("ten sends are under way: they may all be accepted now")
	}
	w.Settle(slots[0], 60_000)
	if _, _, ok := w.Reserve(69_999, room, ""); ok {
		t.Fatal("still ten")
	}
}

func TestOneMessageEveryNineSecondsIsNeverRefused(t *testing.T) {
	t.Parallel()
	var w chat.SendWindow
	for now := int64(0); now < 100*9000; now += 9000 {
		slot, _, ok := w.Reserve(now, room, "")
		if !ok {
			t.Fatalf("refused at %d", now)
		}
		w.Settle(slot, now+50)
	}
}

// TestNoStretchOfTenSecondsHoldsMoreThanTen drives the window at random, with
// commits that take their time, and counts acceptances in every stretch.
func TestNoStretchOfTenSecondsHoldsMoreThanTen(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var w chat.SendWindow
		var accepted []int64
		open := map[uint64]bool{}
		for now := int64(0); now < 120_000; now += rnd.Int64N(700) {
			if slot, _, ok := w.Reserve(now, room, ""); ok {
				open[slot] = true
			}
			for slot := range open {
				switch rnd.IntN(4) {
				case 0:
					w.Settle(slot, now)
					accepted = append(accepted, now)
					delete(open, slot)
				case 1:
					w.Release(slot)
					delete(open, slot)
				}
			}
		}
		for i := range accepted {
			if j := i + chat.SendWindowMessages; j < len(accepted) && accepted[j]-accepted[i] < chat.SendWindowMillis {
				t.Fatalf("seed %d: eleven messages from %d to %d", seed, accepted[i], accepted[j])
			}
		}
	}
}
