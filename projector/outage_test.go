package projector_test

import (
	"testing"
	"time"

	"beep/beeptest/postgres"
	"beep/chat"
)

func TestPostgresStoppedForAWhileIsCaughtUpCompletely(t *testing.T) {
	t.Parallel()
	c := postgres.New(t)
	w := setupOn(t, c.Database(t))
	p, _ := w.run(w.store)
	const rooms = 20
	send := func() {
		for i := range chat.ChannelID(rooms) {
			w.send(room+i, 50)
		}
	}
	send()
	w.wait(p)
	send() // some of it is under way when the server stops
	c.Stop(t)
	send() // the log takes it all the same

	begun := time.Now()
	_, err := w.store.AccountByLogin(w.ctx, "ann")
	if !chat.Is(err, chat.Unavailable) {
		t.Errorf("error without Postgres is %v, want unavailable", err)
	}
	if d := time.Since(begun); d > 4*time.Second {
		t.Errorf("saying so took %v", d)
	}
	c.Start(t)
	w.wait(p)
	for i := range chat.ChannelID(rooms) {
		w.dense(room+i, 150)
	}
	if _, err := w.store.AccountByLogin(w.ctx, "ann"); !chat.Is(err, chat.NotFound) {
		t.Errorf("error with Postgres back is %v, want not found", err)
	}
	if n := len(w.deadLetters()); n != 0 {
		t.Errorf("there are %d dead letters", n)
	}
	w.cursorsAtEnd()
}
