package chat_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"beep/chat"
)

// couple is two users and what the keeper's actor does between them.
type couple struct {
	t           *testing.T
	keeper      *world[*chat.User]
	other       *world[*chat.User]
	directs     chat.ServerID
	told        []*chat.MirrorRelation // every one there was
	unreachable bool                   // the other cannot be told now
}

func newCouple(t *testing.T) *couple {
	t.Helper()
	c := &couple{t: t, keeper: newUser(t), other: &world[*chat.User]{t: t, st: chat.NewUser()}, directs: 1000}
	c.other.must(&chat.RegisterUser{ID: bob, Username: "bob"})
	return c
}

func recipient(u chat.UserID) chat.Recipient {
	return chat.Recipient{UserID: u, Username: map[chat.UserID]string{ada: "ada", bob: "bob"}[u]}
}

// act is what one of the two does, and what is done until nothing is left to do.
func (c *couple) act(by chat.UserID, act chat.RelationAct) error {
	c.directs++
	err := c.keeper.do(&chat.Relate{
		By: recipient(by), Other: recipient(ada + bob - by), Act: act, DirectID: c.directs, ChannelID: chat.ChannelID(c.directs),
	})
	if err != nil {
		return err
	}
	return c.settle()
}

func (c *couple) settle() (refusal error) {
	for range 5 {
		p := c.keeper.st.Pairs[bob]
		if p.Step == "" || c.unreachable {
			return refusal
		}
		m := &chat.MirrorRelation{
			Peer: recipient(ada), State: p.View(ada, bob, false), Version: p.Version, DirectID: p.DirectID, ChannelID: p.ChannelID,
		}
		c.told = append(c.told, m)
		err := c.other.do(m)
		if err != nil {
			refusal = err
		}
		c.keeper.must(&chat.FinishPair{Peer: bob, Version: p.Version, Refused: err != nil})
	}
	c.t.Fatal("the pair never comes to rest")
	return nil
}

// stands says how the two stand, as each of them knows it.
func (c *couple) stands() string {
	return fmt.Sprintf("%s/%s", state(c.keeper.st, bob), state(c.other.st, ada))
}

func state(st *chat.User, of chat.UserID) chat.RelationState {
	if s := st.Relations[of].State; s != chat.Strangers {
		return s
	}
	return "strangers"
}

func (c *couple) expect(want string) {
	c.t.Helper()
	if got := c.stands(); got != want {
		c.t.Fatalf("they stand %s, want %s", got, want)
	}
	friends := want == "friends/friends"
	k, o := c.keeper.st.Directs, c.other.st.Directs
	if friends != (len(k) == 1) || friends != (len(o) == 1) || friends && (k[0].ServerID != o[0].ServerID || k[0].UserID != bob || o[0].UserID != ada) {
		c.t.Fatalf("conversations %v and %v between %s", k, o, want)
	}
}

func TestAFriendshipFromRequestToErasure(t *testing.T) {
	t.Parallel()
	for _, by := range []chat.UserID{ada, bob} {
		other := ada + bob - by
		c := newCouple(t)
		asked := map[chat.UserID]string{ada: "request_sent/request_received", bob: "request_received/request_sent"}[by]
		do := func(by chat.UserID, act chat.RelationAct, want string) {
			t.Helper()
			if err := c.act(by, act); err != nil {
				t.Fatalf("%s: %v", act, err)
			}
			c.expect(want)
		}
		do(by, chat.ActRequest, asked)
		do(by, chat.ActRequest, asked) // again: nothing new
		do(other, chat.ActDecline, "strangers/strangers")
		do(by, chat.ActRequest, asked)
		do(by, chat.ActCancel, "strangers/strangers")
		do(by, chat.ActRequest, asked)
		do(other, chat.ActAccept, "friends/friends")
		do(other, chat.ActAccept, "friends/friends")
		do(by, chat.ActRequest, "friends/friends")
		if err := c.act(by, chat.ActBlock); !chat.Is(err, chat.Conflict) {
			t.Fatal("a friend was blocked:", err)
		}
		do(by, chat.ActRemove, "strangers/strangers")
		if len(c.keeper.st.Pairs) != 0 || len(c.keeper.st.Relations) != 0 {
			t.Fatal("the keeper remembers what is over:", c.keeper.st.Pairs, c.keeper.st.Relations)
		}
	}
}

