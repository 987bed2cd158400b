// Package kill_test kills a real Beep with kill -9 under load, again and again,
// and checks that nothing acknowledged is lost, doubled or reordered.
package kill_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	kills   = 20
	talkers = 4
	lines   = 4 // unanswered sends per talker
)

// talk sends numbered messages, each until it is acknowledged, and notes them.
func talk(ctx context.Context, p *beeptest.Person, ch chat.ChannelID, line int, acked *sync.Map, t *testing.T) {
	for i := 0; ctx.Err() == nil; i++ {
		content := fmt.Sprintf("%s %d %d", p.Name, line, i)
		sent, err := p.Client().Send(ctx, ch, content, client.SendOptions{})
		if err != nil {
			if ctx.Err() == nil && !chat.Is(err, chat.Unavailable) {
				t.Errorf("%s: %v", content, err)
			}
			continue
		}
		acked.Store(content, sent)
	}
}

func TestKilledTwentyTimesUnderLoadNothingAcknowledgedIsLostDoubledOrReordered(t *testing.T) {
	t.Parallel()
	p := beeptest.NewProcess(t, beeptest.Build(t), "BEEP_LIMITS_WINDOW_EXEMPT=*")
	owner := p.Person("owner")
	home := owner.CreatesServer("Home", chat.Public)
	var acked sync.Map
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range talkers {
		who := p.Person(fmt.Sprint("talker", i))
		who.Joins(home)
		for line := range lines {
			wg.Add(1)
			go func() {
				defer wg.Done()
				talk(ctx, who, home.General, line, &acked, t)
			}()
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range kills {
		load := time.NewTimer(time.Duration(200+rnd.IntN(400)) * time.Millisecond)
		<-load.C // the load is the point: the kill comes in the middle of it
		p.Kill()
		p.Restart()
	}
	last := owner.Sends(home.General, "the last word")
	stop()
	wg.Wait()
	owner.Sees(last)
	report := p.Verifies()
	check(t, owner, home.General, &acked)
	t.Logf("%d kills: %d records, %d messages", kills, report.Records, report.Messages)
	p.Interrupt()
	p.Verifies() // also with nobody running
}

// check compares what was acknowledged with what one who listened all the time
// was told, and with the channel's history.
func check(t *testing.T, owner *beeptest.Person, ch chat.ChannelID, acked *sync.Map) {
	t.Helper()
	owner.SawEverythingOnce(ch)
	told := map[string]client.Message{}
	for _, e := range owner.Events() {
		if m, ok := e.(client.Message); ok {
			said := m.Message.Content
			if m.Message.Type != chat.PlainMessage { // says what has happened without words: once for everybody
				said = fmt.Sprint(m.Message.Type, " of ", m.Message.SenderID)
			}
			if first, twice := told[said]; twice {
				t.Errorf("%q was told as %d and as %d", said, first.Number, m.Number)
			}
			told[said] = m
		}
	}
	n := 0
	acked.Range(func(key, value any) bool {
		n++
		content, sent := key.(string), value.(chat.Sent)
		if m, ok := told[content]; !ok {
			t.Errorf("%q was acknowledged as %d and never told", content, sent.Seq)
		} else if m.Message.Seq != sent.Seq || m.Message.ID != sent.ID {
			t.Errorf("%q was acknowledged as %d and told as %d", content, sent.Seq, m.Message.Seq)
		}
		return true
	})
	if n < 100 {
		t.Errorf("only %d messages were acknowledged: no load", n)
	}
	t.Logf("%d acknowledged, %d told", n, len(told))
}
