package mockprovider

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"time"

	"claimcheck/playground"
)

// interactionTTL is how long login and consent may take.
const interactionTTL = 30 * time.Minute

// An interactionRecord is an accepted authorization request that waits for its
// user: what was asked, which browser asked, and how far the user is. Its ID is
// the token of the login and consent forms.
type interactionRecord struct {
	Browser string // hash of the browser's cookie

	Client          string
	RedirectURI     string
	RedirectURISent bool
	Mode            string
	// Type is what the answer has in it.
	Type responseType

	State      string
	Scope      []string
	Nonce      string
	Challenge  string
	Method     string
	LoginHint  string
	HintedUser string
	Resources  []string
	// Claims are single claims that were asked for, ACR the acr of the ID token if
	// it is to have one.
	Claims claimsRequest
	ACR    string
	// Details are asked for anew each time: they are about one transaction.
	Details authorizationDetails

	Thumbprint string
	// Pushed is the key of the pushed request that this one is.
	Pushed string
	// Device is the device that waits for the answer, instead of a redirect URI,
	// and UserCode what it shows.
	Device   string
	UserCode string
	// Fresh asks for a login in this interaction, whatever the session says.
	Fresh bool
	// Chooser lets a user who is logged in go on: prompt=select_account.
	Chooser bool
	// AskConsent asks for the consent page, whatever is remembered.
	AskConsent bool

	User     string // set by the login
	AuthTime time.Time
	Expires  time.Time
	Done     bool

	Removals uint64 // see [grantRecord]

	// repost says that the answer to the form at hand goes out the wrong way, see
	// loginSeeOther. It is not kept.
	repost bool
}

func (i *interactionRecord) pack(p *packer) {
	p.text(&i.Browser, &i.Client, &i.RedirectURI, &i.Mode, (*string)(&i.Type), &i.State, &i.Nonce, &i.Challenge, &i.Method)
	p.text(&i.LoginHint, &i.HintedUser, &i.ACR, &i.Thumbprint, &i.Pushed, &i.Device, &i.UserCode, &i.User)
	p.texts(&i.Scope, &i.Resources)
	p.flag(&i.RedirectURISent, &i.Fresh, &i.Chooser, &i.AskConsent, &i.Done)
	p.time(&i.AuthTime, &i.Expires)
	packJSON(p, i.Claims.asks(), &i.Claims)
	p.details(&i.Details)
	p.number(&i.Removals)
}

func (i *interactionRecord) target(p *Provider) target {
	return target{redirectURI: i.RedirectURI, mode: i.Mode, state: i.State, client: p.Client(i.Client), repost: i.repost}
}

// begin takes over an accepted authorization request and shows the page that it
// needs next: login, consent, or none.
func (p *Provider) begin(w http.ResponseWriter, s *authorization) {
	ctx := s.r.Context()
	i := s.wish("")
	i.RedirectURI, i.RedirectURISent = s.redirectURI, s.params.has("redirect_uri")
	i.Nonce, i.LoginHint, i.HintedUser = s.nonce(), s.loginHint(), s.hinted
	i.Challenge, i.Thumbprint = s.params.get("code_challenge"), s.params.get("dpop_jkt")
	i.Expires, i.AskConsent = p.now().Add(interactionTTL), s.prompts("consent")
	i.Fresh = s.prompts("login") || s.prompts("select_account") || s.tooOld()
	i.Chooser = s.prompts("select_account") && !s.prompts("login") && !s.tooOld()
	if s.wantsACR() {
		i.ACR = acrPassword
	}
	if s.reference != "" {
		i.Pushed = kindPushed.key(s.reference)
	}
	t := s.target()
	i.Mode, i.State, i.Type = t.mode, t.state, s.responseType()
	if i.Challenge != "" {
		i.Method = s.challengeMethodOr()
	}
	if s.session != nil && !i.Fresh && (s.hinted == "" || s.hinted == s.session.User) {
		i.User, i.AuthTime = s.session.User, s.session.AuthTime
	}
	next, err := p.next(ctx, &s.strict, i)
	if user := s.autoLogin(); user != nil {
		i.User, i.AuthTime, next = user.ID, p.now(), stepCode
	}
	if err != nil {
		p.pageUnavailable(w, err)
		return
	}
	if next == stepCode {
		p.finish(w, s.r, i)
		return
	}
	id := p.value(ctx, "interaction", "")
	i.Browser = hashOf(p.browser(w, s.r, id))
	if err := save(ctx, p.store, kindInteraction, id, i, interactionTTL); err != nil {
		p.pageUnavailable(w, err)
		return
	}
	if next == stepLogin {
		p.pageLogin(w, s.r, id, i, loginProblem{})
		return
	}
	p.pageConsent(w, id, i)
}

// wish is what of the request the user is asked to allow.
func (s *authorization) wish(user string) *interactionRecord {
	return &interactionRecord{
		Client: s.client.ID, User: user, Scope: s.scope(), Resources: s.params.resources(), Claims: s.claims, Details: s.details,
		Removals: s.p.removals(),
	}
}

// autoLogin is the user that login_hint names, where client and policy let that
// stand for a login.
func (s *authorization) autoLogin() *User {
	if !s.client.InsecureAutoLogin || s.strict.bit&(inPermissive|inRFC6749) == 0 {
		return nil
	}
	user := s.p.typed(s.params.get("login_hint"))
	if user != nil && s.hinted != "" && s.hinted != user.ID {
		return nil // two users are named: the login page decides
	}
	return user
}

