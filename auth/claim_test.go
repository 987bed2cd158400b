package auth

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"beep/chat"
)

func TestTheOwnerClaimsANewInstanceOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link, err := b.FirstRun(t.Context())
	must(t, err)
	if !strings.HasPrefix(link, "http://beep.test/claim?token=beep_") {
		t.Fatal(link)
	}
	other, err := b.NewClaim(t.Context())
	must(t, err)
	a, err := b.Claim(t.Context(), tokenIn(link), registration("owner"))
	must(t, err)
	if a.Role != RoleAdministrator || !a.Validated || !a.Registered {
		t.Fatalf("%+v", a)
	}
	for _, l := range []string{link, other, "", "token=" + newToken()} {
		_, err := b.Claim(t.Context(), tokenIn(l), registration("eve"))
		refused(t, err, chat.Gone)
	}
	if link, err := b.FirstRun(t.Context()); link != "" || err != nil {
		t.Fatal(link, err)
	}
	b.signIn("owner")
	later, err := b.NewClaim(t.Context())
	must(t, err)
	_, err = b.Claim(t.Context(), tokenIn(later), registration("second"))
	must(t, err)
}

func TestARefusedClaimLeavesTheLink(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.user("ada")
	link, err := b.NewClaim(t.Context())
	must(t, err)
	_, err = b.Claim(t.Context(), tokenIn(link), registration("ada"))
	refused(t, err, chat.Conflict)
	_, err = b.Claim(t.Context(), tokenIn(link), registration("owner"))
	must(t, err)
}

func TestAClaimLinkEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link, err := b.NewClaim(t.Context())
	must(t, err)
	b.move(claimLife)
	_, err = b.Claim(t.Context(), tokenIn(link), registration("owner"))
	refused(t, err, chat.Gone)
	if b.hashes.Load() != 0 {
		t.Fatal("work was done for a stranger")
	}
}

func TestOfManyClaimsOneWins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link, err := b.NewClaim(t.Context())
	must(t, err)
	var wg sync.WaitGroup
	var won atomic.Int64
	for _, name := range []string{"ann", "ben", "cat", "dan"} {
		wg.Go(func() {
			if _, err := b.Claim(t.Context(), tokenIn(link), registration(name)); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d administrators", won.Load())
	}
}
