package mockprovider

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

//go:embed pages
var pageFiles embed.FS

// pages are the templates and the stylesheet. They need no JavaScript and load
// nothing but the stylesheet.
type pages struct {
	*pageMaker
	style []byte
}

// frameDeny keeps the pages out of frames. It is a property of every answer and
// not a test on a request, so it stands in no list of checks.
var frameDeny = playground.Rule{
	ID: "frame_deny", Title: "The pages can't be put into a frame",
	Spec: rfc("9700", "4.16"), Level: playground.Must, Switchable: true,
}

// loginSeeOther keeps the password where it was typed: a browser that is answered
// with 307 posts the same form once more, to whomever the redirect leads.
var loginSeeOther = playground.Rule{
	ID: "login_see_other", Title: "The login leads on by 303, so that the browser posts nothing again",
	Spec: rfc("9700", "4.12"), Level: playground.Must, Switchable: true,
}

// deviceContext makes the pages say that a device asks, and which: whoever did not
// start one can notice then that somebody else did.
var deviceContext = playground.Rule{
	ID: "device_context", Title: "The pages say that a device asks, and show its code to compare",
	Spec: rfc("8628", "5.4"), Level: playground.Should, Switchable: true,
}

// pageRules are the rules that the provider keeps without judging a message.
var pageRules = []playground.Rule{frameDeny, consentAlways, loginSeeOther, deviceContext}

func loadPages() (*pages, error) {
	templates, err := template.ParseFS(pageFiles, "pages/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("parse the pages: %w", err)
	}
	style, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		return nil, fmt.Errorf("read the stylesheet: %w", err)
	}
	return &pages{newPageMaker(templates), style}, nil
}

// style serves the stylesheet of the pages.
func (p *Provider) style(w http.ResponseWriter, r *http.Request) {
	writeCacheable(w, r, "text/css; charset=utf-8", "max-age=600", p.pages.style)
}

// page is what every template gets.
type page struct {
	Name, Title string
	Style       string // path of the stylesheet
	Issuer      string
	Faults      []string // that are on
	View        any
}

// render shows a page. formAction is the redirect URI to which a form of the
// page may lead, already validated, or nil.
func (p *Provider) render(w http.ResponseWriter, status int, name, title string, formAction *url.URL, view any) {
	body, err := p.pages.page(name, page{p.cfg.Name, title, p.issuer.Path + "/style.css", p.cfg.Issuer, p.faultNames(), view})
	if err != nil {
		http.Error(w, "The page could not be made.", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	noStore(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	p.pageHeaders(h, formAction)
	w.WriteHeader(status)
	trace.Write(w, body)
}

func (p *Provider) pageHeaders(h http.Header, formAction *url.URL) {
	csp := "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'"
	if formAction != nil {
		// Chromium applies form-action to the redirects that follow a form.
		csp += sourceOf(formAction)
	}
	if !p.mode.Load().off[frameDeny.ID] {
		csp += "; frame-ancestors 'none'"
		h.Set("X-Frame-Options", "DENY")
	}
	h.Set("Content-Security-Policy", csp)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	// No Cross-Origin-Opener-Policy: it would cut the page that opened a login in
	// a window off from that window.
}

// hostSource is what may stand in a policy as it is.
var hostSource = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(:[0-9]+)?$`)

// scheme is the grammar of RFC 3986 §3.1.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)

// sourceOf is the redirect URI as a source expression of a content security
// policy: its origin, or its scheme where an origin can't be written (custom
// schemes, IPv6 addresses). An app on this machine often goes on from its
// callback to a front end on another port, and Chromium counts that too.
func sourceOf(u *url.URL) string {
	switch {
	case hostSource.MatchString(originOf(u)) && isLoopback(u.Hostname()):
		return " " + u.Scheme + "://" + u.Hostname() + ":*"
	case hostSource.MatchString(originOf(u)):
		return " " + originOf(u)
	case scheme.MatchString(u.Scheme):
		return " " + u.Scheme + ":"
	}
	return ""
}

// errorView is the error page: what happened, what to do, and by which rule.
type errorView struct {
	What, Todo string
	Rule, Cite string
	Own        bool
	// Why is the page about the exchange, for the owner of the log.
	Why string
	// Metadata is the address of the discovery document, where that helps.
	Metadata string
}

func (p *Provider) pageError(w http.ResponseWriter, status int, what, todo string) {
	p.render(w, status, "error", what, nil, errorView{What: what, Todo: todo})
}

// pageNothing answers a path that is no endpoint. People open the issuer itself
// in a browser to see whether it is there, so that says what it is for.
func (p *Provider) pageNothing(w http.ResponseWriter, path string) {
	v := errorView{
		What: "There is nothing at this address", Todo: "Take an address of the metadata; it lists every endpoint.",
		Metadata: p.cfg.Issuer + "/.well-known/openid-configuration",
	}
	if strings.TrimSuffix(path, "/") == p.issuer.Path {
		v.What, v.Todo = "This is an issuer", "Give this address to an app as its issuer. There is no page here: the app reads the metadata, which lists every endpoint."
	}
	p.render(w, http.StatusNotFound, "error", v.What, nil, v)
}

// pageRefused shows a refusal that must not be redirected. It repeats nothing of
// the request: what was expected and what came is in the findings.
func (p *Provider) pageRefused(w http.ResponseWriter, status int, refused *playground.Finding) {
	p.render(w, status, "error", "This request was refused", nil, errorView{
		What: "This request was refused", Todo: refused.Fix, Rule: strings.ReplaceAll(refused.Title, "`", ""), Cite: refused.Spec.String(), Why: errorURI(w),
	})
}