// step is what an interaction needs next.
type step int

const (
	stepLogin step = iota
	stepConsent
	stepCode
)

func (p *Provider) next(ctx context.Context, strict *strictness, i *interactionRecord) (step, error) {
	if i.User == "" {
		return stepLogin, nil
	}
	if i.AskConsent {
		return stepConsent, nil
	}
	ok, err := p.remembered(ctx, strict, i)
	if err != nil || !ok {
		return stepConsent, err
	}
	return stepCode, nil
}

// consentAlways makes native apps ask each time: another app on the device may
// use their client_id (RFC 8252 §8.6).
var consentAlways = playground.Rule{
	ID: "consent_always", Title: "A native app asks for consent each time",
	Spec: rfc("8252", "8.6"), Level: playground.Should, Switchable: true,
}

// remembered tells whether the user agreed before to all that is asked for, and
// asked us to remember it.
func (p *Provider) remembered(ctx context.Context, strict *strictness, i *interactionRecord) (bool, error) {
	c, user := p.Client(i.Client), p.user(i.User)
	if c == nil || user == nil || len(i.Details) > 0 {
		return false, nil
	}
	if c.public() && c.native() && !strict.off(consentAlways.ID) {
		return false, nil
	}
	consent, _, err := load[consentRecord](ctx, p.store, kindConsent, consentID(user.ID, c.ID))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !p.userStands(user.ID, consent.Removals) || !p.clientStands(c.ID, consent.Removals) {
		return false, nil
	}
	return covers(consent.Scope, i.Scope) && covers(consent.Claims, i.Claims.namesOf(user)), nil
}

// consentID is unambiguous: the lengths of its parts are in the hash.
func consentID(user, client string) string {
	return url.QueryEscape(user) + "&" + url.QueryEscape(client)
}

func hashOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// equal compares two secrets without telling by its duration where they differ.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// form is what the rules of the login and consent pages know. Each field names
// the rule that fills it.
type form struct {
	p      *Provider
	r      *http.Request
	params params

	id   string             // interaction_token
	rec  *interactionRecord // interaction_token
	raw  []byte             // interaction_token: the record's bytes
	user *User              // login_credentials, nil where the session goes on
	// turn is the one that login_attempts took.
	turn turn

	judgement *judgement // see judge

	deviceID string        // user_code_known
	device   *deviceRecord // user_code_known
}

// judge runs the rules of the form and reports them. Call end when it is answered.
func (f *form) judge(checks []playground.Check[form]) (refused *playground.Finding, err error) {
	f.judgement = f.p.newJudgement(playground.Mode{})
	judge(f.judgement, f, checks)
	f.p.report(f.r.Context(), f.judgement.rows)
	return f.judgement.refused, f.judgement.err
}

// end gives back what the form took for its time.
func (f *form) end() {
	f.turn.end()
	if f.judgement != nil {
		f.judgement.end()
	}
}

// The rules that both forms start with. They make sure that the answer comes
// from the page that we showed, in the browser that we showed it in.
var interactionToken = playground.Rule{
	ID: "interaction_token", Title: "The form carries its interaction",
	Spec: rfc("6749", "10.12"), Level: playground.Must,
}

var interactionBrowser = playground.Rule{
	ID: "interaction_browser", Title: "It is the browser that began it",
	Spec: rfc("6749", "10.12"), Level: playground.Must,
}

var interactionOpen = playground.Rule{
	ID: "interaction_open", Title: "The interaction is still open",
	Spec: rfc("6749", "10.12"), Level: playground.Choice,
}

func (f *form) interactionToken() playground.Outcome {
	f.id = f.params.get("interaction")
	if f.id == "" || len(f.params.values["interaction"]) > 1 {
		return failAt("interaction", "the interaction of the page", "none", "go back to the app and start again")
	}
	rec, raw, err := load[interactionRecord](f.r.Context(), f.p.store, kindInteraction, f.id)
	if errors.Is(err, ErrNotFound) {
		return failAt("interaction", "an interaction that this server began", "an unknown one", "go back to the app and start again")
	}
	if err != nil {
		return playground.Broken(err)
	}
	if !f.p.clientStands(rec.Client, rec.Removals) {
		return failAt("interaction", "an interaction of a registered client", "the client is gone", "go back to the app and start again")
	}
	f.rec, f.raw = rec, raw
	return playground.Pass()
}

func (f *form) interactionBrowser() playground.Outcome {
	for _, name := range []string{cookieBrowser, cookieOf(f.id)} {
		if value := f.p.cookie(f.r, name); value != "" && equal(hashOf(value), f.rec.Browser) {
			return playground.Pass()
		}
	}
	o := playground.Fail("the cookie of the browser that began", "another one, or none", "open the app in this browser and start there")
	o.Why = "Otherwise somebody could begin with their own account and let another person finish."
	return o
}

func (f *form) interactionOpen() playground.Outcome {
	switch {
	case f.rec.Done:
		return failAs("interaction_done", "an open interaction", "one that is already answered", "go back to the app and start again")
	case !f.p.now().Before(f.rec.Expires):
		return failAs("interaction_expired", "an answer within 30 minutes", "a later one", "go back to the app and start again")
	}
	return playground.Pass()
}

// store puts the changed record in the place of the one that was read. False
// means that another request was faster.
func (f *form) store() (bool, error) {
	return replace(f.r.Context(), f.p.store, kindInteraction, f.id, f.raw, f.rec, interactionTTL)
}
