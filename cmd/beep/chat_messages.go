package main

import (
	"context"
	"strconv"
	"strings"
)

func (s *session) cmdReply(arg string) {
	at, text, ok := s.messageArg(arg)
	switch {
	case !ok || text == "":
		s.warn("/reply N TEXT, N as the messages are numbered")
	case at.channel != s.channel:
		s.warn("this message is in another channel")
	default:
		s.send(text, at.id)
	}
}

func (s *session) cmdEdit(arg string) {
	at, text, ok := s.messageArg(arg)
	if !ok || text == "" {
		s.warn("/edit N TEXT, N as the messages are numbered")
		return
	}
	s.do(func(ctx context.Context) func() {
		if err := s.c.Edit(ctx, at.channel, at.id, text); err != nil {
			return s.failed(err)
		}
		return nil // its own event shows it
	})
}

func (s *session) cmdDelete(arg string) {
	at, rest, ok := s.messageArg(arg)
	if !ok || rest != "" {
		s.warn("/delete N, N as the messages are numbered")
		return
	}
	s.do(func(ctx context.Context) func() {
		if err := s.c.Delete(ctx, at.channel, at.id); err != nil {
			return s.failed(err)
		}
		return nil // its own event tells of it
	})
}

// messageArg reads "N TEXT".
func (s *session) messageArg(arg string) (at messageAt, text string, ok bool) {
	number, text, _ := strings.Cut(arg, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return messageAt{}, "", false
	}
	at, ok = s.shown[n]
	return at, strings.TrimSpace(text), ok
}
