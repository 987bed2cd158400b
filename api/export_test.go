package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"beep/chat"
)

// exporting is Requests that export.
type exporting struct {
	fakeRequests
	write func(ctx context.Context, w io.Writer) error
	who   chat.UserID
	what  chat.ServerID
}

func (e *exporting) Export(ctx context.Context, who chat.UserID, server chat.ServerID, w io.Writer) error {
	e.who, e.what = who, server
	return e.write(ctx, w)
}

func exportSetup(t *testing.T, write func(ctx context.Context, w io.Writer) error) (*bundle, *exporting) {
	t.Helper()
	e := &exporting{write: write}
	return setup(t, func(c *Config) { c.Requests = e }), e
}

const exportTarget = "/api/v1/servers/5/export"

func TestAnExportIsAStream(t *testing.T) {
	t.Parallel()
	b, e := exportSetup(t, func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("x", 100_000))
		return err
	})
	res := b.do("GET", exportTarget, "")
	if res.StatusCode != 200 || len(res.body) != 100_000 || res.Header.Get("Content-Type") != exportType || e.who != ada.ID || e.what != 5 {
		t.Fatal(res.StatusCode, len(res.body), res.Header, e.who, e.what)
	}
}

func TestAnExportThatIsRefusedIsAProblem(t *testing.T) {
	t.Parallel()
	b, _ := exportSetup(t, func(context.Context, io.Writer) error {
		return chat.Errorf(chat.Forbidden, "export", "only the owner may")
	})
	b.do("GET", exportTarget, "").refused(t, 403, "forbidden")
	b.do("GET", "/api/v1/servers/x/export", "").refused(t, 422, "invalid")
	setup(t).do("GET", exportTarget, "").refused(t, 503, "unavailable")
}

func TestAnExportThatBreaksOffDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	b, _ := exportSetup(t, func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return errors.New("the log ended")
	})
	server := httptest.NewServer(b.handler)
	defer server.Close()
	r := request("GET", server.URL+exportTarget, "")
	r.RequestURI = ""
	res, err := server.Client().Do(r)
	if err == nil {
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	if err == nil {
		t.Fatal("it looks whole")
	}
	if !contains(b.log.String(), "an export broke off", "the log ended") {
		t.Fatal(b.log.String())
	}
}

func TestOnlySoManyExportsAreUnderWay(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	b, _ := exportSetup(t, func(context.Context, io.Writer) error {
		begun <- struct{}{}
		<-end
		return nil
	})
	done := make(chan int)
	for range maxExports {
		go func() {
			w := httptest.NewRecorder()
			b.handler.ServeHTTP(w, request("GET", exportTarget, ""))
			done <- w.Code
		}()
		<-begun
	}
	res := b.do("GET", exportTarget, "")
	res.refused(t, 503, "unavailable")
	if res.Header.Get("Retry-After") != "10" {
		t.Fatal(res.Header)
	}
	close(end)
	for range maxExports {
		if code := <-done; code != http.StatusOK {
			t.Fatal(code)
		}
	}
}
