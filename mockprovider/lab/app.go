package lab

import (
	"context"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// An app is a client of the cast. FitTrack and FitTrack Lite do the same; they
// differ in how they authenticate at the token endpoint, and FitTrack Lite's
// calls stand for those that its page would make in the browser. FitTV's pages
// are the screen of a television.
type app struct {
	lab    *Lab
	id     string
	secret string // empty for a public client
	keyed  bool   // it proves with a key who it is (RFC 7523)
	bound  bool   // its access tokens are bound to its key (RFC 9449)
	pushes bool   // its authorization requests are pushed (RFC 9126)
	pages  *appPages

	callback []playground.Check[callback]
	answer   []playground.Check[tokenAnswer]
	api      []playground.Check[apiAnswer]
}

func newApp(l *Lab, id, secret string, pages *appPages) *app {
	registered := l.registered(id)
	a := &app{
		lab: l, id: id, secret: secret, pages: pages,
		keyed: registered.TokenEndpointAuthMethod == "private_key_jwt",
		bound: registered.DPoPBoundAccessTokens, pushes: registered.RequirePushedRequests,
		callback: callbackChecks(), answer: tokenAnswerChecks(), api: apiAnswerChecks(),
	}
	if a.bound {
		a.answer = boundAnswerChecks()
	}
	return a
}

func (l *Lab) app(id string) *app {
	for _, a := range l.apps {
		if a.id == id {
			return a
		}
	}
	return nil
}

func (a *app) mount() string  { return "/app/" + a.lab.id + "/" + a.id }
func (a *app) url() string    { return a.lab.clientURL(a.id) }
func (a *app) cookie() string { return strings.ReplaceAll(a.id, "-", "_") + "_session" }
func (a *app) public() bool   { return a.secret == "" && !a.keyed }

// inPage says that the client is a script in the browser's page.
func (a *app) inPage() bool { return a.id == FitTrackLite || a.id == FitTrackClassic }

// device says that the client has no browser: somebody answers on another screen.
func (a *app) device() bool { return a.id == FitTV }

// login says that the client is there to log people in: by OpenID Connect.
func (a *app) login() bool { return a.id == CoachBoard || a.id == RunClub }

// via is "server" for a client without a server of its own: the lab sends in the
// stead of its page.
func (a *app) via() string {
	if a.inPage() {
		return "server"
	}
	return ""
}

// ServeHTTP is the client's web site.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secureHeaders(w.Header())
	path := strings.TrimPrefix(r.URL.Path, a.mount())
	if a.serveDevice(w, r, path) {
		return
	}
	switch {
	case path == "/style.css":
		a.pages.style(w)
	case path == backendSteps && a.backend():
		a.serveSteps(w, r)
	case path == "/password" && a.implicit() && (r.Method == http.MethodGet || r.Method == http.MethodPost):
		a.takePassword(w, r)
	case path == backchannelPath && a.id == RunClub && r.Method == http.MethodPost:
		a.receiveLogout(w, r)
	case path == "/logout" && a.id == CoachBoard && r.Method == http.MethodGet:
		a.logOut(w, r)
	case path == "/disconnect" && r.Method == http.MethodPost:
		a.disconnect(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		a.refuse(w, http.StatusMethodNotAllowed, "This address takes GET only.")
	case path == "":
		http.Redirect(w, r, a.mount()+"/", http.StatusSeeOther)
	case path == "/":
		a.home(w, r)
	case path == "/connect":
		a.connect(w, r)
	case path == "/continue" && a.pushes:
		a.goOn(w, r)
	case path == callbackOf("") && a.implicit():
		a.receiveToken(w, r)
	case path == callbackOf("") || path == callbackOf(PaceID):
		a.receive(w, r)
	default:
		a.refuse(w, http.StatusNotFound, "There is no such page here.")
	}
}

// secureHeaders are those of every page of a client. The pages have no script.
func secureHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the callback's URL holds a code
	h.Set("X-Content-Type-Options", "nosniff")
}

// sessionOf returns the session that the browser's cookie names.
func (a *app) sessionOf(r *http.Request) (id string, s *Session, ok bool, err error) {
	if id := a.runSession(r.Context()); id != "" {
		s, ok, err = a.load(r.Context(), id)
		return id, s, ok, err
	}
	c, err := r.Cookie(a.cookie())
	if err != nil {
		return "", nil, false, nil //nolint:nilerr // no cookie is no fault
	}
	s, ok, err = a.load(r.Context(), c.Value)
	return c.Value, s, ok, err
}

// run is the run that a message belongs to, or nil.
func (a *app) run(ctx context.Context) *Run {
	r, _ := a.lab.Run(trace.RunID(ctx))
	return r
}

