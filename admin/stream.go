package admin

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"beep/chat"
)

// Stream posts in as JSON and copies the answer to w. That it came whole, the
// answer itself must tell.
func (c *Client) Stream(ctx context.Context, path string, in any, w io.Writer) error {
	resp, err := c.post(ctx, path, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(w, resp.Body)
	return err
}

// Upload posts what r holds with a query, and reads the answer into out.
func (c *Client) Upload(ctx context.Context, path string, query url.Values, r io.Reader, out any) error {
	resp, err := c.send(ctx, path+"?"+query.Encode(), r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(out)
}

// started is an answer of which we must know whether it has begun: after the
// first byte a refusal cannot be said any more.
type started struct {
	http.ResponseWriter
	begun bool
}

func (s *started) Write(b []byte) (int, error) {
	s.begun = true
	return s.ResponseWriter.Write(b)
}

// HandleStream makes a handler from a function of a JSON argument that writes its
// answer. An error after the first byte cuts the connection.
func HandleStream[In any](fn func(ctx context.Context, in In, w io.Writer) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			Refuse(w, &chat.Error{Kind: chat.Invalid, Op: "read request", Message: "not as described", Err: err})
			return
		}
		s := &started{ResponseWriter: w}
		if err := fn(r.Context(), in, s); err != nil {
			if s.begun {
				panic(http.ErrAbortHandler)
			}
			Refuse(w, err)
		}
	}
}

// HandleUpload makes a handler from a function of a query and a body.
func HandleUpload[Out any](fn func(ctx context.Context, query url.Values, body io.Reader) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := fn(r.Context(), r.URL.Query(), r.Body)
		if err != nil {
			Refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}
