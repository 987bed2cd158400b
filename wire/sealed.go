package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"beep/chat"
)

// A sealed commit is a commit under a key of its tenant: when the key is gone,
// so is what the commit holds, wherever copies of its bytes lie.
//
//	sealed  = header nonce(12) box crc(4)
//	header  = "X" version(1) epoch(8) uvarint(first) uvarint(count) crc(4)
//	box     = AES-256-GCM(key, nonce, commit, additional data: header)
//
// The header is that of the commit in the box, so that fences, heads and readers
// that look for a number need no key. The last crc is over nonce and box: damage
// is told from erasure without the key as well.
//
// Other things of a sealed tenant (snapshots, dead letters) go into a parcel:
//
//	parcel  = "Y" version(1) nonce(12) box crc(4)
const (
	sealedMagic = 'X'
	parcelMagic = 'Y'
	// SealedVersion stands in sealed commits and in parcels.
	SealedVersion = 1

	// KeyBytes and NonceBytes are the sizes of a key and of a nonce. A nonce is
	// drawn at random for each seal; with 96 bits a key serves 2^32 of them.
	KeyBytes   = 32
	NonceBytes = 12

	boxOverhead  = NonceBytes + 16 + crc32.Size
	parcelPrefix = 2
)

// ErrErased: the record's key was erased, by intent. It is not damage, and it
// stays so. ErrNoKey: the key is not there although nobody has erased it.
var (
	ErrErased = errors.New("erased with the key of its conversation")
	ErrNoKey  = errors.New("the key of its conversation is missing")
)

// Cipher seals and opens what belongs to one tenant. It may be used by many
// goroutines.
type Cipher struct{ aead cipher.AEAD }

// NewCipher makes the cipher of a key.
func NewCipher(key [KeyBytes]byte) *Cipher {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("wire: a key of 32 bytes is refused by AES: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("wire: AES is refused by GCM: " + err.Error())
	}
	return &Cipher{aead}
}

// SealedSize is how long a commit of n bytes is when sealed, at most.
func SealedSize(n int) int { return n + maxHeader + boxOverhead }

// maxHeader is the longest header of a commit.
const maxHeader = 2 + 8 + binary.MaxVarintLen64 + 2 + crc32.Size

// IsSealed reports whether data claims to be a sealed commit.
func IsSealed(data []byte) bool { return len(data) > 0 && data[0] == sealedMagic }

// Seal appends the sealed form of plain, an encoded commit, to dst. The nonce
// must never have been used with this key; wire draws none itself.
func (c *Cipher) Seal(dst []byte, nonce [NonceBytes]byte, plain []byte) ([]byte, error) {
	first, count, epoch, _, err := decodeHeader(plain)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	start := len(dst)
	dst = appendHeader(dst, sealedMagic, SealedVersion, epoch, first, count)
	return c.appendBox(dst, start, nonce, plain), nil
}

// Open appends the plain encoding of a sealed commit to dst. ErrCorrupt: it is
// damaged, or was sealed with another key.
func (c *Cipher) Open(dst, sealed []byte) ([]byte, error) {
	h, rest, err := sealedHeader(sealed)
	if err != nil {
		return nil, err
	}
	plain, err := c.openBox(dst, sealed[:len(sealed)-len(rest)], rest)
	if err != nil {
		return nil, err
	}
	inner, err := DecodeHead(plain[len(dst):])
	if err != nil || inner != h {
		return nil, fmt.Errorf("open sealed commit: it holds another one: %w", ErrCorrupt)
	}
	return plain, nil
}

// IsParcel reports whether data claims to be a parcel.
func IsParcel(data []byte) bool { return len(data) > 0 && data[0] == parcelMagic }

// SealParcel appends data as a parcel to dst; for the nonce see Seal.
func (c *Cipher) SealParcel(dst []byte, nonce [NonceBytes]byte, data []byte) []byte {
	start := len(dst)
	return c.appendBox(append(dst, parcelMagic, SealedVersion), start, nonce, data)
}

// OpenParcel appends what a parcel holds to dst; for the errors see Open.
func (c *Cipher) OpenParcel(dst, parcel []byte) ([]byte, error) {
	if len(parcel) < parcelPrefix+boxOverhead || parcel[0] != parcelMagic {
		return nil, fmt.Errorf("open parcel: %w", ErrCorrupt)
	}
	if parcel[1] != SealedVersion {
		return nil, fmt.Errorf("open parcel: %w", ErrUnknownVersion)
	}
	return c.openBox(dst, parcel[:parcelPrefix], parcel[parcelPrefix:])
}

// appendBox encrypts plain behind the header that begins at start.
func (c *Cipher) appendBox(dst []byte, start int, nonce [NonceBytes]byte, plain []byte) []byte {
	box := len(dst)
	header := dst[start:box:box]
	dst = append(dst, nonce[:]...)
	dst = c.aead.Seal(dst, nonce[:], plain, header)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[box:], castagnoli))
}

func (c *Cipher) openBox(dst, header, rest []byte) ([]byte, error) {
	box, err := checkBox(rest)
	if err != nil {
		return nil, err
	}
	plain, err := c.aead.Open(dst, box[:NonceBytes], box[NonceBytes:], header)
	if err != nil {
		return nil, fmt.Errorf("open sealed bytes: %w", ErrCorrupt)
	}
	return plain, nil
}

// checkBox cuts the sum off nonce and box, and checks it.
func checkBox(rest []byte) ([]byte, error) {
	if len(rest) < boxOverhead {
		return nil, fmt.Errorf("open sealed bytes: %w", ErrCorrupt)
	}
	box, sum := rest[:len(rest)-crc32.Size], rest[len(rest)-crc32.Size:]
	if crc32.Checksum(box, castagnoli) != binary.LittleEndian.Uint32(sum) {
		return nil, fmt.Errorf("open sealed bytes: %w", ErrCorrupt)
	}
	return box, nil
}

// sealedHeader reads what a sealed commit tells without its key.
func sealedHeader(data []byte) (CommitHead, []byte, error) {
	first, count, epoch, rest, err := decodeHeaderOf(data, sealedMagic, SealedVersion)
	return CommitHead{Epoch: epoch, First: first, Last: first + uint64(count) - 1}, rest, err
}

// Closed is the sealed commit data of entity key as it is without a key: records
// that have their numbers and the error why. Damage is told by its header or its
// sum, and is an error of the whole.
func Closed(key chat.Key, data []byte, why error) (Commit, error) {
	h, rest, err := sealedHeader(data)
	if err != nil {
		return Commit{}, err
	}
	if _, err := checkBox(rest); err != nil {
		return Commit{}, err
	}
	c := Commit{Key: key, Epoch: h.Epoch, First: h.First, Records: make([]Record, h.Last-h.First+1)}
	for i := range c.Records {
		c.Records[i] = Record{Number: h.First + uint64(i), Err: why}
	}
	return c, nil
}
