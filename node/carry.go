package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"time"

	"beep/archive"
	"beep/chat"
)

const (
	// adoptAttempts and adoptPause: an actor that somebody has woken before its
	// log was brought here does not know of it until it goes idle, which takes a minute.
	adoptAttempts = 100
	adoptPause    = time.Second
	// importTimeout bounds the last steps; the records before them take what they take.
	importTimeout = 5 * time.Minute
)

// The operator's requests about carrying servers.
type (
	// ExportServer asks for the file of a server.
	ExportServer struct {
		ServerID chat.ServerID `json:"server_id"`
	}
	// ServerImported answers an import.
	ServerImported struct {
		ServerID chat.ServerID `json:"server_id"`
		Name     string        `json:"name"`
		Channels int           `json:"channels"`
		Records  uint64        `json:"records"`
		Members  int           `json:"members"`
		// Known is how many of the members have an account here.
		Known int `json:"known"`
	}
)

func (n *Node) adminExport(ctx context.Context, in ExportServer, w io.Writer) error {
	return n.export(ctx, in.ServerID, w)
}

// export writes the file of a server.
func (n *Node) export(ctx context.Context, server chat.ServerID, w io.Writer) error {
	return archive.Export(ctx, n.log, server, time.Now().UnixMilli(), n.URL(), w)
}

// adminImport takes a file in. It is put down first: it is read several times.
func (n *Node) adminImport(ctx context.Context, query url.Values, body io.Reader) (out ServerImported, err error) {
	file, err := os.CreateTemp(n.cfg.Data, "import-*")
	if err != nil {
		return out, err
	}
	gone := os.Remove(file.Name()) == nil // at once where that is possible, so that a crash leaves nothing
	defer func() {
		if err = errors.Join(err, file.Close()); !gone {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if _, err := io.Copy(file, body); err != nil {
		return out, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return out, err
	}
	content, err := archive.Check(file)
	if err != nil {
		return out, err
	}
	owner, err := n.findUser(ctx, query.Get("owner"))
	if err != nil {
		return out, err
	}
	known, err := n.canTake(ctx, content, owner)
	if err != nil {
		return out, err
	}
	if err := archive.Import(ctx, n.log, content, owner.UserID, file); err != nil {
		return out, err
	}
	if err := n.settle(ctx, content, owner, known); err != nil {
		return out, err
	}
	return ServerImported{
		ServerID: content.Header.ServerID, Name: content.Server.Name, Channels: len(content.Server.Channels),
		Records: content.Trailer.Records, Members: len(content.Server.Members), Known: len(known),
	}, nil
}

// canTake refuses a file that would give somebody here another's place, and
// lists the members who have an account here.
func (n *Node) canTake(ctx context.Context, c *archive.Content, owner chat.Recipient) (known []chat.UserID, err error) {
	const op = "import server"
	id := c.Header.ServerID
	for _, ch := range c.Channels {
		at, err := n.store.ServerOf(ctx, ch)
		if err == nil && at != id {
			return nil, chat.Errorf(chat.Conflict, op, "channel %d is here already, in server %d", ch, at)
		}
		if err != nil && !chat.Is(err, chat.NotFound) {
			return nil, err
		}
	}
	if known, err = n.knownMembers(ctx, c, owner.UserID); err != nil {
		return nil, err
	}
	u, err := n.requests.User(ctx, owner.UserID)
	if err != nil {
		return nil, err
	}
	if !u.In(id) && len(u.Servers)+len(u.Pending) >= chat.MaxServersPerUser {
		return nil, chat.Errorf(chat.Conflict, op, "%s is in %d servers already, which is the most", owner.Username, chat.MaxServersPerUser)
	}
	return known, nil
}

// knownMembers are the members, but for the owner to be, who have an account here.
// The accounts themselves are asked, one by one: the read model may be behind,
// and whoever was overlooked would have another's place.
func (n *Node) knownMembers(ctx context.Context, c *archive.Content, owner chat.UserID) (known []chat.UserID, err error) {
	for _, id := range slices.Sorted(maps.Keys(c.Usernames)) {
		a, err := n.auth.Account(ctx, id)
		switch _, member := c.Server.Members[id]; {
		case chat.Is(err, chat.NotFound):
		case err != nil:
			return nil, err
		case a.Username != c.Usernames[id]:
			return nil, chat.Errorf(chat.Conflict, "import server", "%s there has the identifier of %s here", c.Usernames[id], a.Username)
		case member && id != owner:
			known = append(known, id)
		}
	}
	return known, nil
}

// settle gives the server its owner, then puts it into the lists of its members
// here: their own logs do not know of it yet.
func (n *Node) settle(ctx context.Context, c *archive.Content, owner chat.Recipient, known []chat.UserID) error {
	ctx, cancel := context.WithTimeout(ctx, importTimeout)
	defer cancel()
	id := c.Header.ServerID
	err := n.awaken(ctx, func() error {
		_, err := n.place.Ask(ctx, chat.ServerKey(id), &chat.AdoptServer{User: owner})
		return err
	})
	if err == nil {
		err = n.awaken(ctx, func() error { return n.enlist(ctx, owner.UserID, id) })
	}
	if err != nil {
		return fmt.Errorf("give the server to its owner: %w", err)
	}
	for _, u := range known {
		if err := n.enlist(ctx, u, id); err != nil {
			// He is a member whose list is full: he can still leave it by its identifier.
			n.logger.Warn("a member's list does not take an imported server", "user_id", uint64(u), "server_id", uint64(id), "error", err)
		}
	}
	return nil
}

// enlist has a member's own log note the server: joining it again, he is told
// that he is in.
func (n *Node) enlist(ctx context.Context, u chat.UserID, id chat.ServerID) error {
	_, err := n.place.Ask(ctx, chat.UserKey(u), &chat.StartJoin{Server: id})
	return err
}

// awaken repeats what an actor refuses that does not know its log yet.
func (n *Node) awaken(ctx context.Context, try func() error) error {
	for attempt := 1; ; attempt++ {
		err := try()
		if !chat.Is(err, chat.NotFound) || attempt == adoptAttempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(adoptPause):
		}
	}
}

// findUser is the account of a username or an identifier.
func (n *Node) findUser(ctx context.Context, who string) (chat.Recipient, error) {
	a, err := n.auth.Find(ctx, who)
	if chat.Is(err, chat.NotFound) {
		if id, perr := chat.ParseUserID(who); perr == nil {
			a, err = n.auth.Account(ctx, id)
		}
	}
	if err != nil {
		return chat.Recipient{}, err
	}
	return chat.Recipient{UserID: a.ID, Username: a.Username}, nil
}
