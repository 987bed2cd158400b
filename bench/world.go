package bench

import (
	"context"
	"encoding/json"
	"fmt"

	"beep/chat"
	"beep/client"
	"beep/wire"
)

// Intents of sockets.
const (
	intentsAll      = "all"
	intentsMessages = "messages"
	intentsNone     = "none"
)

// intentsOf turns the word of a flag into the list of the protocol. "none" asks
// for typing alone, which nobody does here: an empty list would mean all.
func intentsOf(word string) ([]string, error) {
	switch word {
	case intentsAll, "":
		return nil, nil
	case intentsMessages:
		return []string{client.IntentMessages}, nil
	case intentsNone:
		return []string{client.IntentTyping}, nil
	}
	return nil, fmt.Errorf("--intents must be %s, %s or %s, not %q", intentsAll, intentsMessages, intentsNone, word)
}

// channel is where a load sends to or listens.
type channel struct {
	server chat.ServerID
	id     chat.ChannelID
}

// createServer makes a public server and gives it with its first channel.
func createServer(ctx context.Context, s *sock, name string) (client.Server, error) {
	f, err := s.request(ctx, "server.create", map[string]any{"name": name, "visibility": "public"})
	if err != nil {
		return client.Server{}, err
	}
	var reply struct {
		ID chat.ServerID `json:"id"`
	}
	if err := json.Unmarshal(f.Data, &reply); err != nil {
		return client.Server{}, fmt.Errorf("server.create: %w", err)
	}
	return awaitServer(ctx, s, reply.ID)
}

// join makes s's user a member and waits until the server says what is in it.
func join(ctx context.Context, s *sock, id chat.ServerID) error {
	if _, err := s.request(ctx, "server.join", map[string]any{"server_id": id}); err != nil {
		return err
	}
	_, err := awaitServer(ctx, s, id)
	return err
}

func awaitServer(ctx context.Context, s *sock, id chat.ServerID) (client.Server, error) {
	f, err := s.await(ctx, "the server frame", func(f *client.Frame) bool {
		return f.Op == wire.OpServer && f.Server != nil && f.Server.ID == id
	})
	if err != nil {
		return client.Server{}, err
	}
	if len(f.Server.Channels) == 0 {
		return client.Server{}, fmt.Errorf("server %s has no channel", id)
	}
	return *f.Server, nil
}

// createChannel adds a channel to a server of s's user.
func createChannel(ctx context.Context, s *sock, server chat.ServerID, name string) (channel, error) {
	f, err := s.request(ctx, "channel.create", map[string]any{"server_id": server, "name": name})
	if err != nil {
		return channel{}, err
	}
	var reply struct {
		ID chat.ChannelID `json:"id"`
	}
	if err := json.Unmarshal(f.Data, &reply); err != nil {
		return channel{}, fmt.Errorf("channel.create: %w", err)
	}
	return channel{server, reply.ID}, nil
}

func firstChannel(s client.Server) channel { return channel{s.ID, s.Channels[0].ID} }
