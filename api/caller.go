package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"beep/chat"
)

// caller is who makes a request, and by which way. Operations get it as an
// argument; between middleware and operation it travels in the context, because
// huma has no other way.
type caller struct {
	user   chat.UserID // 0 where no token is needed
	token  string
	remote string // address without port
	base   string // http://host by which the request came
	url    *url.URL
	body   []byte // as checkBody has read it
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

func withCaller(r *http.Request, c caller) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
}

// identify notes by which way a request came.
func (a *api) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := caller{remote: a.remoteAddr(r), base: a.base(r), url: r.URL}
		next.ServeHTTP(w, withCaller(r, c))
	})
}

// authenticate is the middleware of operations that need a token: without a
// good one, and when its user asks too much, nothing of the request is looked at.
func (a *api) authenticate(ctx huma.Context, next func(huma.Context)) {
	token, ok := bearer(ctx.Header("Authorization"))
	err := error(chat.Errorf(chat.Unauthenticated, "authenticate", "the header Authorization must be: Bearer TOKEN"))
	c := callerOf(ctx.Context())
	if ok {
		c.token = token
		c.user, err = a.Auth.Authenticate(ctx.Context(), token)
	}
	_, w := humago.Unwrap(ctx)
	if err == nil {
		err = a.admit(ctx.Context(), w, ctx.Operation().OperationID, c.user)
	}
	if err != nil {
		writeProblem(w, a.problemOf(ctx.Operation().OperationID, err))
		return
	}
	next(huma.WithValue(ctx, callerKey{}, c))
}

func bearer(header string) (token string, ok bool) {
	scheme, token, ok := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// remoteAddr is the address of the client: that of the connection, or what
// proxies that are trusted say of it.
func (a *api) remoteAddr(r *http.Request) string {
	remote := host(r.RemoteAddr)
	if !a.trusted(r.RemoteAddr) {
		return remote
	}
	// The last entry was written by the proxy next to us, and so on backwards
	// until one that we do not trust: whatever stands before is hearsay.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		remote = hop.Unmap().String()
		if !a.trusted(remote) {
			break
		}
	}
	return remote
}

func (a *api) trusted(remote string) bool {
	ip, err := netip.ParseAddr(host(remote))
	if err != nil {
		return false
	}
	for _, p := range a.TrustedProxies {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

func host(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return hostport
}

// base is the address at which the client reaches us.
func (a *api) base(r *http.Request) string {
	if b := strings.TrimSuffix(a.BaseURL(), "/"); b != "" {
		return b
	}
	scheme := "http"
	if r.TLS != nil || a.trusted(r.RemoteAddr) && r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
