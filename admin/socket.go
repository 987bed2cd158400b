package admin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"beep/chat"
	"beep/wire"
)

// maxSocketPath is what every Unix accepts as a socket's path (104 bytes on the
// BSDs, 108 on Linux).
const maxSocketPath = 100

// SocketPath is where the socket of a data directory is: in it, or, where that
// path is too long for a socket, in a private directory of the temporary one.
func SocketPath(data string) string {
	if abs, err := filepath.Abs(data); err == nil {
		data = abs
	}
	p := filepath.Join(data, "admin.sock")
	if len(p) <= maxSocketPath {
		return p
	}
	sum := sha256.Sum256([]byte(data))
	return filepath.Join(os.TempDir(), fmt.Sprintf("beep-%d-%s", os.Getuid(), hex.EncodeToString(sum[:8])), "admin.sock")
}

// Server listens on the socket.
type Server struct {
	http *http.Server
	path string
	done chan struct{}
}

// Listen serves h on the socket at path. Only one process may use a data
// directory, so a socket that lies there is left over from a crash.
func Listen(path string, h http.Handler) (*Server, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s := &Server{http: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}, path: path, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l)
	}()
	return s, nil
}

// Close stops serving and removes the socket.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	if rerr := os.Remove(s.path); rerr != nil && !errors.Is(rerr, os.ErrNotExist) {
		err = errors.Join(err, rerr)
	}
	return err
}

// Client calls the node of a data directory.
type Client struct {
	http *http.Client
	data string
}

// NewClient makes a client for the node whose data is in the directory data.
func NewClient(data string) *Client {
	path := SocketPath(data)
	return &Client{data: data, http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}}
}

// ErrNotRunning says that no node uses the data directory.
var ErrNotRunning = errors.New("beep is not running on this data directory")

// Call posts in as JSON and reads the answer into out (nil: none). A refusal is
// a *chat.Error.
func (c *Client) Call(ctx context.Context, path string, in, out any) error {
	resp, err := c.post(ctx, path, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// Lines posts in and hands out each line of the answer as it comes.
func (c *Client) Lines(ctx context.Context, path string, in any, fn func(line json.RawMessage) error) error {
	resp, err := c.post(ctx, path, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	for d := json.NewDecoder(resp.Body); ; {
		var line json.RawMessage
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := fn(line); err != nil {
			return err
		}
	}
}

func (c *Client) post(ctx context.Context, path string, in any) (*http.Response, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, path, bytes.NewReader(body))
}

func (c *Client) send(ctx context.Context, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://beep"+path, body)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return nil, fmt.Errorf("%w: %s (start it with beep serve --data %s)", ErrNotRunning, c.data, c.data)
		}
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	var e wire.ErrorBody
	if json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&e) != nil {
		return nil, fmt.Errorf("%s: %s", path, resp.Status)
	}
	return nil, &chat.Error{Kind: chat.ParseErrorKind(e.Kind), Op: path, Message: e.Message}
}

// Handle makes a handler from a function of a JSON argument and a JSON answer.
func Handle[In, Out any](fn func(ctx context.Context, in In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			Refuse(w, &chat.Error{Kind: chat.Invalid, Op: "read request", Message: "not as described", Err: err})
			return
		}
		out, err := fn(r.Context(), in)
		if err != nil {
			Refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}

// Refuse answers with an error. The operator sees its whole text.
func Refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnprocessableEntity)
	_ = json.NewEncoder(w).Encode(wire.ErrorBody{Kind: chat.KindOf(err).String(), Message: err.Error()})
}
