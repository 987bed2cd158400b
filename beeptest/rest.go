package beeptest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
)

// Answer is what REST answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Kind is the kind of error that a problem names, "" for none.
func (a Answer) Kind() string { return Field(a.Body, "kind") }

// Rest makes a REST request with the person's token; body, unless nil, is sent
// as JSON. headers are pairs of name and value.
func (p *Person) Rest(method, path string, body any, headers ...string) Answer {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		p.must("encodes a body", err)
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.url()+path, in)
	p.must("makes a request", err)
	req.Header.Set("Authorization", "Bearer "+p.Token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := p.line.client()
	res, err := client.Do(req)
	p.must(method+" "+path, err)
	defer func() { _ = res.Body.Close() }() // it was read to its end
	out, err := io.ReadAll(res.Body)
	p.must("reads the answer", err)
	return Answer{res.StatusCode, res.Header, out}
}
