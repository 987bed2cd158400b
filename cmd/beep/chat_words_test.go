package main

import (
	"slices"
	"testing"
	"time"

	"beep/chat"
	"beep/client"
)

func TestWordsAreSplitAtSpacesButNotInQuotes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"":                           nil,
		"  a  b ":                    {"a", "b"},
		`"Night watch" bob`:          {"Night watch", "bob"},
		`x"y z"w`:                    {"xy zw"},
		`"" b`:                       {"", "b"},
		`"never closed`:              {"never closed"},
		"tab\tand\u00a0narrow space": {"tab", "and", "narrow", "space"},
	} {
		if got := words(in); !slices.Equal(got, want) {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if first, rest := firstWord(`"bad man" too  loud`); first != "bad man" || rest != "too  loud" {
		t.Errorf("first %q, rest %q", first, rest)
	}
}

func TestALengthOfTimeHasAUnitOrTakesTheUsualOne(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "10m": 10 * time.Minute, "2h": 2 * time.Hour, "3d": 72 * time.Hour, "5": 5 * time.Hour, "0": 0,
	} {
		if got, ok := span(in, time.Hour); !ok || got != want {
			t.Errorf("%q is %s (%v), want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "m", "-1m", "1x", "1hm", "10001d", "1.5h", "bob"} {
		if got, ok := span(in, time.Hour); ok {
			t.Errorf("%q was taken as %s", in, got)
		}
	}
}

func TestNewestMessagesAreCountedInThisChannelAlone(t *testing.T) {
	t.Parallel()
	s := &session{channel: 1, lastShown: 5, shown: map[int]messageAt{
		1: {channel: 1, id: 11}, 2: {channel: 2, id: 21}, 3: {channel: 1, id: 12}, 5: {channel: 1, id: 12}, // 4 was deleted
	}}
	for arg, want := range map[string]chat.MessageID{"^": 12, "^1": 12, "^2": 11, "2": 21, "^3": 0, "^0": 0, "^x": 0, "4": 0, "x": 0, "": 0} {
		at, text, ok := s.messageArg(arg + " and more")
		if at.id != want || ok != (want != 0) || text != "and more" {
			t.Errorf("%q is message %d (%v) with %q, want %d", arg, at.id, ok, text, want)
		}
	}
}

func TestChannelsStandBelowWhatTheyBelongTo(t *testing.T) {
	t.Parallel()
	channel := func(id, parent chat.ChannelID, typ chat.ChannelType, name string) client.Channel {
		return client.Channel{Channel: chat.Channel{ID: id, ParentID: parent, Type: typ, Name: name, Position: int(id)}}
	}
	list, depth := tree([]client.Channel{
		channel(1, 0, chat.CategoryChannel, "Work"), channel(2, 1, chat.TextChannel, "plans"), channel(3, 0, chat.TextChannel, "general"),
		channel(4, 3, chat.ThreadChannel, "aside"), channel(5, 99, chat.TextChannel, "orphan"), channel(6, 2, chat.ThreadChannel, "deep"),
	})
	var got []string
	for i, ch := range list {
		got = append(got, itoa(depth[i])+channelName(ch.Channel))
	}
	if want := []string{"0#general", "1»aside", "0#orphan", "0Work:", "1#plans", "2»deep"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func TestEveryCommandHasOneNameAndSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, g := range commandGroups() {
		for _, c := range g.commands {
			if seen[c.name] || c.help == "" {
				t.Errorf("/%s stands twice, or has no help", c.name)
			}
			seen[c.name] = true
			if _, ok := findCommand(c.name); !ok {
				t.Errorf("/%s is not found", c.name)
			}
		}
	}
}