func TestCrossingRequestsAreOneFriendship(t *testing.T) {
	t.Parallel()
	for _, first := range []chat.UserID{ada, bob} {
		c := newCouple(t)
		if err := c.act(first, chat.ActRequest); err != nil {
			t.Fatal(err)
		}
		if err := c.act(ada+bob-first, chat.ActRequest); err != nil {
			t.Fatal(err)
		}
		c.expect("friends/friends")
	}
}

func TestWhoIsBlockedNeverLearnsOfIt(t *testing.T) {
	t.Parallel()
	for _, by := range []chat.UserID{ada, bob} {
		blocked := ada + bob - by
		c := newCouple(t)
		sees := func(u chat.UserID) chat.RelationState {
			if u == ada {
				return state(c.keeper.st, bob)
			}
			return state(c.other.st, ada)
		}
		for _, step := range []struct {
			by       chat.UserID
			act      chat.RelationAct
			his, its chat.RelationState // what the blocked, and who blocks, sees then
		}{
			{by, chat.ActRequest, chat.RequestReceived, chat.RequestSent},
			{by, chat.ActBlock, "strangers", chat.Blocked}, // ends the request
			{by, chat.ActBlock, "strangers", chat.Blocked},
			{blocked, chat.ActRequest, chat.RequestSent, chat.Blocked},
			{blocked, chat.ActCancel, "strangers", chat.Blocked},
			{blocked, chat.ActRequest, chat.RequestSent, chat.Blocked},
			{by, chat.ActUnblock, "strangers", "strangers"}, // a new request is needed
			{blocked, chat.ActRequest, chat.RequestSent, chat.RequestReceived},
			{by, chat.ActBlock, "strangers", chat.Blocked},
			{blocked, chat.ActBlock, chat.Blocked, chat.Blocked},
			{by, chat.ActUnblock, chat.Blocked, "strangers"},
			{by, chat.ActUnblock, chat.Blocked, "strangers"},
		} {
			if err := c.act(step.by, step.act); err != nil {
				t.Fatalf("%d %s: %v", step.by, step.act, err)
			}
			if sees(blocked) != step.his || sees(by) != step.its {
				t.Fatalf("after %d %s: %s", step.by, step.act, c.stands())
			}
		}
		if err := c.act(blocked, chat.ActRequest); !chat.Is(err, chat.Conflict) {
			t.Fatal("a request to somebody one has blocked:", err)
		}
	}
}

func TestActsThatMakeNoSenseChangeNothing(t *testing.T) {
	t.Parallel()
	c := newCouple(t)
	relate := func(by, other chat.UserID, act chat.RelationAct) *chat.Relate {
		return &chat.Relate{By: recipient(by), Other: recipient(other), Act: act, DirectID: 1, ChannelID: 1}
	}
	c.keeper.refused(relate(ada, ada, chat.ActRequest), chat.Invalid)
	c.keeper.refused(relate(ada, bob, "adopt"), chat.Invalid)
	c.keeper.refused(relate(77, bob, chat.ActRequest), chat.Internal)
	c.other.refused(relate(ada, bob, chat.ActRequest), chat.Internal) // bob does not keep it
	for _, act := range []chat.RelationAct{chat.ActAccept, chat.ActDecline, chat.ActCancel, chat.ActRemove} {
		c.keeper.refused(relate(ada, bob, act), chat.NotFound)
		c.keeper.refused(relate(bob, ada, act), chat.NotFound)
	}
	if err := c.act(ada, chat.ActRequest); err != nil {
		t.Fatal(err)
	}
	c.keeper.refused(relate(ada, bob, chat.ActAccept), chat.NotFound)  // one's own
	c.keeper.refused(relate(ada, bob, chat.ActDecline), chat.NotFound) // one's own
	c.keeper.refused(relate(bob, ada, chat.ActCancel), chat.NotFound)  // not one's own
	c.unreachable = true
	if err := c.act(bob, chat.ActAccept); err != nil {
		t.Fatal(err)
	}
	c.keeper.refused(relate(bob, ada, chat.ActRemove), chat.Unavailable) // wait for the step
	if state(c.keeper.st, bob) == chat.Friends {
		t.Fatal("friends before both know")
	}
}

