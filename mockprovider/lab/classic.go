package lab

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// implicit says that the client is from the years in which a page got its token by
// the redirect (RFC 6749 §4.2), or asked for the password (§4.3). AcmeID lets it,
// and nobody else, under a policy of its own.
func (a *app) implicit() bool { return a.id == FitTrackClassic }

// fragmentKey is where the address that the run's browser shows keeps its fragment:
// no server gets to see it, and the page's script reads it.
func (r *Run) fragmentKey() string { return "fragment:" + r.id }

// KeepFragment notes the fragment of the address that the run's browser goes to.
func (r *Run) KeepFragment(ctx context.Context, fragment string) error {
	return r.lab.store.Put(r.context(ctx), r.fragmentKey(), []byte(fragment), sessionTTL)
}

// landed keeps the fragment of the address that an answer sends the browser to, if
// it is an address of the run's client.
func (r *Run) landed(e *trace.Entry) {
	a, u := r.lab.app(r.cfg.Client), e.Response.Location()
	if u == nil || u.Fragment == "" || !strings.HasPrefix(u.Path, a.mount()+"/") {
		return
	}
	if err := r.KeepFragment(context.Background(), u.EscapedFragment()); err != nil {
		r.Mark("client_forgot", a.id+" could not keep the address.", nil)
	}
}

// fragmentChecks are what the page's script tests before it takes the token: the
// same as for a code, but for what it brings.
func fragmentChecks() []playground.Check[callback] {
	return append(
		slices.DeleteFunc(callbackChecks(), func(c playground.Check[callback]) bool { return c.ID == "code_present" }),
		playground.Check[callback]{
			Rule: playground.Rule{
				ID: "fragment_token", Title: "There is a bearer token in the fragment",
				Spec: rfc("6749", "4.2.2"), Level: playground.Must,
			},
			Test: func(c *callback) playground.Outcome {
				if c.params.Get("access_token") == "" || !strings.EqualFold(c.params.Get("token_type"), "Bearer") {
					return playground.Fail("access_token, and token_type=Bearer", "none", "Let the answer through as the authorization server sent it.")
				}
				o := playground.Pass()
				o.Why = "Nothing in the answer says for which app the token was issued."
				return o
			},
		},
	)
}

// receiveToken is the callback of a page that got its token by the redirect. The
// browser sends no fragment, so the request says nothing; the page's script reads
// the address, and the lab reads it in the script's stead.
func (a *app) receiveToken(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id, s, ok, err := a.sessionOf(r)
	run := a.run(ctx)
	if err != nil {
		a.unavailable(w)
		return
	}
	c := &callback{params: url.Values{}, issuer: a.lab.Issuer(), at: a.url() + callbackOf("")}
	if run != nil {
		raw, err := a.lab.store.Get(ctx, run.fragmentKey())
		if err != nil && !isNotFound(err) {
			a.unavailable(w)
			return
		}
		c.params, _ = url.ParseQuery(string(raw)) // what parses is what a script would find
	}
	if ok {
		c.session = s
	}
	rows, refused, _ := playground.Run(a.mode(ctx), c, fragmentChecks())
	trace.Report(ctx, rows)
	if refused != nil {
		a.refuse(w, http.StatusBadRequest, refusal(refused))
		return
	}
	life, _ := strconv.ParseInt(c.params.Get("expires_in"), 10, 64) // 0 where it is missing
	s.Problem, s.Steps = "", nil
	s.Tokens = Tokens{
		AccessToken: c.params.Get("access_token"), TokenType: c.params.Get("token_type"), ExpiresIn: life,
		Scope: c.params.Get("scope"), Obtained: a.lab.Now(),
	}
	a.fetchUnlessGuided(ctx, s)
	if err := a.update(ctx, id, s); err != nil {
		a.unavailable(w)
		return
	}
	http.Redirect(w, r, a.mount()+"/", http.StatusSeeOther)
}

func (a *app) fetchUnlessGuided(ctx context.Context, s *Session) {
	if _, guided := a.settings(ctx); guided {
		return
	}
	if _, err := a.callAPI(ctx, s, nil); err != nil {
		s.Problem = "StepCloud could not be reached."
	}
}

// takePassword is the form with which the client asks for somebody's password at
// AcmeID, and what it does with it: it keeps both.
func (a *app) takePassword(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if r.Method != http.MethodPost {
		v := a.view("Sign in with your AcmeID password")
		v.AsksPassword, v.Walk = true, a.walk(ctx)
		a.render(w, http.StatusOK, v)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil || r.PostForm.Get("username") == "" || r.PostForm.Get("password") == "" {
		a.refuse(w, http.StatusBadRequest, "Type a name and a password.")
		return
	}
	s := &Session{Scope: ScopeStepsRead, Username: r.PostForm.Get("username"), Password: r.PostForm.Get("password")}
	id := a.lab.value(ctx, a.id+"_session", 16)
	if _, guided := a.settings(ctx); !guided {
		if err := a.call(ctx, s, PasswordGrant("")); err != nil {
			s.Problem = "AcmeID could not be reached."
		} else if s.Problem == "" {
			a.fetchUnlessGuided(ctx, s)
		}
	}
	if err := a.save(ctx, id, s); err != nil {
		a.unavailable(w)
		return
	}
	a.setCookie(w, id)
	http.Redirect(w, r, a.mount()+"/", http.StatusSeeOther)
}

// ErrNoPassword is returned where a client holds nobody's password.
var ErrNoPassword = errors.New("lab: the client holds no password")

// PasswordGrant is a client's request for a token with somebody's password (RFC
// 6749 §4.3.2), for the scope, or for the session's if that is empty.
func PasswordGrant(scope string) Call {
	return byLibrary(func(ctx context.Context, a *app, s *Session) (*oauth2.Token, error) {
		if s.Password == "" {
			return nil, ErrNoPassword
		}
		o := a.at(s)
		if scope != "" {
			o.Scopes = strings.Fields(scope)
		}
		return o.PasswordCredentialsToken(ctx, s.Username, s.Password)
	})
}
