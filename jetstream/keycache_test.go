package jetstream

import (
	"testing"

	"beep/wire"
)

func TestWhatIsKnownOfAKeyIsNotUndone(t *testing.T) {
	t.Parallel()
	k := newKeyCache()
	sealed := tenantKey{state: keySealed, cipher: wire.NewCipher([wire.KeyBytes]byte{1})}
	k.learnPlain(1)
	if k.get(1).state != keyNone || k.get(2).state != keyUnknown {
		t.Error("a tenant with plain records is not remembered, or another one is")
	}
	if k.learn(1, sealed); k.get(1).state != keySealed {
		t.Error("a key that was made does not count")
	}
	if k.learnPlain(1); k.get(1).state != keySealed {
		t.Error("a plain record undoes a key")
	}
	k.learn(1, tenantKey{state: keyErased})
	if got := k.learn(1, sealed); got.state != keyErased || got.cipher != nil || k.get(1).state != keyErased {
		t.Error("an answer that came late brings an erased key back")
	}
	k.learnPlain(3)
	if k.forgetPlain(3); k.get(3).state != keyUnknown {
		t.Error("a tenant is believed to be plain after a key was made elsewhere")
	}
}

func TestKeysAreRememberedWithinBounds(t *testing.T) {
	t.Parallel()
	k := newKeyCache()
	for tenant := range uint64(maxCiphers + 2) {
		k.learn(tenant+1, tenantKey{state: keyErased})
		k.get(1) // always used last but one
	}
	if len(k.known) != maxCiphers || k.recent.Len() != maxCiphers {
		t.Errorf("%d keys are remembered, at most %d may be", len(k.known), maxCiphers)
	}
	if k.get(1).state == keyUnknown || k.get(2).state != keyUnknown {
		t.Error("what was used last is forgotten first")
	}
	for tenant := range uint64(maxPlainTenants + 1) {
		k.learnPlain(1<<40 + tenant)
	}
	if len(k.plain) > maxPlainTenants {
		t.Errorf("%d plain tenants are remembered, at most %d may be", len(k.plain), maxPlainTenants)
	}
}

func BenchmarkARememberedKey(b *testing.B) {
	k := newKeyCache()
	k.learnPlain(7)
	k.learn(8, tenantKey{state: keyErased})
	for name, tenant := range map[string]uint64{"plain": 7, "known": 8} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k.get(tenant)
			}
		})
	}
}
