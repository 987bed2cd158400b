package edge

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"time"

	"beep/chat"
	"beep/tenant"
)

// Config is what a gateway is made of.
type Config struct {
	Auth     Authenticator
	Requests Requests
	Users    Users
	Log      Log
	Tenants  *tenant.Book
	Logger   *slog.Logger
	// AllowedOrigins are further hosts, or scheme://host, whose pages may connect.
	AllowedOrigins    []string
	HeartbeatInterval time.Duration
	NodeID            uint64
	Now               func() time.Time
}

// Gateway serves WebSocket sessions.
type Gateway struct{ cfg Config }

// Stats are the gateway's counters.
type Stats struct {
	Sessions int
}

// TokenHash is how a token is named without showing it.
func TokenHash(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

// New makes a gateway; Run must be called for it to do anything.
func New(cfg Config) *Gateway { return &Gateway{cfg: cfg} }

// ServeHTTP upgrades a connection to a session.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusServiceUnavailable)
}

// Run owns all of the gateway's goroutines and ends with ctx.
func (g *Gateway) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Drain sends everybody away.
func (g *Gateway) Drain(context.Context) {}

// CloseUser ends all sessions of a user with 4200.
func (g *Gateway) CloseUser(chat.UserID) {}

// CloseToken ends all sessions of a token with 4200.
func (g *Gateway) CloseToken([sha256.Size]byte) {}

// Online reports whether a member of a server is connected anywhere.
func (g *Gateway) Online(chat.ServerID, chat.UserID) bool { return false }

// Stats are the counters now.
func (g *Gateway) Stats() Stats { return Stats{} }
