package lab

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"net/http"
)

//go:embed pages
var pageFiles embed.FS

// appPages are the pages of a client and their stylesheet.
type appPages struct {
	page *template.Template
	css  []byte
}

func newAppPages() (*appPages, error) {
	page, err := template.ParseFS(pageFiles, "pages/app.tmpl")
	if err != nil {
		return nil, err
	}
	css, err := pageFiles.ReadFile("pages/app.css")
	return &appPages{page: page, css: css}, err
}

func (p *appPages) style(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=300")
	_, _ = w.Write(p.css) // the browser may be gone
}

// appView is what a page of a client shows.
type appView struct {
	Name, Title, Mount, Lab string
	Walk                    string // the page that shows the run, if there is one
	Problem, Holding, User  string
	Login                   bool     // it logs people in, and shows no steps
	Hub                     bool     // it does so with CodeHub, by OAuth alone
	Account                 *Account // who is logged in
	AsksPassword            bool     // the app's own form for a password
	Start                   bool     // offer to connect
	LogOut                  bool     // it can log out at AcmeID, too
	Screen                  bool     // the page is what a television shows
	Waiting                 *waiting // it shows a code
	Public                  bool     // a client without a server of its own
	Days                    []dayView
}

type dayView struct {
	Day

	Percent int // of the highest
}

func (a *app) view(title string) appView {
	return appView{Name: ClientParty(a.id).Name, Title: title, Mount: a.mount(), Lab: a.lab.Origin() + "/lab", Public: a.inPage(), Login: a.login() || a.hub(), Hub: a.hub(), Screen: a.device(), LogOut: a.id == CoachBoard}
}

// walk is the page that shows the run of a message, empty if there is none.
func (a *app) walk(ctx context.Context) string {
	if run := a.run(ctx); run != nil && run.cfg.Page != nil {
		return run.cfg.Page(run.id)
	}
	return ""
}

func (a *app) render(w http.ResponseWriter, status int, v appView) {
	var b bytes.Buffer
	if err := a.pages.page.Execute(&b, v); err != nil {
		a.unavailable(w)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the browser may be gone
}

// home is the start page, or the person's steps once the client has them.
func (a *app) home(w http.ResponseWriter, r *http.Request) {
	_, s, ok, err := a.sessionOf(r)
	if err != nil {
		a.unavailable(w)
		return
	}
	v := a.view("Your steps, all in one place")
	v.Start = true
	if a.login() {
		v.Title = "Training plans, together with your coach"
	}
	if a.hub() {
		v.Title = "For people who write programs"
	}
	if a.device() {
		v.Title = "Your steps on the big screen"
	}
	v.Walk = a.walk(r.Context())
	if !ok {
		a.render(w, http.StatusOK, v)
		return
	}
	v.Waiting = a.waits(r.Context(), s)
	switch {
	case v.Waiting != nil:
		v.Title, v.Start = "Use your phone to go on", false
	case s.Problem != "":
		v.Title, v.Problem = "That did not work", s.Problem
	case s.Account != nil:
		v.Title, v.Start, v.Account = "Signed in", false, s.Account
	case s.Steps != nil:
		v.Title, v.Start, v.User = "Your steps", false, s.User
		top := 1
		for _, d := range s.Steps {
			top = max(top, d.Steps)
		}
		for _, d := range s.Steps {
			v.Days = append(v.Days, dayView{Day: d, Percent: d.Steps * 100 / top})
		}
	case s.Tokens.AccessToken != "":
		v.Title, v.Start = "Almost there", false
		v.Holding = v.Name + " holds an access token and has not asked StepCloud yet."
		if a.login() {
			v.Holding = v.Name + " has checked the ID token and has not asked UserInfo yet."
		}
		if a.hub() {
			v.Holding = v.Name + " holds an access token and has not asked CodeHub yet."
		}
	case s.Code != "":
		v.Title, v.Start = "Almost there", false
		v.Holding = v.Name + " holds the code and has not exchanged it for tokens yet."
	}
	a.render(w, http.StatusOK, v)
}

// refuse is the page for a message that the client does not take.
func (a *app) refuse(w http.ResponseWriter, status int, problem string) {
	v := a.view("That did not work")
	v.Problem, v.Start = problem, status == http.StatusBadRequest
	a.render(w, status, v)
}

// unavailable answers a fault of our own.
func (a *app) unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	http.Error(w, "The lab could not keep or find something. Try again.", http.StatusServiceUnavailable)
}
