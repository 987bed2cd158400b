package bench

import (
	"bytes"
	"testing"
	"time"

	"beep/chat"
	"beep/client"
	"beep/wire"
)

// joined is a member that stands at 10 in channel 2 of server 1.
func joined() *member {
	m := &member{stats: &memberStats{clock: clock{time.Now()}}}
	m.stats.window.set(0, 1<<62)
	m.onControl(&client.Frame{Op: wire.OpReady, Self: &client.Self{User: client.User{ID: 3}, Number: 4}})
	m.onControl(&client.Frame{Op: wire.OpServer, Server: &client.Server{
		ID: 1, Number: 6, Channels: []client.Channel{{Channel: chat.Channel{ID: 2}, Number: 10}},
	}})
	return m
}

func hear(m *member, numbers ...uint64) {
	for _, n := range numbers {
		m.onEvent(event(chat.ChannelKey(1, 2), n, string(appendContent(nil, mark{0, n, 1}, 60))))
	}
}

func TestAMemberFindsNothingWrongWithDenseNumbers(t *testing.T) {
	t.Parallel()
	m := joined()
	hear(m, 11, 12, 13)
	m.onEvent(event(chat.ServerKey(1), 7, ""))
	m.onEvent(event(chat.UserKey(3), 5, ""))
	if m.missed.Load()+m.duplicated.Load() != 0 || m.behind(2, 13) != 0 || m.stats.latencies.summary().count != 3 {
		t.Errorf("missed %d, duplicated %d, behind %d", m.missed.Load(), m.duplicated.Load(), m.behind(2, 13))
	}
	p := m.positions()
	if p.User != 5 || p.Servers[1] != 7 || p.Channels[2] != 13 {
		t.Errorf("positions %+v", p)
	}
}

func TestAMemberSeesWhatIsMissingAndWhatComesTwice(t *testing.T) {
	t.Parallel()
	m := joined()
	hear(m, 11, 14, 14, 12)
	if m.missed.Load() != 2 || m.duplicated.Load() != 2 {
		t.Errorf("missed %d, want 2; duplicated %d, want 2", m.missed.Load(), m.duplicated.Load())
	}
	if got := m.behind(2, 20); got != 6 {
		t.Errorf("behind by %d, want 6", got)
	}
	if got := m.behind(99, 5); got != 5 {
		t.Errorf("a channel never heard of is behind by %d, want 5", got)
	}
	m.onControl(&client.Frame{Op: wire.OpResync})
	if m.resyncs.Load() != 1 {
		t.Error("the resync is not counted")
	}
}

func TestAMemberGoesBackToItsPositions(t *testing.T) {
	t.Parallel()
	m := joined()
	at := m.positions()
	hear(m, 11, 12)
	m.rewind(at)
	hear(m, 11, 12)
	if m.duplicated.Load() != 0 || m.missed.Load() != 0 {
		t.Errorf("duplicated %d, missed %d after going back", m.duplicated.Load(), m.missed.Load())
	}
}

func TestOnlyMessagesDueInTheWindowAreTimed(t *testing.T) {
	t.Parallel()
	m := joined()
	m.stats.window.set(100, 200)
	for i, at := range []int64{99, 100, 199, 200} {
		m.onEvent(event(chat.ChannelKey(1, 2), 11+uint64(i), string(appendContent(nil, mark{0, 1, at}, 60))))
	}
	hear(m, 15)
	m.onEvent(event(chat.ChannelKey(1, 2), 16, "somebody else's"))
	join := event(chat.ChannelKey(1, 2), 17, "")
	m.onEvent(bytes.Replace(join, []byte(`"content":`), []byte(`"type":"user_joined","content":`), 1))
	if got := m.stats.latencies.summary().count; got != 2 {
		t.Errorf("%d are timed, want 2", got)
	}
	if m.stats.unmarked.Load() != 1 {
		t.Error("a foreign message is not counted")
	}
}
