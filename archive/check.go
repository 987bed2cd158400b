package archive

import (
	"io"

	"beep/chat"
	"beep/wire"
)

// Content is what a file was found to hold.
type Content struct {
	Header  Header
	Trailer Trailer
	// Server is the state that the server's log leads to.
	Server *chat.Server
	// Usernames are all who ever were members.
	Usernames map[chat.UserID]string
	// Channels are all that the server ever had, in the order of creation, those
	// that are deleted included. Nobody else's may be among them where it is brought.
	Channels []chat.ChannelID
}

// Check reads a file to its end. An error of kind Invalid says what is wrong.
func Check(r io.Reader) (*Content, error) {
	x, err := newReader(r)
	if err != nil {
		return nil, err
	}
	c := &checker{
		Content: Content{Header: x.header, Server: chat.NewServer(), Usernames: map[chat.UserID]string{}},
		created: map[chat.ChannelID]bool{},
	}
	for {
		key, rec, ok, err := x.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if err := c.record(key, rec); err != nil {
			return nil, err
		}
	}
	if err := c.whole(); err != nil {
		return nil, err
	}
	c.Trailer = *x.end
	return &c.Content, nil
}

// checker folds the records as actors will, so that nothing gets into a log that
// they could not live with.
type checker struct {
	Content
	key     chat.Key
	channel *chat.Timeline
	created map[chat.ChannelID]bool
}

// whole checks that the server's log leads to a server that can be brought here.
func (c *checker) whole() error {
	st := c.Server
	if !st.Exists() || st.Kind != chat.ServerOfMembers || st.ID != c.Header.ServerID {
		return invalid("the records do not lead to the server that the first line names")
	}
	return nil
}

func (c *checker) record(key chat.Key, r wire.Record) (err error) {
	defer func() {
		if recover() != nil {
			err = invalid("record %d of log %s makes no sense", r.Number, logName(key))
		}
	}()
	rec, err := wire.DecodeEvent(&r)
	if err != nil {
		return invalid("record %d of log %s cannot be read", r.Number, logName(key))
	}
	if key.Kind == chat.KindServer {
		return c.ofServer(rec)
	}
	if key != c.key {
		if err := c.whole(); err != nil {
			return err
		}
		id := chat.ChannelID(key.ID)
		if _, ok := c.Server.Channel(id); !ok {
			return invalid("log %s is of no channel of the server", logName(key))
		}
		c.key, c.channel = key, chat.NewTimeline(id)
	}
	if m, ok := rec.Event.(*chat.MessageSent); ok && uint64(m.ChannelID) != key.ID {
		return invalid("record %d of log %s is a message of another channel", rec.Number, logName(key))
	}
	c.channel.Apply(rec)
	return nil
}

func (c *checker) ofServer(rec chat.Record) error {
	id := c.Header.ServerID
	switch e := rec.Event.(type) {
	case *chat.ServerCreated:
		if rec.Number != 1 || e.ID != id {
			return invalid("record %d creates another server", rec.Number)
		}
	case *chat.MemberJoined:
		c.Usernames[e.UserID] = e.Username
	}
	if err := c.channels(rec); err != nil {
		return err
	}
	c.Server.Apply(rec)
	return nil
}
