package api

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// checkOrigin refuses requests that a browser makes for a page of somebody
// else. No cookie gives anybody a right here, so that a foreign page could do
// nothing in a user's name; it could still try passwords or claims from inside
// the user's network.
//
//  1. No browser (neither Origin nor Sec-Fetch-Site): passes.
//  2. An origin the operator allows: passes, with the headers of CORS.
//  3. Reading: passes; the browser keeps the answer from the foreign page.
//  4. Changing something from another origin: Forbidden.
//  5. Changing something by a name that this instance does not have, while it
//     listens on this machine only (DNS rebinding): Forbidden.
func (a *api) checkOrigin(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin != "" && a.origins[origin] {
			if a.allowOrigin(w, r, origin) {
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		if err := foreign.Check(r); err != nil {
			writeProblem(w, statusProblem(http.StatusForbidden, "this page may not do that here: its origin is not allowed"))
			return
		}
		if origin != "" && changes(r) && !a.ownName(r) {
			writeProblem(w, statusProblem(http.StatusForbidden, "this instance is not known by the name "+hostname(r.Host)+"; its operator can allow the origin"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allowOrigin sets the headers of CORS and answers a preflight; done says that.
func (a *api) allowOrigin(w http.ResponseWriter, r *http.Request, origin string) (done bool) {
	if !strings.HasPrefix(r.URL.Path, apiPrefix) {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Retry-After, ETag, Link, Idempotent-Replay, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}

func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// ownName reports whether r came by a name that may be ours. Only for a
// connection to a loopback address is that known: names of other machines that
// are suddenly said to be this one are the trick of DNS rebinding.
func (a *api) ownName(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok || !isLoopback(hostname(local.String())) || a.trusted(r.RemoteAddr) {
		return true
	}
	name := hostname(r.Host)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || isLoopback(name) {
		return true
	}
	if base, err := url.Parse(a.BaseURL()); err == nil && base.Hostname() != "" && strings.EqualFold(base.Hostname(), name) {
		return true
	}
	for o := range a.origins {
		if u, err := url.Parse(o); err == nil && strings.EqualFold(u.Hostname(), name) {
			return true
		}
	}
	return false
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// hostname is the host of host:port, in lower case and without brackets.
func hostname(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return strings.ToLower(host)
}
