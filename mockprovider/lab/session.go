package lab

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"claimcheck/mockprovider"
)

// A Session is what a client remembers for one browser, which shows its session
// cookie. The tokens stay at the client; the browser never sees them.
type Session struct {
	// State binds the answer to this browser (RFC 6749 §10.12).
	State string `json:"state,omitempty"`
	// Verifier and Challenge are those of PKCE (RFC 7636 §4.1, §4.2), empty
	// without it.
	Verifier  string `json:"code_verifier,omitempty"`
	Challenge string `json:"code_challenge,omitempty"`
	// Scope is what was asked for.
	Scope string `json:"scope,omitempty"`
	// Server is the authorization server that the person chose: empty for AcmeID,
	// or PaceID. Redirect is the redirect URI that went with the request.
	Server   string `json:"server,omitempty"`
	Redirect string `json:"redirect_uri,omitempty"`
	// Username and Password are what somebody typed into the app's own form (RFC
	// 6749 §4.3). No app should have them.
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
	// AuthURL is the authorization request that the client made.
	AuthURL string `json:"auth_url,omitempty"`
	// RequestURI is what AcmeID gave for the request that was pushed (RFC 9126
	// §2.2), empty at a client that pushes nothing.
	RequestURI string `json:"request_uri,omitempty"`
	// Code is what the callback brought. A real client drops it after use; this
	// one keeps it until the next start, so that it can be sent twice.
	Code string `json:"code,omitempty"`
	// Problem is why the client gave up, in a sentence. Empty if it did not.
	Problem string `json:"problem,omitempty"`
	Tokens  Tokens `json:"tokens"`
	// Steps is what StepCloud answered, nil if it was not asked.
	Steps []Day `json:"steps,omitempty"`
	// DPoPNonce is what AcmeID wants to see in the next proof (RFC 9449 §8).
	DPoPNonce string `json:"dpop_nonce,omitempty"`
	// Nonce ties an ID token to this login in this browser, Keys is the issuer's
	// JWK Set as it was fetched, Subject who the ID token is about, and Account who
	// is logged in. All are empty at a client that logs nobody in.
	Nonce   string   `json:"nonce,omitempty"`
	JWKSURI string   `json:"jwks_uri,omitempty"` // from the metadata
	Keys    []byte   `json:"keys,omitempty"`
	Subject string   `json:"subject,omitempty"`
	SID     string   `json:"sid,omitempty"` // of AcmeID's session
	Account *Account `json:"account,omitempty"`
	// Device is what a client without a browser waits with, nil at others.
	Device *Device `json:"device,omitempty"`
	// User is whose steps they are, as StepCloud said.
	User string `json:"user,omitempty"`

	raw []byte // as it was loaded, nil at one that is new
}

// Tokens are the token endpoint's answer (RFC 6749 §5.1).
type Tokens struct {
	AccessToken  string `json:"access_token,omitempty"`
	TokenType    string `json:"token_type,omitempty"`
	ExpiresIn    int64  `json:"expires_in,omitempty"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	// Obtained is when, by the lab's clock.
	Obtained time.Time `json:"obtained,omitzero"`
}

// A Day is how many steps somebody took on a date.
type Day struct {
	Date  string `json:"date"`
	Steps int    `json:"steps"`
}

// sessionTTL is how long a client remembers a browser.
const sessionTTL = 24 * time.Hour

func (a *app) sessionKey(id string) string { return "app:" + a.id + ":" + id }

// load returns the session with this id. ok is false if there is none; err is a
// fault of the store.
func (a *app) load(ctx context.Context, id string) (s *Session, ok bool, err error) {
	if id == "" || len(id) > 100 {
		return nil, false, nil
	}
	raw, err := a.lab.store.Get(ctx, a.sessionKey(id))
	if errors.Is(err, mockprovider.ErrNotFound) {
		return nil, false, nil
	}
	s = &Session{}
	if err == nil {
		err = json.Unmarshal(raw, s)
		s.raw = raw
	}
	return s, err == nil, err
}

// save keeps a session that begins, in place of what was under its id. What became
// of a session that was loaded is for update.
func (a *app) save(ctx context.Context, id string, s *Session) error {
	raw, err := a.encode(ctx, id, s)
	if err != nil {
		return err
	}
	return a.lab.store.Put(ctx, a.sessionKey(id), raw, sessionTTL)
}

// encode is the session as it is kept. If AcmeID named its own session, a logout
// token finds this one from now on.
func (a *app) encode(ctx context.Context, id string, s *Session) ([]byte, error) {
	if s.SID != "" {
		if err := a.lab.store.Put(ctx, a.sidKey(s.SID), []byte(id), sessionTTL); err != nil {
			return nil, err
		}
	}
	return json.Marshal(s) //nolint:gosec // the lab keeps what an app of its story keeps
}

// sessionID is the id of a session at the run's client, from the jar of whose
// browser it is.
func (r *Run) sessionID(ctx context.Context) string {
	a := r.lab.app(r.cfg.Client)
	r.mu.Lock()
	defer r.mu.Unlock()
	// A program without a browser keeps what it holds for the run itself.
	return cmp.Or(r.jarOf(actor(ctx)).at("").value(a.cookie(), a.mount()+"/", r.lab.world.cfg.Now()), "run-"+r.id)
}

// Session is what the client holds for the run's browser now. It is empty
// before the client made one.
func (r *Run) Session() Session { return r.SessionOf(context.Background()) }

// SessionOf is what the client holds for the browser that ctx is about: the
// run's, or the attacker's (see [AsMallory]).
func (r *Run) SessionOf(ctx context.Context) Session {
	s, ok, err := r.lab.app(r.cfg.Client).load(ctx, r.sessionID(ctx))
	if err != nil || !ok {
		return Session{}
	}
	return *s
}
