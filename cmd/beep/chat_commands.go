package main

import (
	"context"
	"fmt"
	"strings"

	"beep/chat"
	"beep/client"
)

// command is one that begins with a slash.
type command struct {
	name, args, help string
	// run carries it out; false says that the arguments are not what it takes.
	run func(s *session, arg string) bool
}

// commandGroup is what /help shows together.
type commandGroup struct {
	title    string
	commands []command
}

// commandGroups is all that can be typed.
func commandGroups() []commandGroup {
	return []commandGroup{
		{"servers", serverCommands()},
		{"channels", channelCommands()},
		{"messages", append(messageCommands(), pollCommands()...)},
		{"friends", friendCommands()},
		{"people", peopleCommands()},
		{"rights", append(roleCommands(), overrideCommands()...)},
		{"notifications", notifyCommands()},
		{"", []command{
			{"help", "[GROUP|COMMAND]", "all commands, those of a group, or one", (*session).cmdHelp},
			{"quit", "", "the end", func(s *session, _ string) bool {
				s.leaving, s.typedLines = true, nil
				return true
			}},
		}},
	}
}

func findCommand(name string) (command, bool) {
	for _, g := range commandGroups() {
		for _, c := range g.commands {
			if c.name == name {
				return c, true
			}
		}
	}
	return command{}, false
}

// usage is how the command is typed.
func (c *command) usage() string { return strings.TrimSpace("/" + c.name + " " + c.args) }

// onLine carries out one line of input. Two slashes send text with one.
func (s *session) onLine(line string) {
	line = strings.TrimRight(line, " \r")
	if strings.TrimSpace(line) == "" {
		return
	}
	if text, escaped := strings.CutPrefix(line, "//"); escaped || !strings.HasPrefix(line, "/") {
		if escaped {
			line = "/" + text
		}
		s.send(line, client.SendOptions{})
		return
	}
	name, rest, _ := strings.Cut(line[1:], " ")
	cmd, ok := findCommand(name)
	if !ok {
		s.warn("there is no /" + clean(name) + "; /help lists the commands")
		return
	}
	if !cmd.run(s, strings.TrimSpace(rest)) {
		s.showUsage(name)
	}
}

// showUsage says how a command, and those that begin with it, are typed.
func (s *session) showUsage(name string) {
	for _, g := range commandGroups() {
		for _, c := range g.commands {
			if c.name == name || strings.HasPrefix(c.name, name+" ") {
				s.warn(c.usage() + "   " + c.help)
			}
		}
	}
}

// helpColumn is where the explanations of /help begin.
const helpColumn = 38

func (s *session) cmdHelp(arg string) bool {
	arg = strings.TrimPrefix(arg, "/")
	found := false // a group before a command: /friends is among the friends
	for _, g := range commandGroups() {
		if arg != "" && arg != g.title {
			continue
		}
		found = true
		if g.title != "" {
			s.scr.Print(s.scr.Colour(bold, g.title))
		}
		for i := range g.commands {
			s.helpLine(&g.commands[i])
		}
	}
	if cmd, ok := findCommand(arg); ok && !found {
		s.helpLine(&cmd)
		return true
	}
	if found && arg == "" {
		s.say("other text is sent to the channel you are in; // begins a message with a slash")
		s.say("N is a message: its number as shown, ^ for the newest, ^2 for the one before; names with spaces go in \"quotes\"")
	}
	return found
}

func (s *session) helpLine(c *command) {
	usage := c.usage()
	if len(usage) >= helpColumn {
		s.scr.Print("  " + usage)
		usage = ""
	}
	s.scr.Print(fmt.Sprintf("  %-*s%s", helpColumn, usage, s.scr.Colour(dim, c.help)))
}

// send sends text to the channel the session is in.
func (s *session) send(text string, opt client.SendOptions) {
	ch := s.channel
	if ch == 0 {
		s.warn("you are in no channel: /join a server or go to a /channel")
		return
	}
	server := s.server
	s.do(func(ctx context.Context) func() {
		sent, err := s.c.Send(ctx, ch, s.addressed(ctx, server, text), opt)
		return s.sentOrNot(ch, sent, err)
	})
}

// sentOrNot is what follows a send: its own event shows the message.
func (s *session) sentOrNot(ch chat.ChannelID, sent chat.Sent, err error) func() {
	if err != nil {
		return func() { s.warn("not sent: " + explain(err)) }
	}
	return func() {
		if at, ok := s.c.State().Channel(ch); ok {
			s.await(place{chat.ChannelKey(at.ServerID, ch), sent.Seq})
		}
	}
}
