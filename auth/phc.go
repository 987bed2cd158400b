package auth

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
)

// params are what a hash costs. Memory is in KiB.
type params struct {
	memory, time, threads uint32
}

// currentParams are the second of the choices for interactive sign-in that
// OWASP derives from RFC 9106: 19 MiB, two passes, one lane. About 25 ms of one
// core. Raise them here: hashes of old ones are replaced as people sign in.
var currentParams = params{memory: 19 << 10, time: 2, threads: 1}

// phcHash is a stored password hash:
//
//	$argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>
//
// with salt and key in unpadded base64 (the PHC string format).
type phcHash struct {
	params
	salt, key []byte
}

// Bounds of what is read from the database: a damaged or planted hash must not
// be able to take all memory or a minute of CPU.
const (
	maxHashMemory  = 256 << 10 // KiB
	maxHashTime    = 16
	maxHashThreads = 16
	minSaltBytes   = 8
	maxSaltBytes   = 64
	minKeyBytes    = 16
	maxKeyBytes    = 64
	maxPHC         = 256
)

const phcPrefix = "$argon2id$v=19$"

var errPHC = errors.New("not an argon2id hash")

func (h phcHash) String() string {
	enc := base64.RawStdEncoding
	return phcPrefix + "m=" + strconv.FormatUint(uint64(h.memory), 10) +
		",t=" + strconv.FormatUint(uint64(h.time), 10) +
		",p=" + strconv.FormatUint(uint64(h.threads), 10) +
		"$" + enc.EncodeToString(h.salt) + "$" + enc.EncodeToString(h.key)
}

// parsePHC is the inverse of String and takes nothing that String does not write.
func parsePHC(s string) (phcHash, error) {
	if len(s) > maxPHC || !strings.HasPrefix(s, phcPrefix) {
		return phcHash{}, errPHC
	}
	parts := strings.Split(s[len(phcPrefix):], "$")
	if len(parts) != 3 {
		return phcHash{}, errPHC
	}
	costs := strings.Split(parts[0], ",")
	if len(costs) != 3 {
		return phcHash{}, errPHC
	}
	var h phcHash
	var err1, err2, err3, err4, err5 error
	h.memory, err1 = parseCost(costs[0], "m=", maxHashMemory)
	h.time, err2 = parseCost(costs[1], "t=", maxHashTime)
	h.threads, err3 = parseCost(costs[2], "p=", maxHashThreads)
	h.salt, err4 = parseBytes(parts[1], minSaltBytes, maxSaltBytes)
	h.key, err5 = parseBytes(parts[2], minKeyBytes, maxKeyBytes)
	if errors.Join(err1, err2, err3, err4, err5) != nil {
		return phcHash{}, errPHC
	}
	return h, nil
}

func parseCost(s, prefix string, limit uint64) (uint32, error) {
	digits, ok := strings.CutPrefix(s, prefix)
	n, err := strconv.ParseUint(digits, 10, 32)
	if !ok || err != nil || n == 0 || n > limit || digits[0] == '0' || digits[0] == '+' {
		return 0, errPHC
	}
	return uint32(n), nil
}

func parseBytes(s string, shortest, longest int) ([]byte, error) {
	b, err := base64.RawStdEncoding.Strict().DecodeString(s)
	// Decoding skips line breaks, which String never writes.
	if err != nil || len(b) < shortest || len(b) > longest || strings.ContainsAny(s, "\r\n") {
		return nil, errPHC
	}
	return b, nil
}
