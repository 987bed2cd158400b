package scenarios_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"beep/beeptest"
	"beep/chat"
)

const v1 = "/api/v1"

// If-Match keeps one editor from undoing another; If-None-Match saves a reading.
func TestRESTKeepsEditorsApart(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada := w.Person("ada")
	home := ada.CreatesServer("Home", chat.Public)
	role := ada.MakesRole(home, "baker", []string{})
	for _, c := range []struct{ path, name string }{
		{v1 + "/servers/" + home.ID.String(), "House"},
		{v1 + "/channels/" + home.General.String(), "kitchen"},
		{v1 + "/servers/" + home.ID.String() + "/roles/" + role.String(), "cook"},
	} {
		seen := ada.Rest(http.MethodGet, c.path, nil)
		tag := seen.Header.Get("ETag")
		if seen.Status != http.StatusOK || tag == "" {
			t.Fatalf("%s: %d, ETag %q", c.path, seen.Status, tag)
		}
		if got := ada.Rest(http.MethodGet, c.path, nil, "If-None-Match", tag); got.Status != http.StatusNotModified || len(got.Body) != 0 {
			t.Errorf("%s unchanged: %d %s", c.path, got.Status, got.Body)
		}
		if got := ada.Rest(http.MethodPatch, c.path, args{"name": c.name}, "If-Match", tag); got.Status/100 != 2 {
			t.Errorf("%s, first editor: %d %s", c.path, got.Status, got.Body)
		}
		second := ada.Rest(http.MethodPatch, c.path, args{"name": "late"}, "If-Match", tag)
		if second.Status != http.StatusPreconditionFailed || second.Kind() != "stale" || !isProblem(second) {
			t.Errorf("%s, second editor: %d %s", c.path, second.Status, second.Body)
		}
	}
}

func isProblem(a beeptest.Answer) bool {
	return strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json")
}

// A POST that is repeated with its Idempotency-Key happens once, also when it is
// repeated at once, and after a restart.
func TestRESTRepeatsHappenOnce(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada := w.Person("ada")
	home := ada.CreatesServer("Home", chat.Public)
	path := v1 + "/servers/" + home.ID.String() + "/channels"
	create := func() beeptest.Answer {
		return ada.Rest(http.MethodPost, path, args{"name": "kitchen"}, "Idempotency-Key", "once-1")
	}
	first := create()
	if first.Status != http.StatusCreated {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	w.Restarts()
	again := create()
	if again.Status != first.Status || string(again.Body) != string(first.Body) || again.Header.Get("Idempotent-Replay") != "true" {
		t.Errorf("the repeat is %d %s", again.Status, again.Body)
	}
	other := ada.Rest(http.MethodPost, path, args{"name": "cellar"}, "Idempotency-Key", "once-1")
	if other.Status != http.StatusUnprocessableEntity {
		t.Errorf("the same key for something else: %d %s", other.Status, other.Body)
	}
	acts := []func() error{}
	for range 8 {
		acts = append(acts, func() error {
			a := ada.Rest(http.MethodPost, path, args{"name": "attic"}, "Idempotency-Key", "once-2")
			if a.Status != http.StatusCreated && a.Status != http.StatusConflict {
				return fmt.Errorf("%d %s", a.Status, a.Body)
			}
			return nil
		})
	}
	for _, err := range beeptest.AtOnce(acts...) {
		if err != nil {
			t.Error(err)
		}
	}
	names := map[string]int{}
	s, _ := w.Another(ada).Client().State().Server(home.ID)
	for _, c := range s.Channels {
		names[c.Name]++
	}
	if names["kitchen"] != 1 || names["attic"] != 1 || names["cellar"] != 0 {
		t.Errorf("the channels are %v", names)
	}
}

// Every answer says how much may still be asked; who asks too much is told to wait.
func TestRESTSaysHowMuchMayBeAsked(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada := w.Person("ada")
	first := ada.Rest(http.MethodGet, v1+"/me/friends", nil)
	limit, err := strconv.Atoi(first.Header.Get("RateLimit-Limit"))
	if err != nil || limit < 1 || first.Header.Get("RateLimit-Remaining") == "" || first.Header.Get("RateLimit-Reset") == "" {
		t.Fatalf("the headers are %v", first.Header)
	}
	for range 20 * limit {
		a := ada.Rest(http.MethodGet, v1+"/me/friends", nil)
		if a.Status == http.StatusOK {
			continue
		}
		if a.Status != http.StatusTooManyRequests || a.Kind() != "rate_limited" || a.Header.Get("Retry-After") == "" || !isProblem(a) {
			t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
		}
		return
	}
	// Any machine that answers some 53 in a second is beyond the allowance by now.
	t.Errorf("%d requests in a row were all answered", 20*limit)
}

// Lists are read in pages by the key of their last entry, with a link to the next.
func TestRESTListsAreReadInPages(t *testing.T) {
	t.Parallel()
	w := beeptest.New(t)
	ada := w.Person("ada")
	home := ada.CreatesServer("Home", chat.Public)
	for _, n := range []string{"bob", "cy", "dan", "eve"} {
		w.Person(n).Joins(home)
	}
	seen := map[string]bool{}
	next := v1 + "/servers/" + home.ID.String() + "/members?limit=2"
	pages := 0
	for ; next != "" && pages < 10; pages++ {
		a := ada.Rest(http.MethodGet, next, nil)
		var out struct{ Members []struct{ Username string } }
		if err := json.Unmarshal(a.Body, &out); err != nil || a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		for _, m := range out.Members {
			seen[m.Username] = true
		}
		next = ""
		if link := a.Header.Get("Link"); strings.Contains(link, `rel="next"`) {
			next = strings.TrimSuffix(strings.TrimPrefix(strings.Split(link, ";")[0], "<"), ">")
			next = strings.TrimPrefix(next, w.URL())
		}
	}
	if len(seen) != 5 || pages < 3 {
		t.Errorf("%d pages showed %v", pages, seen)
	}
}
