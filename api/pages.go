package api

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"beep/auth"
	"beep/chat"
)

// assets are the pages and what they load: nothing comes from elsewhere.
//
//go:embed pages/*.html pages/*.css pages/*.js
var assets embed.FS

const (
	// formPolicy is for pages with a form and no script.
	formPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	// docsPolicy is for the documentation page: one script of ours, which may
	// call this server.
	docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// pageData is what the templates show.
type pageData struct {
	Version string
	Base    string
	Token   string
	Error   string
	Form    auth.Registration // without its password
	Done    bool
}

// pageSet is the templates, parsed once per API.
type pageSet struct {
	a    *api
	html *template.Template
}

func (a *api) pages() {
	p := &pageSet{a: a, html: template.Must(template.ParseFS(assets, "pages/*.html"))}
	a.mux.HandleFunc("GET /{$}", p.landing)
	a.mux.HandleFunc("GET /docs", p.docs)
	a.mux.HandleFunc("GET /assets/style.css", asset("pages/style.css", "text/css; charset=utf-8"))
	a.mux.HandleFunc("GET /assets/docs.js", asset("pages/docs.js", "text/javascript; charset=utf-8"))
	a.mux.HandleFunc("GET /claim", p.claimForm)
	a.mux.HandleFunc("POST /claim", p.claim)
	a.mux.HandleFunc("GET /auth/validate", p.validateForm)
	a.mux.HandleFunc("POST /auth/validate", p.validate)
}

func asset(name, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		b, err := assets.ReadFile(name)
		if err != nil {
			panic("api: " + err.Error()) // embedded, so that it is there
		}
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(b) // whoever hung up does not want it
	}
}

func (p *pageSet) landing(w http.ResponseWriter, r *http.Request) {
	p.show(w, "landing.html", http.StatusOK, pageData{Base: callerOf(r.Context()).base})
}

func (p *pageSet) docs(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Security-Policy", docsPolicy)
	p.write(w, "docs.html", http.StatusOK, pageData{})
}

// claimForm and validateForm change nothing, so that a program that follows
// links (a mail scanner, a preview) does not use them up.
func (p *pageSet) claimForm(w http.ResponseWriter, r *http.Request) {
	p.show(w, "claim.html", http.StatusOK, pageData{Token: r.URL.Query().Get("token")})
}

func (p *pageSet) claim(w http.ResponseWriter, r *http.Request) {
	if !parseForm(w, r) {
		return
	}
	reg := auth.Registration{
		Username: r.PostForm.Get("username"), Email: r.PostForm.Get("email"), Password: r.PostForm.Get("password"),
		FirstName: r.PostForm.Get("first_name"), LastName: r.PostForm.Get("last_name"),
		RemoteAddr: callerOf(r.Context()).remote,
	}
	d := pageData{Token: r.PostForm.Get("token"), Base: callerOf(r.Context()).base}
	_, err := p.a.Auth.Claim(r.Context(), d.Token, reg)
	d.Form = reg
	d.Form.Password = ""
	p.answer(w, "claim.html", "claim", d, err)
}

func (p *pageSet) validateForm(w http.ResponseWriter, r *http.Request) {
	p.show(w, "validate.html", http.StatusOK, pageData{Token: r.URL.Query().Get("token")})
}

func (p *pageSet) validate(w http.ResponseWriter, r *http.Request) {
	if !parseForm(w, r) {
		return
	}
	d := pageData{Token: r.PostForm.Get("token"), Base: callerOf(r.Context()).base}
	p.answer(w, "validate.html", "validate", d, p.a.Auth.Validate(r.Context(), d.Token))
}

// answer shows what came of a form.
func (p *pageSet) answer(w http.ResponseWriter, name, op string, d pageData, err error) {
	status := http.StatusOK
	if err != nil {
		problem := p.a.problemOf(op, err)
		problem.setHeaders(w.Header())
		status, d.Error = problem.Status, problem.Detail
	}
	d.Done = err == nil
	p.show(w, name, status, d)
}

func (p *pageSet) show(w http.ResponseWriter, name string, status int, d pageData) {
	w.Header().Set("Content-Security-Policy", formPolicy)
	p.write(w, name, status, d)
}

func (p *pageSet) write(w http.ResponseWriter, name string, status int, d pageData) {
	d.Version = p.a.Version
	var b bytes.Buffer
	if err := p.html.ExecuteTemplate(&b, name, d); err != nil {
		writeProblem(w, p.a.problemOf("show page", err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever hung up does not want it
}

// parseForm reads a form under the limits of all bodies; refused, it has answered.
func parseForm(w http.ResponseWriter, r *http.Request) bool {
	data, problem := readBody(w, r)
	if problem == nil {
		problem = checkForm(r.Header.Get("Content-Type"))
	}
	if problem == nil {
		var err error
		if r.PostForm, err = parseQuery(data); err != nil {
			problem = newProblem(http.StatusBadRequest, chat.Invalid, "the form could not be read")
		}
	}
	if problem != nil {
		writeProblem(w, problem)
		return false
	}
	return true
}