func TestNeitherOfTwoExceedsALimit(t *testing.T) {
	t.Parallel()
	for name, full := range map[string]struct {
		state chat.RelationState
		n     int
		act   chat.RelationAct
		by    chat.UserID
		prior chat.RelationAct
		after string
	}{
		"the keeper has enough friends":     {chat.Friends, chat.MaxFriends, chat.ActAccept, ada, chat.ActRequest, "request_received/request_sent"},
		"the keeper has enough requests":    {chat.RequestReceived, chat.MaxPendingRelation, chat.ActRequest, bob, "", "strangers/strangers"},
		"the keeper has blocked enough":     {chat.Blocked, chat.MaxBlocked, chat.ActBlock, ada, "", "strangers/strangers"},
		"the other has enough friends":      {chat.Friends, -chat.MaxFriends, chat.ActAccept, bob, chat.ActRequest, "request_sent/request_received"},
		"the other has enough requests":     {chat.RequestSent, -chat.MaxPendingRelation, chat.ActRequest, bob, "", "strangers/strangers"},
		"the other has blocked enough":      {chat.Blocked, -chat.MaxBlocked, chat.ActBlock, bob, "", "strangers/strangers"},
		"the other blocks, with a request":  {chat.Blocked, -chat.MaxBlocked, chat.ActBlock, bob, chat.ActRequest, "strangers/strangers"},
		"the other has enough, they cross":  {chat.Friends, -chat.MaxFriends, chat.ActRequest, bob, chat.ActRequest, "request_sent/request_received"},
		"the keeper has enough, they cross": {chat.Friends, chat.MaxFriends, chat.ActRequest, ada, chat.ActRequest, "request_received/request_sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCouple(t)
			if full.prior != "" {
				if err := c.act(ada+bob-full.by, full.prior); err != nil {
					t.Fatal(err)
				}
			}
			who, n := c.keeper, full.n
			if n < 0 {
				who, n = c.other, -n
			}
			for i := range n {
				who.number++
				id := chat.UserID(1000 + i)
				who.st.Apply(chat.Record{Number: who.number, Event: &chat.RelationChanged{UserID: id, State: full.state, Version: 1}})
			}
			if err := c.act(full.by, full.act); !chat.Is(err, chat.Conflict) {
				t.Fatal(err)
			}
			c.expect(full.after)
			if who.do(&chat.RegisterUser{ID: ada}) == nil {
				t.Fatal("the state is not whole")
			}
		})
	}
}

func TestAFriendshipThatTheOtherRefusesIsErasedAgain(t *testing.T) {
	t.Parallel()
	for _, unmade := range []bool{false, true} {
		c := newCouple(t)
		if err := c.act(bob, chat.ActRequest); err != nil {
			t.Fatal(err)
		}
		c.unreachable = true
		if err := c.act(ada, chat.ActAccept); err != nil {
			t.Fatal(err)
		}
		p := c.keeper.st.Pairs[bob]
		c.keeper.must(&chat.FinishPair{Peer: bob, Version: p.Version, Refused: true, Unmade: unmade})
		next := c.keeper.st.Pairs[bob]
		want := chat.StepEnding
		if unmade {
			want = chat.StepTelling
		}
		if next.Step != want || unmade != (next.DirectID == 0) || next.Version <= p.Version {
			t.Fatalf("unmade %v: %+v", unmade, next)
		}
		before := c.keeper.number
		c.keeper.must(&chat.FinishPair{Peer: bob, Version: p.Version}) // of the step before
		if c.keeper.number != before {
			t.Fatal("a step was finished twice")
		}
		c.unreachable = false
		if err := c.settle(); err != nil {
			t.Fatal(err)
		}
		c.expect("request_received/request_sent")
	}
}

