package subjects

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"beep/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// someKeys are entities of each kind, small and as large as a snowflake gets.
func someKeys() []chat.Key {
	const largest = 1<<63 - 1
	return []chat.Key{
		chat.ServerKey(1), chat.ChannelKey(1, 2), chat.UserKey(3),
		chat.ServerKey(largest), chat.ChannelKey(largest, largest-1), chat.UserKey(largest),
		chat.ChannelKey(7, 7),
	}
}

func TestALogSubjectLeadsBackToItsEntity(t *testing.T) {
	t.Parallel()
	for _, k := range someKeys() {
		if got, ok := ParseLog(Log(k)); !ok || got != k {
			t.Errorf("ParseLog(%q) = %v, %t, want %v", Log(k), got, ok, k)
		}
	}
}

func TestALogSubjectInAnotherShardIsRefused(t *testing.T) {
	t.Parallel()
	k := chat.ChannelKey(1, 2)
	rest := strings.SplitN(Log(k), ".", 3)[2]
	for shard := range chat.Shards {
		s := "ev." + hexDigits[shard:shard+1] + "." + rest
		if _, ok := ParseLog(s); ok != (shard == k.Shard()) {
			t.Errorf("ParseLog(%q) accepted: %t; the shard of %v is %d", s, ok, k, k.Shard())
		}
	}
}

func TestALiveSubjectTellsKindAndEntity(t *testing.T) {
	t.Parallel()
	for _, k := range someKeys() {
		if kind, got, ok := ParseLive(Live(k)); !ok || kind != LiveCommit || got != k {
			t.Errorf("ParseLive(%q) = %c, %v, %t", Live(k), kind, got, ok)
		}
	}
	typing := Typing(5, 6)
	if kind, got, ok := ParseLive(typing); !ok || kind != LiveTyping || got != chat.ChannelKey(5, 6) {
		t.Errorf("ParseLive(%q) = %c, %v, %t", typing, kind, got, ok)
	}
	presence := Presence(5)
	if kind, got, ok := ParseLive(presence); !ok || kind != LivePresence || got != chat.ServerKey(5) {
		t.Errorf("ParseLive(%q) = %c, %v, %t", presence, kind, got, ok)
	}
}

func TestRepublishingALogSubjectGivesItsLiveSubject(t *testing.T) {
	t.Parallel()
	for _, k := range someKeys() {
		tokens := strings.Split(Log(k), ".")
		got := strings.NewReplacer("{{wildcard(2)}}", tokens[2], "{{wildcard(3)}}", tokens[3]).Replace(RepublishTarget)
		if got != Live(k) {
			t.Errorf("%q is republished on %q, heard on %q", Log(k), got, Live(k))
		}
	}
}

func TestFiltersMatchWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	for _, k := range someKeys() {
		for shard := range chat.Shards {
			mine := shard == k.Shard()
			if matches(StreamFilter(shard), Log(k)) != mine {
				t.Errorf("filter %q and %q: matching must be %t", StreamFilter(shard), Log(k), mine)
			}
			if matches(TenantLogs(shard, k.Tenant), Log(k)) != mine {
				t.Errorf("filter %q and %q: matching must be %t", TenantLogs(shard, k.Tenant), Log(k), mine)
			}
			if matches(TenantLogs(shard, k.Tenant-1), Log(k)) {
				t.Errorf("filter %q matches %q of another tenant", TenantLogs(shard, k.Tenant-1), Log(k))
			}
		}
		if !matches(RepublishSource, Log(k)) || !matches(LiveTenant(k.Tenant), Live(k)) {
			t.Errorf("%v is not republished or not heard by its tenant", k)
		}
	}
	if !matches(LiveTenant(5), Typing(5, 6)) || !matches(LiveTenant(5), Presence(5)) || !matches(DeadFilter, Dead(15)) {
		t.Error("typing, presence or dead letters miss their filter")
	}
}

// matches is NATS's matching, for filters with * alone.
func matches(filter, subject string) bool {
	f, s := strings.Split(filter, "."), strings.Split(subject, ".")
	if len(f) != len(s) {
		return false
	}
	for i := range f {
		if f[i] != "*" && f[i] != s[i] {
			return false
		}
	}
	return true
}

func TestTheSubjectOfAKeyLeadsBackToItsTenant(t *testing.T) {
	t.Parallel()
	for _, tenantID := range []uint64{1, 11, 1<<63 - 1} {
		if got, ok := ParseTenantKey(TenantKey(tenantID)); !ok || got != tenantID {
			t.Errorf("ParseTenantKey(%q) = %d, %t", TenantKey(tenantID), got, ok)
		}
		if !matches(KeyFilter, TenantKey(tenantID)) {
			t.Errorf("%q misses its stream", TenantKey(tenantID))
		}
	}
	for _, s := range []string{"", "key", "key.", "key.0", "key.01", "key.-1", "key.1.2", "key.*", "ev.1", "key.9223372036854775808"} {
		if got, ok := ParseTenantKey(s); ok {
			t.Errorf("ParseTenantKey(%q) = %d", s, got)
		}
	}
}

func TestWhatIsNoSubjectOfBeepsIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", ".", "ev", "ev.0", "ev...", "ev.0.1.", "ev.0.1.g", "ev.g.1.g1", "ev.0.1.g1.x", "xx.0.1.g1", "ev.00.1.g1",
		"ev.0.0.g0", "ev.0.01.g01", "ev.0.-1.g-1", "ev.0.+1.g+1", "ev.0.*.*", "ev.0.1.x1", "ev.0.1.g2", "ev.0.9223372036854775808.g9223372036854775808",
	} {
		if k, ok := ParseLog(s); ok {
			t.Errorf("ParseLog(%q) gives %v", s, k)
		}
	}
	for _, s := range []string{
		"", "live", "live.", "live.1", "live.1.", "live.1.g", "live.1.g2", "live.1.t", "live.1.t0", "live.1.pp", "live.1.p1", "live.0.p", "live.1.g1.x",
		"live.x.c1", "live.1.*", "ev.1.g1", "live.1.c-2",
	} {
		if kind, k, ok := ParseLive(s); ok {
			t.Errorf("ParseLive(%q) gives %c %v", s, kind, k)
		}
	}
}
