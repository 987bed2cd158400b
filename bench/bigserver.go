package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beep/chat"
	"beep/client"
)

// BigServerParams is the workload big-server: one server with a town of members,
// of whom Connected are on sockets.
type BigServerParams struct {
	Members   int
	Connected int
	Roles     int
	Channels  int
	AtOnce    int           // sessions opened at the same time, after one after the other
	Rounds    int           // of changes of roles
	Rate      float64       // messages per second into one channel
	Duration  time.Duration // of these messages
	Settle    time.Duration // how long the server is given to be calm at most
}

// DefaultBigServerParams are those of the largest server that is promised.
func DefaultBigServerParams() BigServerParams {
	return BigServerParams{
		Members: 100_000, Connected: 1000, Roles: 50, Channels: 200, AtOnce: 50, Rounds: 3, Rate: 20,
		Duration: 10 * time.Second, Settle: time.Minute,
	}
}

// smallTownMembers is how many members the server has that ready is compared with.
const smallTownMembers = 1000

// Check names the first parameter that makes no sense.
func (p BigServerParams) Check() error {
	var c checks
	c.between("members", p.Members, 3, chat.MaxMembersPerServer)
	c.between("connected", p.Connected, 1, maxSockets)
	c.that(p.Connected < p.Members, "--connected must be below --members: the owner is on a socket beside them")
	c.between("roles", p.Roles, townMostRoles+1, chat.MaxRolesPerServer-1)
	c.between("channels", p.Channels, townCategories+2, chat.MaxChannelsPerServer)
	c.between("at-once", p.AtOnce, 1, maxSockets)
	c.between("rounds", p.Rounds, 1, 1000)
	c.that(p.Rate > 0 && p.Rate <= 10_000, "--rate must be above 0 and at most 10000, not %g", p.Rate)
	c.duration("duration", p.Duration, minWindow)
	c.duration("settle", p.Settle, 0)
	return c.err
}

// bigServer is one run.
type bigServer struct {
	t     *Target
	p     BigServerParams
	res   *Result
	town  *town
	st    *chat.Server // the town as its actor knows it
	small *town        // the same with fewer members; its second member is no townsman
	f     *fleet
	owner *sock
	speak *sender
	sends *sendStats
	hears *memberStats
	here  []*visitor
}

// BigServer measures what a large server costs those who are in it. Its
// operations are sessions opened, AtOnce at a time; its latencies, from the
// connection's first byte until ready is there. Everything else is in Extras.
func BigServer(ctx context.Context, t *Target, p BigServerParams) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if t.own == nil {
		return nil, errors.New("bench big-server: it restarts the server, so it must be one that is started for it, without --data")
	}
	if err := t.needFiles(p.Connected + 2); err != nil {
		return nil, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	b := &bigServer{t: t, p: p, hears: &memberStats{clock: t.clock}}
	b.sends = &sendStats{clock: t.clock, size: DefaultSendParams().Size, fail: fail}
	b.res = newResult(t, "big-server", "sessions", map[string]any{
		"members": p.Members, "connected": p.Connected, "roles": p.Roles, "channels": p.Channels, "at_once": p.AtOnce,
		"rounds": p.Rounds, "rate": p.Rate, "duration_s": p.Duration.Seconds(), "settle_s": p.Settle.Seconds(),
	})
	if err := b.found(ctx); err != nil {
		return nil, err
	}
	for _, phase := range []func(context.Context) error{b.live, b.wakeTwice} {
		if err := phase(ctx); err != nil {
			return nil, ctxErrorOr(ctx, err)
		}
	}
	return b.res, nil
}

// ctxErrorOr is why ctx ended, or else err.
func ctxErrorOr(ctx context.Context, err error) error {
	if cause := ctxError(ctx); cause != nil {
		return cause
	}
	return err
}

