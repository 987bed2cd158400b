package node

import (
	"context"
	"errors"

	"beep/chat"
	"beep/edge"
	"beep/jetstream"
)

// actorLog is the log as actors see it.
type actorLog struct{ *jetstream.Log }

// Fenced reports whether err says for certain that another writer was first.
func (actorLog) Fenced(err error) bool { return errors.Is(err, jetstream.ErrFenced) }

// edgeLog is the log as the edge sees it.
type edgeLog struct{ *jetstream.Log }

// OpenFeed opens a live feed.
func (l edgeLog) OpenFeed(size int) edge.Feed { return edgeFeed{l.Log.OpenFeed(size)} }

// edgeFeed is a live feed as the edge sees it.
type edgeFeed struct{ *jetstream.Feed }

// Next waits for a message.
func (f edgeFeed) Next(ctx context.Context) (edge.LiveMessage, error) {
	m, err := f.Feed.Next(ctx)
	return edge.LiveMessage(m), err
}

// TryNext takes a message if there is one.
func (f edgeFeed) TryNext() (edge.LiveMessage, bool) {
	m, ok := f.Feed.TryNext()
	return edge.LiveMessage(m), ok
}

// latePresence is the gateway's presence for requests, which the gateway needs
// to be made with.
type latePresence struct{ gateway *edge.Gateway }

// Online reports whether a member of a server has a socket.
func (p *latePresence) Online(server chat.ServerID, user chat.UserID) bool {
	return p.gateway.Online(server, user)
}
