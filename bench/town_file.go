package bench

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"strconv"

	"beep/chat"
	"beep/wire"
)

// townHeader, townLine and townTrailer are the lines of the file in which a
// server is carried, as docs/export.md describes them.
type (
	townHeader struct {
		Format     string        `json:"format"`
		Version    int           `json:"version"`
		ServerID   chat.ServerID `json:"server_id"`
		Name       string        `json:"name"`
		ExportedAt int64         `json:"exported_at"`
		Instance   string        `json:"instance"`
	}
	townLine struct {
		Log    string          `json:"log"`
		Number uint64          `json:"n"`
		Time   int64           `json:"t"`
		By     chat.UserID     `json:"by"`
		Kind   string          `json:"kind"`
		Data   json.RawMessage `json:"d"`
	}
	townTrailer struct {
		End     bool   `json:"end"`
		Logs    int    `json:"logs"`
		Records uint64 `json:"records"`
		SHA256  string `json:"sha256"`
	}
)

// write writes the town as a file that a server can be made of; records is how
// many are in it.
func (w *town) write(to io.Writer) (records uint64, err error) {
	zip, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return 0, err
	}
	x := &lineWriter{out: bufio.NewWriter(zip), sum: sha256.New()}
	x.put(townHeader{"beep-server", 1, w.id, "town", w.at, "made up by beep bench"})
	log := "g" + strconv.FormatUint(uint64(w.id), 10)
	err = w.events(func(by chat.UserID, e chat.Event) error {
		records++
		r, err := wire.EncodeEvent(e, records, w.at, by, "")
		if err != nil {
			return err
		}
		x.put(townLine{log, records, w.at, by, r.Kind.Name(), r.Payload})
		return x.err
	})
	if err != nil {
		return 0, fmt.Errorf("write a server's file: %w", err)
	}
	x.put(townTrailer{true, 1, records, hex.EncodeToString(x.sum.Sum(nil))})
	if x.err == nil {
		x.err = x.out.Flush()
	}
	if x.err == nil {
		x.err = zip.Close()
	}
	if x.err != nil {
		return 0, fmt.Errorf("write a server's file: %w", x.err)
	}
	return records, nil
}

// lineWriter writes lines of JSON and sums them up. Its first error is kept.
type lineWriter struct {
	out *bufio.Writer
	sum hash.Hash
	err error
}

func (x *lineWriter) put(v any) {
	if x.err != nil {
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		x.err = err
		return
	}
	b = append(b, '\n')
	_, _ = x.sum.Write(b) // never fails
	_, x.err = x.out.Write(b)
}
