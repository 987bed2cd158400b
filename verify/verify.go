package verify

import (
	"context"
	"fmt"
	"time"

	"beep/chat"
	"beep/jetstream"
	"beep/store"
	"beep/wire"
)

// Log is the log as the checker reads it.
type Log interface {
	Keys(ctx context.Context, fn func(key chat.Key, head uint64) error) error
	Head(ctx context.Context, key chat.Key) (jetstream.Head, error)
	Replay(ctx context.Context, key chat.Key, afterSeq uint64, fn func(seq uint64, c wire.Commit) error) error
}

// Store is the database as the checker reads it.
type Store interface {
	Applied(ctx context.Context, key chat.Key) (uint64, error)
	AllMessages(ctx context.Context, ch chat.ChannelID, fn func(chat.Message) error) error
	AllEntities(ctx context.Context, fn func(key chat.Key, applied uint64) error) error
	Members(ctx context.Context, server chat.ServerID, after chat.UserID, limit int) ([]store.Member, error)
	Relations(ctx context.Context, user, after chat.UserID, limit int) ([]store.Relation, error)
	SweepsDue(ctx context.Context, now int64) (int, error)
}

// Config is what a run needs.
type Config struct {
	Log   Log
	Store Store
	// Lag is how many commits the database is behind.
	Lag func() uint64
	// URL is where clients connect; Token makes a token for a user, Forget ends it.
	URL      string
	Token    func(ctx context.Context, user chat.UserID) (string, error)
	Forget   func(ctx context.Context, token string) error
	Progress func(Progress)
}

// Progress is a word on the way, or at the end the Report.
type Progress struct {
	Text   string  `json:"text,omitempty"`
	Report *Report `json:"report,omitempty"`
}

// Report is the outcome. It is good when Differences and Error are empty.
type Report struct {
	Users       int      `json:"users"`
	Servers     int      `json:"servers"`
	Channels    int      `json:"channels"`
	Gone        int      `json:"gone"`   // channels that were deleted or erased
	Erased      uint64   `json:"erased"` // records that nobody can read any more, by intent
	Records     uint64   `json:"records"`
	Messages    uint64   `json:"messages"`
	SeenByFresh uint64   `json:"messages_seen_by_fresh_client"`
	Differences []string `json:"differences"` // the first maxDifferences
	Error       string   `json:"error,omitempty"`
	Seconds     float64  `json:"seconds"`
}

// OK reports whether everything agrees.
func (r *Report) OK() bool { return len(r.Differences) == 0 && r.Error == "" }

const (
	// maxDifferences bounds the report; the first one is the one that matters.
	maxDifferences = 20
	// lagPatience is how long the database may take to catch up.
	lagPatience = 2 * time.Minute
	lagPause    = 50 * time.Millisecond
	// appliedPatience is how long one entity may stay behind while the database
	// as a whole is not: its lag is only measured now and then.
	appliedPatience = 5 * time.Second
	// attempts is how often an entity is read again that changed meanwhile.
	attempts = 5
	// progressEvery is how many entities pass between two words.
	progressEvery = 500
)

type run struct {
	cfg     Config
	report  Report
	servers map[chat.ServerID]*chat.Server
	users   map[chat.UserID]*chat.User
	keys    map[chat.Key]uint64 // and the highest number each was known to have
	order   []chat.Key
	busy    int // entities that kept changing while they were looked at
	// removed are members whom others have removed: their own logs learn of it
	// later, at the latest when they come next.
	removed map[membership]bool
	// brought are servers that were carried here from another instance.
	brought map[chat.ServerID]bool
}

type membership struct {
	server chat.ServerID
	user   chat.UserID
}

func newRun(cfg Config) *run {
	return &run{
		cfg: cfg, servers: map[chat.ServerID]*chat.Server{}, users: map[chat.UserID]*chat.User{}, keys: map[chat.Key]uint64{},
		removed: map[membership]bool{}, brought: map[chat.ServerID]bool{},
		report: Report{Differences: []string{}},
	}
}

// Run checks everything. The error says that it could not; differences are in
// the report.
func Run(ctx context.Context, cfg Config) (Report, error) {
	r := newRun(cfg)
	began := time.Now()
	err := r.all(ctx)
	r.report.Seconds = time.Since(began).Seconds()
	return r.report, err
}

func (r *run) all(ctx context.Context) error {
	if err := r.awaitDatabase(ctx); err != nil {
		return err
	}
	err := r.cfg.Log.Keys(ctx, func(key chat.Key, head uint64) error {
		r.keys[key] = head
		r.order = append(r.order, key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("list entities: %w", err)
	}
	r.say("%d entities in the log", len(r.order))
	for _, kind := range []chat.EntityKind{chat.KindUser, chat.KindServer} {
		for i, key := range r.order {
			if key.Kind == kind {
				if err := r.settings(ctx, key); err != nil {
					return err
				}
			}
			r.progress(i, "log")
		}
	}
	r.memberships()
	if err := r.friendships(ctx); err != nil {
		return err
	}
	if err := r.channels(ctx); err != nil {
		return err
	}
	return r.strays(ctx)
}

func (r *run) say(format string, args ...any) {
	if r.cfg.Progress != nil {
		r.cfg.Progress(Progress{Text: fmt.Sprintf(format, args...)})
	}
}

func (r *run) progress(i int, what string) {
	if i > 0 && i%progressEvery == 0 {
		r.say("%s: %d of %d entities, %d records", what, i, len(r.order), r.report.Records)
	}
}

func (r *run) differ(key chat.Key, format string, args ...any) {
	if len(r.report.Differences) < maxDifferences {
		r.report.Differences = append(r.report.Differences, describe(key)+": "+fmt.Sprintf(format, args...))
	}
}

func describe(key chat.Key) string {
	switch key.Kind {
	case chat.KindUser:
		return fmt.Sprintf("user %d", key.ID)
	case chat.KindServer:
		return fmt.Sprintf("server %d", key.ID)
	}
	return fmt.Sprintf("channel %d of server %d", key.ID, key.Tenant)
}

// awaitDatabase waits until the projection has caught up.
func (r *run) awaitDatabase(ctx context.Context) error {
	deadline := time.Now().Add(lagPatience)
	for r.cfg.Lag() > 0 {
		if time.Now().After(deadline) {
			return fmt.Errorf("the database is still %d commits behind after %s", r.cfg.Lag(), lagPatience)
		}
		r.say("waiting for the database: %d commits behind", r.cfg.Lag())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lagPause):
		}
	}
	return nil
}
