package client

import (
	"bytes"
	"net"
)

// scripted is a connection whose peer says in and takes everything.
type scripted struct {
	net.Conn
	in *bytes.Reader
}

func (s *scripted) Read(b []byte) (int, error)  { return s.in.Read(b) }
func (s *scripted) Write(b []byte) (int, error) { return len(b), nil }