// pageUnavailable says that the fault is ours. The error is for the operator's log
// alone.
func (p *Provider) pageUnavailable(w http.ResponseWriter, err error) {
	p.log.Error("the provider failed", slog.Any("error", err))
	retryAfter(w, time.Second)
	p.render(w, http.StatusServiceUnavailable, "error", "Something failed on our side", nil,
		errorView{What: "Something failed on our side", Todo: "Nothing is wrong with the request. Try it again.", Own: true})
}

// loginProblem is why the login page is shown again.
type loginProblem struct {
	Status int
	Text   string
	Typed  string
}

type loginView struct {
	Action, Interaction string
	Client              string
	Typed, Hint         string
	Problem             string
	// Continue is the user who may go on without a password.
	Continue string
}

func (v loginView) interaction() string { return v.Interaction }

func (v loginView) common() bool { return v.Typed == "" }

func (v loginView) with(interaction string) formView {
	v.Interaction = interaction
	return v
}

func (v loginView) contents(c *contents) {
	c.add(v.Action, v.Client, v.Typed, v.Hint, v.Problem, v.Continue)
}

func (p *Provider) pageLogin(w http.ResponseWriter, r *http.Request, id string, i *interactionRecord, problem loginProblem) {
	view := loginView{
		Action: p.issuer.Path + "/login", Interaction: id, Client: p.Client(i.Client).displayName(),
		Typed: problem.Typed, Hint: p.cfg.LoginHint, Problem: problem.Text,
	}
	if view.Typed == "" {
		view.Typed = i.LoginHint
	}
	session, err := p.sessionOf(r)
	switch {
	case err == nil && i.mayContinue(session.User):
		view.Continue = p.user(session.User).displayName()
	case err != nil && !errors.Is(err, ErrNotFound):
		p.pageUnavailable(w, err)
		return
	}
	status := http.StatusOK
	if problem.Status != 0 {
		status = problem.Status
	}
	p.render(w, status, "login", "Log in", redirectOf(i), view)
}

// mayContinue tells whether the session's user may go on without a password.
func (i *interactionRecord) mayContinue(user string) bool {
	return (!i.Fresh || i.Chooser) && (i.HintedUser == "" || i.HintedUser == user)
}

type consentView struct {
	Action, Interaction string
	Client, User        string
	Host                string
	// UserCode is the code on the device that asks, for the user to compare. Device
	// says that it is one.
	UserCode string
	Device   bool
	Scopes   []scopeView
	Identity bool
	// Details are the authorization details, in words.
	Details []detailView
	// Claims are single claims that the app asks for by name.
	Claims []string
	// Pages are the addresses that the app named when it registered itself.
	Pages []clientPage
}

func (v consentView) interaction() string { return v.Interaction }

func (v consentView) common() bool { return len(v.Details)+len(v.Claims) == 0 && v.UserCode == "" }

func (v consentView) with(interaction string) formView {
	v.Interaction = interaction
	return v
}

func (v consentView) contents(c *contents) {
	c.add(v.Action, v.Client, v.User, v.Host, v.UserCode)
	c.flag(v.Device)
	c.flag(v.Identity)
	c.count(len(v.Scopes))
	for _, one := range v.Scopes {
		c.add(one.Name, one.Words)
	}
	c.count(len(v.Details))
	for _, one := range v.Details {
		c.add(one.Words)
		c.count(len(one.Fields))
		for _, field := range one.Fields {
			c.add(field.Name, field.Value)
		}
	}
	c.count(len(v.Claims))
	c.add(v.Claims...)
	c.count(len(v.Pages))
	for _, one := range v.Pages {
		c.add(one.What, one.URL)
	}
}

// A clientPage is an address that a client registered for people to read. Nobody
// has looked at what is there.
type clientPage struct{ What, URL string }

type scopeView struct{ Name, Words string }

func (p *Provider) pageConsent(w http.ResponseWriter, id string, i *interactionRecord) {
	redirect, client := redirectOf(i), p.Client(i.Client)
	view := consentView{
		Action: p.issuer.Path + "/consent", Interaction: id, Client: client.displayName(), Pages: client.pages(),
		User: p.user(i.User).displayName(), Host: hostOf(redirect), Device: i.Device != "", Identity: slices.Contains(i.Scope, "openid"),
	}
	if !p.mode.Load().off[deviceContext.ID] {
		view.UserCode = i.UserCode
	}
	for _, one := range i.Details {
		if d, problem := p.readDetail(one); problem == "" {
			view.Details = append(view.Details, d.view())
		}
	}
	view.Claims = i.Claims.namesOf(p.user(i.User))
	for _, scope := range i.Scope {
		if scope != "openid" { // it has no box: without it the request is another one
			view.Scopes = append(view.Scopes, scopeView{scope, p.registry.now.Load().scopes[scope]})
		}
	}
	p.render(w, http.StatusOK, "consent", "Allow access", redirect, view)
}

type formPostView struct {
	Action string
	Client string
	Params []parameter
}

// pageFormPost sends the response as a form that the user submits with one
// click (OAuth 2.0 Form Post Response Mode §2).
func (p *Provider) pageFormPost(w http.ResponseWriter, t target, out []parameter) {
	redirect, _ := url.Parse(t.redirectURI) // validated
	p.render(w, http.StatusOK, "form_post", "Back to the app", redirect,
		formPostView{Action: t.redirectURI, Client: t.client.displayName(), Params: out})
}

func redirectOf(i *interactionRecord) *url.URL {
	u, _ := url.Parse(i.RedirectURI) // validated before the interaction began
	return u
}

// hostOf is what the consent page calls the place that the answer goes to.
func hostOf(u *url.URL) string {
	if u.Host == "" {
		return u.Scheme + ":"
	}
	return u.Host
}