// found makes accounts and both servers.
func (b *bigServer) found(ctx context.Context) error {
	accs, err := b.t.accounts(ctx, b.p.Connected+2)
	if err != nil {
		return err
	}
	resident := accs[b.p.Connected+1]
	spec := townSpec{b.p.Members, b.p.Roles, b.p.Channels}
	now := time.Now()
	b.town = newTown(spec, accs[:b.p.Connected+1], now)
	b.st = b.town.state()
	if err := b.weigh(); err != nil {
		return err
	}
	began := time.Now()
	records, err := b.t.bring(ctx, b.town)
	if err != nil {
		return err
	}
	b.t.say("a server of %d members, %d records, brought in %s", b.p.Members, records, time.Since(began).Round(time.Millisecond))
	b.res.Extras["records"], b.res.Extras["import_s"] = records, round(time.Since(began).Seconds(), 2)
	spec.Members = min(smallTownMembers, b.p.Members)
	b.small = newTown(spec, []account{accs[0], resident}, now.Add(-time.Minute))
	if _, err := b.t.bring(ctx, b.small); err != nil {
		return err
	}
	b.t.calm(ctx, b.p.Settle)
	return nil
}

// live is everything that is measured with sessions on one run of the server.
func (b *bigServer) live(ctx context.Context) error {
	b.f = b.t.newFleet()
	defer b.f.close()
	if err := b.openOwner(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{b.openInTurn, b.openAtOnce, b.compareReady, b.talk, b.changeRoles} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	closed := uint64(0)
	for _, v := range b.here {
		b.res.Lost += v.missed.Load()
		b.res.Duplicated += v.duplicated.Load()
		b.res.Errors += v.resyncs.Load()
		if !v.sock.alive() {
			closed++
		}
	}
	b.res.Extras["sessions_closed"], b.res.Extras["connect_retries"] = closed, b.f.retries.Load()
	b.res.Errors += closed + b.sends.errors.total.Load() + b.hears.unmarked.Load()
	return nil
}

// openOwner opens the socket by which the server is changed and spoken in.
func (b *bigServer) openOwner(ctx context.Context) error {
	quiet, err := intentsOf(intentsNone)
	if err != nil {
		return err
	}
	b.speak = newSender(0, b.sends, channel{b.town.id, b.town.lobby()})
	b.owner, err = b.f.open(ctx, b.town.accounts[0], sockOptions{intents: quiet, readBuffer: senderBuffer}, b.speak)
	b.speak.sock = b.owner
	return err
}

// calm waits until the server has done what it does by itself, or patience ends.
func (t *Target) calm(ctx context.Context, patience time.Duration) {
	const poll, share = time.Second, 20 // a twentieth of a core
	for end := time.Now().Add(patience); time.Now().Before(end); {
		before := cpuOf(t.PID)
		if pause(ctx, poll) != nil {
			return
		}
		if used := since(before, cpuOf(t.PID)); used == nil || *used < poll/share {
			return
		}
	}
	t.say("the server is not calm after %s", patience)
}

var _ skimmer = (*visitor)(nil)

// roleArgs are those of role.update.
type roleArgs struct {
	ServerID    chat.ServerID `json:"server_id"`
	RoleID      chat.RoleID   `json:"role_id"`
	Permissions *chat.Rights  `json:"permissions,omitempty"`
	Color       *uint32       `json:"color,omitempty"`
}

// updateRole changes a role and gives the number of the record that did it.
func updateRole(ctx context.Context, s *sock, args roleArgs) (uint64, error) {
	f, err := s.request(ctx, "role.update", args)
	if err != nil {
		return 0, err
	}
	n, err := numberOfReply(f)
	if err == nil && n == 0 {
		err = errors.New("role.update changed nothing")
	}
	return n, err
}

func numberOfReply(f client.Frame) (uint64, error) {
	n, ok := scanNumber(f.Data, `"n":`)
	if !ok {
		return 0, fmt.Errorf("a reply has no number: %.100s", f.Data)
	}
	return n, nil
}
