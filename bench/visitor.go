package bench

import (
	"bytes"
	"sync/atomic"

	"beep/chat"
	"beep/client"
	"beep/wire"
)

var (
	readyHead  = []byte(`{"op":"` + wire.OpReady + `"`)
	viewHead   = []byte(`{"op":"` + wire.OpView + `"`)
	showHead   = []byte(`"show":[`)
	hideHead   = []byte(`"hide":[`)
	aCreatedAt = []byte(`"created_at":`)
)

// visitor is a session in a town. It notes when ready and changes reach it, and
// what they show, without decoding them: the load would be busy with nothing else.
type visitor struct {
	member // of the town's log, and of the lobby
	place  int
	acc    account
	sock   *sock
	clock  clock

	ready     atomic.Pointer[[]byte]
	readyAt   atomic.Int64
	readySize atomic.Int64

	eventN, viewed  atomic.Uint64 // newest number of the town's log; views
	changedAt       atomic.Int64  // when the newest of both came
	shown, unshown  atomic.Int64  // channels, by views since the last begin
	wantSh, wantHid int64         // what these must come to
}

func (v *visitor) skim(frame []byte) (op string, taken bool) {
	now := v.clock.now()
	switch {
	case bytes.HasPrefix(frame, readyHead):
		v.readyAt.Store(now)
		v.readySize.Store(int64(len(frame)))
		v.ready.Store(ptr(bytes.Clone(frame)))
		return wire.OpReady, true
	case bytes.HasPrefix(frame, viewHead):
		v.shown.Add(int64(countShown(frame)))
		v.unshown.Add(int64(countHidden(frame)))
		v.viewed.Add(1)
		v.changedAt.Store(now)
		return wire.OpView, true
	}
	return "", false
}

// countShown counts the channels that a view shows: each has one time of creation.
func countShown(view []byte) int {
	i := bytes.Index(view, showHead)
	if i < 0 {
		return 0
	}
	return bytes.Count(view[i:], aCreatedAt)
}

// countHidden counts the identifiers that a view hides.
func countHidden(view []byte) int {
	i := bytes.Index(view, hideHead)
	if i < 0 {
		return 0
	}
	list := view[i+len(hideHead):]
	return bytes.Count(list[:max(bytes.IndexByte(list, ']'), 0)], []byte{'"'}) / 2
}

func (v *visitor) onEvent(frame []byte) {
	now := v.clock.now()
	v.member.onEvent(frame)
	if user, server, ch := logOf(frame); user != 0 || ch != 0 || server != v.server.Load() {
		return
	}
	if n, ok := numberOf(frame); ok && n > v.eventN.Load() {
		v.changedAt.Store(now)
		v.eventN.Store(n)
	}
}

// begin waits for a change that shows and hides so many channels.
func (v *visitor) begin(show, hide int64) {
	v.shown.Store(0)
	v.unshown.Store(0)
	v.wantSh, v.wantHid = show, hide
}

// reached reports whether the record n and all that follows from it are here.
func (v *visitor) reached(n uint64) bool {
	return v.eventN.Load() >= n && v.shown.Load() == v.wantSh && v.unshown.Load() == v.wantHid
}

// settle reads the ready that came, lets go of it, and says whether it shows the
// channels of want and no others.
func (v *visitor) settle(id chat.ServerID, lobby chat.ChannelID, want map[chat.ChannelID]bool) (right bool) {
	b := v.ready.Swap(nil)
	if b == nil {
		return false
	}
	f, err := client.DecodeFrame(*b)
	if err != nil {
		return false
	}
	for i := range f.Servers {
		s := &f.Servers[i]
		if s.ID != id {
			continue
		}
		right = len(s.Channels) == len(want)
		only := *s
		only.Channels = nil
		for _, ch := range s.Channels {
			right = right && want[ch.ID]
			if ch.ID == lobby {
				only.Channels = append(only.Channels, ch)
			}
		}
		v.adopt(&only)
		v.eventN.Store(s.Number)
	}
	return right
}
