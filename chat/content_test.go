package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"beep/chat"
)

func TestMentionsAreReadOutsideOfCodeOnly(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"hi <@12>, <@&34> and <@12> again":    "[12] [34] false",
		"@everyone":                           "[] [] true",
		"now, @everyone!":                     "[] [] true",
		"@everyones":                          "[] [] false",
		"mail@everyone.org":                   "[] [] false",
		"é@everyone":                          "[] [] false",
		"`<@12>` <@13>":                       "[13] [] false",
		"``<@12> ` <@13>`` <@14>":             "[14] [] false",
		"`<@12>":                              "[12] [] false",
		"```\n<@12>\n``` <@13>\n```\n<@14>":   "[14] [] false",
		"```go\n<@12> @everyone":              "[] [] false",
		"~~~\n<@12>\n~~~~\n<@13>":             "[13] [] false",
		"text\n  ```\n<@12>\n  ```\n<@13>":    "[13] [] false",
		"```<@12>``` <@13>":                   "[13] [] false",
		`\<@12> \@everyone \\<@13>`:           "[13] [] false",
		"<@0> <@012> <@+1> <@> <@&> <@&x>":    "[] [] false",
		"<@99999999999999999999> <@12":        "[] [] false",
		"<<@12>> <@<@13>>":                    "[12 13] [] false",
		"<@9223372036854775807>":              "[9223372036854775807] [] false",
		"<@&9223372036854775807>":             "[] [9223372036854775807] false",
		"<@12>@everyone":                      "[12] [] true",
		strings.Repeat("<@12> ", 200) + "end": "[12] [] false",
	} {
		m, err := chat.ParseMentions("test", content)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(m.Users, m.Roles, m.Everyone); got != want {
			t.Errorf("%q mentions %s, want %s", content, got, want)
		}
	}
}

// many is a content that mentions n users, or roles.
func many(form string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, form, i+1)
	}
	return b.String()
}

func TestTooManyMentionsAreRefused(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"<@%d>", "<@&%d>"} {
		if _, err := chat.ParseMentions("test", many(form, chat.MaxMentions)); err != nil {
			t.Fatal(err)
		}
		if _, err := chat.ParseMentions("test", many(form, chat.MaxMentions+1)); !chat.Is(err, chat.TooLarge) {
			t.Fatal(err)
		}
	}
}

func FuzzParseMentions(f *testing.F) {
	for _, s := range []string{"<@12> @everyone <@&3>", "`<@1>`", "```\n<@1>\n```", "\\<@1>", "<@", "~~~", "``` ` `` <@1>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := chat.ParseMentions("test", s)
		if err != nil {
			if !chat.Is(err, chat.TooLarge) || !m.Empty() {
				t.Fatal(err)
			}
			return
		}
		for _, u := range m.Users {
			if !strings.Contains(s, "<@"+u.String()+">") {
				t.Fatalf("%q does not name user %s", s, u)
			}
		}
		for _, r := range m.Roles {
			if !strings.Contains(s, "<@&"+r.String()+">") {
				t.Fatalf("%q does not name role %s", s, r)
			}
		}
		if slices.Sort(m.Users); len(slices.Compact(m.Users)) != len(m.Users) {
			t.Fatalf("%q mentions somebody twice", s)
		}
		// A block of code hides everything.
		hidden, err := chat.ParseMentions("test", "~~~\n"+strings.ReplaceAll(s, "~", "-"))
		if err != nil || !hidden.Empty() {
			t.Fatalf("%q is in code: %+v %v", s, hidden, err)
		}
	})
}

func TestAnEmojiIsOnePictureInOneSpelling(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"👍": "👍", "😀": "😀", "👍🏽": "👍🏽", "🇫🇷": "🇫🇷", "🫠": "🫠", "🪿": "🪿",
		"\u2764": "\u2764\ufe0f", "\u2764\ufe0f": "\u2764\ufe0f", "👍\ufe0f": "👍",
		"1\u20e3": "1\ufe0f\u20e3", "#\ufe0f\u20e3": "#\ufe0f\u20e3",
		"\u261d\ufe0f\U0001F3FD":                                        "\u261d\U0001F3FD",
		"👨\u200d👩\u200d👧\u200d👦":                                        "👨\u200d👩\u200d👧\u200d👦",
		"\U0001F3F3\u200d🌈":                                             "\U0001F3F3\ufe0f\u200d🌈",
		"\U0001F469\U0001F3FE\u200d\u2764\u200d\U0001F468":              "\U0001F469\U0001F3FE\u200d\u2764\ufe0f\u200d\U0001F468",
		"🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F": "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
	} {
		got, err := chat.ParseEmoji("test", in)
		if err != nil || got != want {
			t.Errorf("%q is spelt %q, want %q (%v)", in, got, want, err)
		}
		if again, err := chat.ParseEmoji("test", got); err != nil || again != got {
			t.Errorf("%q is spelt %q the second time (%v)", got, again, err)
		}
	}
}

func TestWhatIsNoEmojiIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "a", "1", "#", "ok", " ", "\n", "👍👍", "👍a", "a👍", "é", "漢", "\u200d", "\ufe0f", "👍\u200d", "\u200d👍",
		"🇫", "🇫🇷🇫", "\U0001F3FD", "🌍\U0001F3FD", "👍\U0001F3FD\U0001F3FD", "1\ufe0f", "a\u20e3", "\u202e👍", "👍\u202e", "\u2066",
		"👍\ufe0e", "\u2764\ufe0f\ufe0f", "\xff", "👍\xff", "🏴\U000E0067", "🏴\U000E007F", "🏴\U000E0020\U000E007F",
		"👨\u200d👩\u200d👧\u200d👦\u200d👦", "\x00", "<:x:1>", strings.Repeat("👍", 30),
	} {
		if got, err := chat.ParseEmoji("test", s); !chat.Is(err, chat.Invalid) {
			t.Errorf("%q was taken as %q", s, got)
		}
	}
}

func FuzzParseEmoji(f *testing.F) {
	for _, s := range []string{"👍", "\u2764", "1\u20e3", "🇫🇷", "👨\u200d👩", "a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := chat.ParseEmoji("test", s)
		if err != nil {
			return
		}
		if again, err := chat.ParseEmoji("test", e); err != nil && len(e) <= chat.MaxEmojiBytes || err == nil && again != e {
			t.Fatalf("%q is spelt %q, then %q (%v)", s, e, again, err)
		}
		if !utf8.ValidString(e) || strings.ContainsFunc(e, func(r rune) bool { return r < ' ' || r >= 'A' && r <= 'z' }) {
			t.Fatalf("%q was taken as %q", s, e)
		}
	})
}