// settings are what the run asks of the client; without a run it does what is
// right by default.
func (a *app) settings(ctx context.Context) (cfg RunConfig, guided bool) {
	// A second client that takes part in a run goes on by itself.
	if r := a.run(ctx); r != nil && r.cfg.Client == a.id {
		return r.cfg, r.Guided()
	}
	return RunConfig{Client: a.id, PKCE: true, Scope: UsualScope(a.id)}, false
}

// oauth is the client's configuration of golang.org/x/oauth2.
func (a *app) oauth(scope string) *oauth2.Config {
	style := oauth2.AuthStyleInHeader // client_secret_basic, RFC 6749 §2.3.1
	if a.secret == "" {
		style = oauth2.AuthStyleInParams // client_id in the body, RFC 6749 §3.2.1
	}
	return &oauth2.Config{
		ClientID: a.id, ClientSecret: a.secret,
		Endpoint: oauth2.Endpoint{
			AuthURL: a.lab.Issuer() + "/authorize", TokenURL: a.lab.Issuer() + "/token", AuthStyle: style,
			DeviceAuthURL: a.lab.Issuer() + "/device_authorization",
		},
		RedirectURL: a.url() + "/callback",
		Scopes:      strings.Fields(scope),
	}
}

// connect starts the flow: values are made, kept for this browser, and the
// browser is sent to the authorization server (RFC 6749 §4.1.1).
func (a *app) connect(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	cfg, guided := a.settings(ctx)
	s := &Session{State: a.lab.value(ctx, "state", 16), Scope: cfg.Scope} // 128 bits
	s.Redirect = a.url() + callbackOf("")
	if r.URL.Query().Get("with") == PaceID {
		s.Server = PaceID
		if cfg.RedirectPerIssuer {
			s.Redirect = a.url() + callbackOf(PaceID)
		}
	}
	var opts []oauth2.AuthCodeOption
	if a.implicit() {
		opts = append(opts, oauth2.SetAuthURLParam("response_type", "token"))
	} else if cfg.PKCE {
		s.Verifier = a.lab.value(ctx, "code_verifier", 32) // 43 characters, RFC 7636 §4.1
		s.Challenge = oauth2.S256ChallengeFromVerifier(s.Verifier)
		opts = append(opts, oauth2.S256ChallengeOption(s.Verifier))
	}
	if a.login() {
		s.Nonce = a.lab.value(ctx, "nonce", 16)
		opts = append(opts, oauth2.SetAuthURLParam("nonce", s.Nonce))
		// What it learned about its provider before serves every login.
		if known, ok, err := a.load(ctx, "run-"+trace.RunID(ctx)); err == nil && ok && s.Server == "" {
			s.Keys, s.JWKSURI = known.Keys, known.JWKSURI
		}
	}
	if cfg.Details != "" {
		opts = append(opts, oauth2.SetAuthURLParam("authorization_details", cfg.Details))
	}
	s.AuthURL = a.at(s).AuthCodeURL(s.State, opts...)
	a.lab.gate.learn("state", s.State, trace.RunID(ctx))
	next := s.AuthURL
	if a.pushes {
		next = a.url() + "/continue"
		if !guided {
			a.push(ctx, s)
		}
	}
	id := a.lab.value(ctx, a.id+"_session", 16)
	if err := a.save(ctx, id, s); err != nil {
		a.unavailable(w)
		return
	}
	a.setCookie(w, id)
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// setCookie gives the browser the cookie of its session, or takes it away. Until
// the browser is back from AcmeID, the cookie has to come along with a link from
// another site, so it is Lax.
func (a *app) setCookie(w http.ResponseWriter, id string) {
	a.setCookieAs(w, id, http.SameSiteLaxMode)
}

func (a *app) setCookieAs(w http.ResponseWriter, id string, mode http.SameSite) {
	c := &http.Cookie{
		Name: a.cookie(), Value: id, Path: a.mount() + "/", HttpOnly: true, SameSite: mode,
		Secure: strings.HasPrefix(a.lab.Origin(), "https:"),
	}
	if id == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// disconnect makes the client forget this browser's tokens.
func (a *app) disconnect(w http.ResponseWriter, r *http.Request) {
	if id, _, ok, _ := a.sessionOf(r); ok {
		if _, err := a.lab.store.Take(r.Context(), a.sessionKey(id)); err != nil && !isNotFound(err) {
			a.unavailable(w)
			return
		}
	}
	a.setCookie(w, "")
	http.Redirect(w, r, a.mount()+"/", http.StatusSeeOther)
}
