package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"beep/chat"
)

const (
	// maxExports bounds how many servers are read through at once.
	maxExports = 2
	exportBusy = 10 * time.Second
	// exportStall ends an export whose client takes nothing for so long.
	exportStall = 30 * time.Second

	exportType = "application/gzip"
)

type exportOutput struct {
	Body func(huma.Context)
}

func (a *api) exportOperations() {
	op := secured("export-server", http.MethodGet, "/servers/{server_id}/export", "servers", "Export a server")
	op.Description = "All of it, as docs/export.md describes, for its owner; of a direct conversation for each of its members, to keep (it cannot be imported). An export that breaks off lacks its last line."
	op = withStatuses(op, http.StatusForbidden)
	register(a, op, a.export)
	answer := a.operations[len(a.operations)-1].Responses["200"]
	answer.Content = map[string]*huma.MediaType{exportType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
}

// export is written while it is read. What goes wrong before the first byte is a
// problem as everywhere; after it the connection is cut, so that half an export
// does not look like a whole one.
func (a *api) export(_ context.Context, c caller, in *ServerPath) (*exportOutput, error) {
	id, err := chat.ParseServerID(string(in.ServerID))
	if err != nil {
		return nil, err
	}
	exporter, ok := a.Requests.(Exporter)
	if !ok {
		return nil, chat.Errorf(chat.Unavailable, "export server", "this instance does not export servers")
	}
	return &exportOutput{func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		select {
		case a.exports <- struct{}{}:
		default:
			writeProblem(w, a.problemOf("export-server", &chat.Error{
				Kind: chat.Unavailable, Op: "export server", RetryAfter: exportBusy, Message: "other exports are under way",
			}))
			return
		}
		defer func() { <-a.exports }()
		a.stream(ctx.Context(), w, func(ctx context.Context, to io.Writer) error {
			return exporter.Export(ctx, c.user, id, to)
		})
	}}, nil
}

func (a *api) stream(ctx context.Context, w http.ResponseWriter, write func(context.Context, io.Writer) error) {
	out := &streamed{w: w, control: http.NewResponseController(w)}
	err := write(ctx, out)
	switch {
	case err == nil:
		return
	case !out.begun:
		writeProblem(w, a.problemOf("export-server", err))
	default:
		if ctx.Err() == nil {
			a.Logger.Error("an export broke off", "err", err)
		}
		panic(http.ErrAbortHandler)
	}
}

// streamed is the body of an answer of any length. The server's limit for an answer
// as a whole gives way to one for each part of it.
type streamed struct {
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool
}

func (s *streamed) Write(b []byte) (int, error) {
	if !s.begun {
		s.begun = true
		s.w.Header().Set("Content-Type", exportType)
		s.w.Header().Set("Content-Disposition", `attachment; filename="server.jsonl.gz"`)
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(exportStall)) // not every test's writer has one
	return s.w.Write(b)
}
