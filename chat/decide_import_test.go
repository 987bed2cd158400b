package chat_test

import (
	"testing"

	"beep/chat"
)

func TestAServerFromElsewhereGetsAnOwnerWhoLivesHere(t *testing.T) {
	t.Parallel()
	const server, there, here = 1, 10, 20
	st := chat.NewServer()
	cmds := []chat.Command{
		&chat.CreateServer{
			ID: server, Name: "Club", Visibility: chat.Private, Owner: there, OwnerName: "ada", FirstChannel: 2, FirstChanName: "general",
		},
		&chat.BanMember{By: there, User: here},
		&chat.AdoptServer{User: chat.Recipient{UserID: here, Username: "bob"}},
		&chat.AdoptServer{User: chat.Recipient{UserID: here, Username: "bob"}}, // a repeat of what is done
	}
	made := make([]int, len(cmds))
	for i, c := range cmds {
		d, err := st.Decide(c, 1)
		if err != nil {
			t.Fatalf("%s: %v", c.CommandName(), err)
		}
		made[i] = len(d.Events)
		for _, e := range d.Events {
			st.Apply(chat.Record{Number: st.Number + 1, Time: 1, Author: d.Author, Event: e})
		}
	}
	if _, member := st.Members[here]; !member || st.OwnerID != here || len(st.Bans) != 0 {
		t.Errorf("owner %d, members %v, bans %v", st.OwnerID, st.Members, st.Bans)
	}
	if _, member := st.Members[there]; !member {
		t.Error("the owner of there is not a member any more")
	}
	if made[2] != 3 || made[3] != 0 {
		t.Errorf("adopting made %d events and again %d, want 3 and 0", made[2], made[3])
	}
}

func TestOnlyAServerCanBeAdopted(t *testing.T) {
	t.Parallel()
	_, err := chat.NewServer().Decide(&chat.AdoptServer{User: chat.Recipient{UserID: 1, Username: "bob"}}, 1)
	if !chat.Is(err, chat.NotFound) {
		t.Errorf("adopting what is not there: %v", err)
	}
}
