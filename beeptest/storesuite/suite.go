package storesuite

import (
	"context"
	"reflect"
	"testing"
	"time"

	"beep/chat"
	"beep/store"
)

// Run runs the suite; open gives each test an empty store that it may use alone.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	for name, test := range map[string]func(*testing.T, *bundle){
		"accounts are found by id, name and e-mail":                 accountsAreFound,
		"a taken name or e-mail is named":                           takenIsNamed,
		"an account changes":                                        accountChanges,
		"of many with one name one gets the account":                oneGetsTheName,
		"tokens lead to their account":                              tokensLead,
		"a token is consumed by one only":                           consumedOnce,
		"tokens are deleted by kind and by age":                     tokensAreDeleted,
		"a projection stores its rows and its cursors":              projectionStores,
		"a failed projection leaves nothing":                        failedProjection,
		"a cursor that was moved stops a projection":                movedCursor,
		"of two projectors exactly one wins":                        oneProjectorWins,
		"applied numbers are kept by entity":                        appliedNumbers,
		"messages come in pages of ascending order":                 messagesComeInPages,
		"messages are inserted once, edited and deleted":            messagesChange,
		"many messages go in and come out alike":                    manyMessages,
		"a missing message still answers the applied number":        missingMessage,
		"public servers are found by what they are called":          publicServers,
		"members are listed and counted":                            members,
		"profiles are found by id and name":                         profiles,
		"read positions move and are forgotten":                     readPositions,
		"dead letters are kept once and in order":                   deadLetters,
		"all entities are walked":                                   entitiesAreWalked,
		"text of every language and every quote survives":           textSurvives,
		"a caller who gave up is told so":                           callerGaveUp,
		"a closed store is unavailable":                             closedIsUnavailable,
		"an account is written while the projector writes for long": accountBesideProjector,
		"messages come whole, in the order of what happened":        messagesAreWhole,
		"nothing hangs on a message that is not there":              nothingHangsOnAMissingMessage,
		"pins are listed, the newest first":                         pinsAreListed,
		"messages are found by their identifiers":                   messagesAreFoundByTheirIDs,
		"what was edited is kept as it was":                         editsAreKept,
		"a deleted message takes with it all that hangs on it":      deletedMessagesTakeAllWithThem,
		"messages of one sender are found":                          messagesOfASender,
		"what is unread is counted":                                 unreadIsCounted,
		"servers change their settings and owners":                  serversChange,
		"members are searched by the beginning of their names":      membersAreSearched,
		"users are searched by the beginning of their names":        usersAreSearched,
		"bans and invitations are listed":                           bansAndInvitations,
		"relations are kept":                                        relationsAreKept,
		"the audit log is listed in pages, complete":                auditIsListed,
		"a channel that is gone is swept in stretches":              goneChannelIsSwept,
		"the channel of another server is left alone":               anothersChannelIsLeft,
		"a server that is gone is swept in stretches":               goneServerIsSwept,
		"a request that is repeated gets the first answer":          requestsAreRepeated,
		"of many repeats one is carried out":                        oneCarriesItOut,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, &bundle{Store: open(t), ctx: t.Context()})
		})
	}
}

// bundle is a store with the shortest words for using it.
type bundle struct {
	*store.Store
	ctx context.Context
}

// long is how long a test waits for what must happen.
const long = 30 * time.Second

func (b *bundle) project(t *testing.T, fn func(*store.Tx) error) {
	t.Helper()
	if err := b.Project(b.ctx, nil, fn); err != nil {
		t.Fatalf("project: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustBe(t *testing.T, err error, k chat.ErrorKind) {
	t.Helper()
	if !chat.Is(err, k) {
		t.Fatalf("error is %v, want kind %v", err, k)
	}
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
}
