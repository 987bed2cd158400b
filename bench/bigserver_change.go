package bench

import (
	"context"
	"fmt"
	"time"

	"beep/chat"
)

const (
	// changeTimeout is how long a change may take to reach everybody; what has not
	// come by then is lost.
	changeTimeout = 30 * time.Second
	changePoll    = time.Millisecond
)

// roleChange is one change of one role's rights.
type roleChange struct {
	name string
	role func(*town) chat.RoleID
	view bool // whether the role has view_channels from now on
}

// roleChanges hide all channels from everybody, show them to half of all again,
// and back: each round ends where it began.
func roleChanges() []roleChange {
	everyone := func(w *town) chat.RoleID { return chat.EveryoneRole(w.id) }
	half := func(w *town) chat.RoleID { return w.roles[halfRole] }
	return []roleChange{
		{"everyone_hide", everyone, false}, {"half_show", half, true},
		{"half_hide", half, false}, {"everyone_show", everyone, true},
	}
}

// changed is what a change was found to take, in milliseconds from the request's
// answer until the last, or the middle, session had its event and its view.
type changed struct {
	AnswerMS float64 `json:"answer_ms"` // of the request itself
	HalfMS   float64 `json:"p50_ms"`
	AllMS    float64 `json:"all_ms"`
	Views    uint64  `json:"views"` // sessions that were sent one
}

// changeRoles changes roles, round after round, and takes the time each change
// needs to reach all sessions.
func (b *bigServer) changeRoles(ctx context.Context) error {
	found := map[string][]changed{}
	worst := 0.0
	for range b.p.Rounds {
		for _, c := range roleChanges() {
			got, err := b.change(ctx, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			found[c.name] = append(found[c.name], got)
			worst = max(worst, got.AllMS)
		}
	}
	b.res.Extras["role_changes"], b.res.Extras["role_change_worst_ms"] = found, worst
	return nil
}

func (b *bigServer) change(ctx context.Context, c roleChange) (changed, error) {
	r, _ := b.st.Role(c.role(b.town))
	was := r.Settings()
	settings := was
	settings.Permissions &^= chat.Rights(chat.ViewChannels)
	if c.view {
		settings.Permissions |= chat.Rights(chat.ViewChannels)
	}
	before := b.sights()
	b.st.Apply(chat.Record{Number: b.st.Number + 1, Event: &chat.RoleUpdated{ID: r.ID, RoleSettings: settings, Was: was}})
	views := make([]uint64, len(b.here))
	for i, now := range b.sights() {
		show, hide := difference(before[i], now)
		b.here[i].begin(show, hide)
		views[i] = b.here[i].viewed.Load()
	}
	asked := b.t.clock.now()
	n, err := updateRole(ctx, b.owner, roleArgs{ServerID: b.town.id, RoleID: r.ID, Permissions: &settings.Permissions})
	if err != nil {
		return changed{}, err
	}
	answered := b.t.clock.now()
	missing, err := b.awaitAll(ctx, n)
	if err != nil {
		return changed{}, err
	}
	b.res.Lost += uint64(missing)
	got := changed{AnswerMS: millis(time.Duration(answered - asked))}
	var took histogram
	for i, v := range b.here {
		took.record(i, time.Duration(v.changedAt.Load()-answered))
		if v.viewed.Load() > views[i] {
			got.Views++
		}
	}
	s := took.summary()
	got.HalfMS, got.AllMS = millis(s.quantile(0.5)), millis(s.max)
	b.t.say("%s: %.1f ms until all of %d sessions knew, %d were sent a view, %d are missing", c.name, got.AllMS, len(b.here), got.Views, missing)
	return got, nil
}

// awaitAll waits until record n and what follows from it have reached everybody
// whose socket lives, and says how many it has not when time is up.
func (b *bigServer) awaitAll(ctx context.Context, n uint64) (missing int, err error) {
	for end := time.Now().Add(changeTimeout); ; {
		missing = 0
		for _, v := range b.here {
			if !v.reached(n) && v.sock.alive() {
				missing++
			}
		}
		if missing == 0 || time.Now().After(end) {
			return missing, nil
		}
		if err := pause(ctx, changePoll); err != nil {
			return 0, err
		}
	}
}

// difference is how many channels come and go.
func difference(before, now map[chat.ChannelID]bool) (show, hide int64) {
	for ch := range now {
		if !before[ch] {
			show++
		}
	}
	for ch := range before {
		if !now[ch] {
			hide++
		}
	}
	return show, hide
}
