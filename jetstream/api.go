package jetstream

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

// Subjects, headers and codes of JetStream's own protocol. They are NATS's, not
// Beep's, and therefore stand here and not in package subjects.
const (
	apiLeaderGet  = "$JS.API.STREAM.MSG.GET."
	apiDirectGet  = "$JS.API.DIRECT.GET."
	apiStreamInfo = "$JS.API.STREAM.INFO."

	hdrExpectedSeq = "Nats-Expected-Last-Subject-Sequence"
	hdrMsgID       = "Nats-Msg-Id"
	hdrSequence    = "Nats-Sequence"
	hdrSubject     = "Nats-Subject"
	hdrLastSeq     = "Nats-Last-Sequence"
	hdrNumPending  = "Nats-Num-Pending"
	hdrUpToSeq     = "Nats-UpTo-Sequence"
	hdrStatus      = "Status"

	errResources       = 10002 // the account's cap is reached
	errNoPeers         = 10005 // too few servers are up
	errNoResources     = 10023
	errNoMessage       = 10037
	errNoSequence      = 10043 // nothing to delete
	errStorageExceeded = 10047
	errWrongLast       = 10071 // the fence
	errStoreFailed     = 10077
	errDuplicateBusy   = 10158 // the first attempt is still being replicated
	errWrongLastBusy   = 10164 // another write on the subject is being replicated
)

// getRequest is the body of both kinds of get.
type getRequest struct {
	Seq       uint64     `json:"seq,omitempty"`
	LastFor   string     `json:"last_by_subj,omitempty"`
	NextFor   string     `json:"next_by_subj,omitempty"`
	Batch     int        `json:"batch,omitempty"`
	MaxBytes  int        `json:"max_bytes,omitempty"`
	StartTime *time.Time `json:"start_time,omitempty"`
	MultiLast []string   `json:"multi_last,omitempty"`
	UpToSeq   uint64     `json:"up_to_seq,omitempty"`
}

type apiError struct {
	Code        int    `json:"code"`
	ErrCode     int    `json:"err_code"`
	Description string `json:"description"`
}

// leaderAnswer is the answer to a get from the leader.
type leaderAnswer struct {
	Error   *apiError `json:"error"`
	Message *struct {
		Subject string `json:"subject"`
		Seq     uint64 `json:"seq"`
		Header  []byte `json:"hdrs"`
		Data    []byte `json:"data"`
	} `json:"message"`
}

// stored is one message as it stands in a stream.
type stored struct {
	subject string
	seq     uint64
	id      string // of the commit: <key>.<epoch>.<first>
	header  nats.Header
	data    []byte
}

// verdict is what an answer to an append means.
type verdict int

const (
	accepted  verdict = iota // stored
	ambiguous                // nobody can say: send it again
	mismatch                 // the fence does not hold: look who wrote
	full                     // no room
	refused                  // never
)

var (
	ackSeq   = []byte(`"seq":`)
	ackError = []byte(`"error":`)
)

// readAck reads an answer to an append. The common case, an acknowledgement, is
// read without a JSON decoder.
func readAck(m *nats.Msg) (v verdict, seq uint64, why *apiError) {
	if len(m.Data) == 0 {
		return ambiguous, 0, nil // 503: nobody listens on the stream's subjects
	}
	if !bytes.Contains(m.Data, ackError) {
		i := bytes.Index(m.Data, ackSeq)
		if i < 0 {
			return ambiguous, 0, nil
		}
		digits := m.Data[i+len(ackSeq):]
		for _, c := range digits {
			if c < '0' || c > '9' {
				break
			}
			seq = seq*10 + uint64(c-'0')
		}
		if seq == 0 {
			return ambiguous, 0, nil
		}
		return accepted, seq, nil
	}
	var answer struct {
		Error apiError `json:"error"`
	}
	if err := json.Unmarshal(m.Data, &answer); err != nil {
		return ambiguous, 0, nil
	}
	e := &answer.Error
	switch {
	case e.ErrCode == errWrongLast:
		return mismatch, 0, e
	case e.ErrCode == errDuplicateBusy, e.ErrCode == errWrongLastBusy, e.ErrCode == errNoPeers:
		return ambiguous, 0, e
	case e.ErrCode == errResources, e.ErrCode == errStorageExceeded,
		e.ErrCode == errStoreFailed && e.Description == "maximum bytes exceeded":
		return full, 0, e
	case e.Code >= 500, e.Code == 429:
		return ambiguous, 0, e
	}
	return refused, 0, e
}

// headerNumber reads a decimal header, 0 if it is not there. NATS's headers are
// spelt exactly, so the map is read directly.
func headerNumber(h nats.Header, name string) uint64 {
	v := headerText(h, name)
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func headerText(h nats.Header, name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}
