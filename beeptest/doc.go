// Package beeptest runs a whole Beep in a test's process, with a small language
// in which tests read like a specification:
//
//	w := beeptest.New(t)
//	ada, bob := w.Person("ada"), w.Person("bob")
//	home := ada.CreatesServer("Home", chat.Public)
//	bob.Joins(home)
//	hello := ada.Sends(home.General, "hello")
//	bob.Sees(hello)
//	bob.IsRefused(chat.Forbidden, "message.delete", map[string]any{…})
//
// Everything goes over real sockets to a real node; nothing is faked but, where
// a test asks for it, the faults. It is imported by tests only.
package beeptest
