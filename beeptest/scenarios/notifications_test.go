package scenarios_test

import (
	"testing"
	"time"

	"beep/beeptest"
	"beep/chat"
	"beep/client"
)

// notified counts the notifications of a kind in a channel that came so far.
func notified(p *beeptest.Person, kind string, ch chat.ChannelID) (n int) {
	for _, e := range p.Events() {
		if got, ok := e.(client.Notification); ok && got.Kind == kind && got.Channel == ch {
			n++
		}
	}
	return n
}

// NOT-1: mentions are loud, messages quiet and only where they are wanted.
func TestLevelsDecideWhatOneIsNotifiedOf(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t, beeptest.WithoutWindow())
	ada, bob := w.Person("ada"), w.Person("bob")
	home := ada.CreatesServer("Home", chat.Public)
	bob.Joins(home)
	role := ada.MakesRole(home, "bakers", []string{}, bob)
	second := ada.MakesChannel(home, "second", nil)
	bob.SeesChannel(second)
	mention := "<@" + bob.ID.String() + ">"

	plain := ada.Sends(home.General, "nobody in particular")
	loud := ada.Sends(home.General, "hello "+mention)
	if n := bob.IsNotified("mention", home.General); !n.Loud || n.Message != loud.ID || n.By != ada.ID || n.Number != loud.Seq {
		t.Errorf("notified with %+v", n)
	}
	bob.Sees(plain)
	if n := notified(bob, "message", home.General); n != 0 {
		t.Errorf("%d quiet notifications by default", n)
	}
	bob.Does("notification.set", args{"channel_id": second, "level": "all"})
	bob.Hears("notification_level_set", nil)
	// The channel's hub hears of a level by itself, a moment after the user.
	quiet := map[chat.MessageID]bool{}
	beeptest.Eventually(t, "all messages are notified of", func() bool {
		quiet[ada.Sends(second, "for those who want all").ID] = true
		return notified(bob, "message", second) > 0
	})
	if n := bob.IsNotified("message", second); n.Loud || !quiet[n.Message] {
		t.Errorf("notified with %+v", n)
	}
	ada.Sends(second, "@everyone and <@&"+role.String()+">")
	bob.IsNotified("mention", second)

	bob.Does("notification.set", args{"server_id": home.ID, "level": "nothing"})
	before := notified(bob, "mention", home.General)
	bob.Sees(ada.Sends(home.General, "again "+mention))
	bob.Sends(home.General, "a barrier")
	ada.Sends(second, mention) // the channel's own level stands above its server's
	beeptest.Eventually(t, "the channel's level holds", func() bool { return notified(bob, "mention", second) == 2 })
	if after := notified(bob, "mention", home.General); after != before {
		t.Errorf("%d notifications in spite of the level nothing", after-before)
	}

	bob.Does("notification.snooze", args{"until": time.Now().Add(time.Hour).UnixMilli()})
	bob.Hears("notifications_snoozed", nil)
	before = notified(bob, "mention", second)
	last := ada.Sends(second, mention)
	bob.Sees(last)
	bob.Does("notification.snooze", args{"until": 0})
	ada.Sends(second, mention)
	beeptest.Eventually(t, "snoozing has ended", func() bool { return notified(bob, "mention", second) > before })
	if after := notified(bob, "mention", second); after != before+1 {
		t.Errorf("%d notifications while snoozed", after-before-1)
	}
	bob.IsRefused(chat.Invalid, "notification.snooze", args{"until": 5})
	bob.IsRefused(chat.Invalid, "notification.set", args{"server_id": home.ID, "level": "shout"})
	if n := notified(ada, "mention", second); n != 0 {
		t.Errorf("ada was notified of what she did herself")
	}
}

// NOT-1: every message of a conversation notifies.
func TestAConversationNotifies(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	talk := ada.Befriends(bob)
	m := ada.Sends(talk.General, "hello")
	if n := bob.IsNotified("direct", talk.General); !n.Loud || n.Message != m.ID {
		t.Errorf("notified with %+v", n)
	}
}