// between is what two users are to each other, told apart from the rules: a
// request at most, a friendship, and who blocks whom.
type between struct {
	asked   chat.UserID
	friends bool
	blocks  map[chat.UserID]bool
}

func (b *between) act(by, other chat.UserID, act chat.RelationAct) {
	toMe := b.asked == other && !b.blocks[by]
	switch {
	case act == chat.ActUnblock && b.blocks[by]:
		b.blocks[by] = false
		if b.asked == other {
			b.asked = 0
		}
	case b.friends && act == chat.ActRemove:
		b.friends = false
	case b.friends:
	case act == chat.ActBlock && !b.blocks[by]:
		b.blocks[by], b.asked = true, 0
	case act == chat.ActRequest && !b.blocks[by] && !toMe:
		b.asked = by
	case toMe && (act == chat.ActRequest || act == chat.ActAccept):
		b.friends, b.asked = true, 0
	case toMe && act == chat.ActDecline, b.asked == by && act == chat.ActCancel:
		b.asked = 0
	}
}

func (b *between) seen(me chat.UserID) chat.RelationState {
	switch {
	case b.blocks[me]:
		return chat.Blocked
	case b.friends:
		return chat.Friends
	case b.asked == me:
		return chat.RequestSent
	case b.asked != 0:
		return chat.RequestReceived
	}
	return "strangers"
}

// Whatever two people do, in whatever order, with words of the keeper that get
// lost, come twice or come late: both know the same friendship.
func TestAnyCourseOfActsLeavesBothWithTheSameFriendship(t *testing.T) {
	t.Parallel()
	acts := []chat.RelationAct{
		chat.ActRequest, chat.ActRequest, chat.ActAccept, chat.ActDecline, chat.ActCancel, chat.ActRemove, chat.ActBlock, chat.ActUnblock,
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		c, model := newCouple(t), &between{blocks: map[chat.UserID]bool{}}
		for range 60 {
			by := []chat.UserID{ada, bob}[r.IntN(2)]
			act := acts[r.IntN(len(acts))]
			c.unreachable = r.IntN(4) == 0
			if err := c.act(by, act); chat.Is(err, chat.Internal) || chat.Is(err, chat.Unavailable) {
				t.Fatal("seed", seed, err)
			}
			model.act(by, ada+bob-by, act)
			c.unreachable = false
			if err := c.settle(); err != nil { // the next activation
				t.Fatal("seed", seed, err)
			}
			if len(c.told) > 0 { // an old word comes late, or again
				c.other.must(c.told[r.IntN(len(c.told))])
			}
			want := fmt.Sprintf("%s/%s", model.seen(ada), model.seen(bob))
			if got := c.stands(); got != want {
				t.Fatalf("seed %d: after %d %s they stand %s, want %s", seed, by, act, got, want)
			}
			c.expect(want)
		}
	}
}

func TestRelationsThatHaveEndedAreNotRememberedForEver(t *testing.T) {
	t.Parallel()
	const me chat.UserID = 5000
	w := &world[*chat.User]{t: t, st: chat.NewUser()}
	w.must(&chat.RegisterUser{ID: me, Username: "me"})
	for i := range int64(1000) {
		w.number++
		w.st.Apply(chat.Record{Number: w.number, Time: i, Event: &chat.RelationChanged{UserID: chat.UserID(i + 1), Version: 1}})
	}
	if n := len(w.st.Relations); n < 100 || n > 300 {
		t.Fatalf("%d are remembered", n)
	}
	if _, ok := w.st.Relations[1000]; !ok {
		t.Fatal("the newest is forgotten")
	}
	if _, ok := w.st.Relations[1]; ok {
		t.Fatal("the oldest is remembered")
	}
	w.number++
	w.st.Apply(chat.Record{Number: w.number, Event: &chat.RelationChanged{UserID: me + 1, Version: 1}})
	if _, ok := w.st.Relations[me+1]; ok {
		t.Fatal("of somebody with whom he is the keeper, nothing need be remembered")
	}
}
