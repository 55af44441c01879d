package lab

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// backchannelPath is where a client hears of a logout.
const backchannelPath = "/backchannel-logout"

// logoutEvent is the one event of a logout token (OpenID Connect Back-Channel
// Logout 1.0 §2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

func backchannel(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect Back-Channel Logout 1.0", Section: section}
}

// A logoutToken is the state of one logout token that reached a client.
type logoutToken struct {
	token, issuer, client string
	keys                  *playground.KeySet // the issuer's
	noKeys                error              // why there are none
	policy                playground.Policy
	// once notes the jti and says whether it is new.
	once    func(jti string) (bool, error)
	verdict *playground.Result
	claims  map[string]any
}

func (t *logoutToken) text(claim string) string {
	s, _ := t.claims[claim].(string)
	return s
}

// logoutTokenChecks are the validation of a logout token (OpenID Connect
// Back-Channel Logout 1.0 §2.6). The rows of the token's own verdict come before
// logout_token.
func logoutTokenChecks() []playground.Check[logoutToken] {
	return []playground.Check[logoutToken]{
		{
			Rule: playground.Rule{ID: "logout_token_present", Title: "There is a logout token", Spec: backchannel("2.5"), Level: playground.Must},
			Test: func(t *logoutToken) playground.Outcome {
				if t.token == "" {
					return playground.Fail("logout_token", "none", "Post the token in the body, as a form.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "logout_token", Title: "The issuer signed it, for this client, and it has not expired", Spec: backchannel("2.6"), Level: playground.Must},
			Test: (*logoutToken).verify,
		},
		{
			Rule: playground.Rule{ID: "logout_jti", Title: "It has an id: jti", Spec: backchannel("2.4"), Level: playground.Must, Switchable: true},
			Test: func(t *logoutToken) playground.Outcome {
				if t.text("jti") == "" {
					o := playground.Fail("jti", "none", "Give each logout token an id of its own.")
					o.Why = "Without it nobody can see that the same token has come before. ID tokens need no jti, so it also keeps the two kinds apart."
					return o
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "logout_events", Title: "events says that it is a logout", Spec: backchannel("2.6"), Level: playground.Must, Switchable: true},
			Test: func(t *logoutToken) playground.Outcome {
				events, _ := t.claims["events"].(map[string]any)
				if _, ok := events[logoutEvent].(map[string]any); !ok {
					o := playground.Fail(logoutEvent, "another event, or none", "Send a logout token, and no other token.")
					o.Why = "Other tokens of the issuer have the same signature. What this one is for, only events says."
					return o
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "logout_sid", Title: "It names the session: sid", Spec: backchannel("2.4"), Level: playground.Must},
			Test: func(t *logoutToken) playground.Outcome {
				if t.text("sid") == "" {
					return playground.Fail("sid", "none", "Send the sid of the session. This client asks for it.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "logout_no_nonce", Title: "It has no nonce", Spec: backchannel("2.6"), Level: playground.Must, Switchable: true},
			Test: func(t *logoutToken) playground.Outcome {
				if _, ok := t.claims["nonce"]; ok {
					o := playground.Fail("no nonce", "a nonce", "Leave it out.")
					o.Why = "A nonce belongs into ID tokens. A logout token that has one could be taken for a login."
					return o
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "logout_jti_new", Title: "Its jti was not seen before", Spec: backchannel("2.6"), Level: playground.Should},
			Test: func(t *logoutToken) playground.Outcome {
				if t.text("jti") == "" {
					return playground.Skip("It has no jti that could have been seen.")
				}
				switch fresh, err := t.once(t.text("jti")); {
				case err != nil:
					return playground.Broken(err)
				case !fresh:
					return playground.Fail("a jti that is new", "one that was seen", "Each logout token counts once.")
				}
				return playground.Pass()
			},
		},
	}
}

// verify asks the playground's engine.
func (t *logoutToken) verify() playground.Outcome {
	if t.noKeys != nil {
		o := noKeysAtHand(t.noKeys)
		o.Case, o.Why = "", "Without the keys nobody can tell a good token from a forged one. Nobody is logged out."
		return o
	}
	var refused *playground.Outcome
	t.verdict, refused = judgedByClient(t.token, t.keys, t.policy, backchannel("2.6"), "Nobody is logged out.")
	if refused != nil {
		return *refused
	}
	if err := json.Unmarshal(t.verdict.Token.Payload().Bytes, &t.claims); err != nil {
		return playground.Fail("a JSON object", "something else", "Use the token as the issuer made it.")
	}
	return playground.Pass()
}

// logoutPolicy is what the playground's engine asks of a logout token.
func logoutPolicy(issuer, client string, now time.Time) playground.Policy {
	return playground.Policy{
		Issuer: issuer, Audience: client, Require: []string{"iss", "aud", "iat", "exp"}, Now: now,
	}
}

// receiveLogout is a client's back-channel logout URI (OpenID Connect Back-Channel
// Logout 1.0 §2.5, §2.8).
func (a *app) receiveLogout(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if a.isDown(ctx) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "Down for maintenance.", http.StatusServiceUnavailable)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form can't be read.", http.StatusBadRequest)
		return
	}
	t := &logoutToken{
		token: r.PostForm.Get("logout_token"), issuer: a.lab.Issuer(), client: a.id,
		policy: logoutPolicy(a.lab.Issuer(), a.id, a.lab.Now()),
		once: func(jti string) (bool, error) {
			return a.lab.store.Swap(ctx, "app:"+a.id+":jti:"+jti, nil, []byte("seen"), sessionTTL)
		},
	}
	if t.token != "" { // else the first rule refuses it, and AcmeID need not be asked
		t.keys, _, t.noKeys = a.lab.keysFor(ctx, ClientParty(a.id), t.token)
	}
	rows, refused, err := playground.Run(a.lab.mode(), t, logoutTokenChecks())
	trace.Report(ctx, t.verdict.Before(rows, "logout_token"))
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case err != nil:
		a.unavailable(w)
	case refused != nil:
		w.Header().Set("Content-Type", "application/json")
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
	default:
		a.endSessions(ctx, w, t.text("sid"))
	}
}

// endSessions ends what the client keeps for a session of AcmeID's.
func (a *app) endSessions(ctx context.Context, w http.ResponseWriter, sid string) {
	id, err := a.lab.store.Take(ctx, a.sidKey(sid))
	if err == nil {
		_, err = a.lab.store.Take(ctx, a.sessionKey(string(id)))
	}
	if err != nil && !isNotFound(err) {
		a.unavailable(w)
		return
	}
	w.WriteHeader(http.StatusOK) // also for a session that is gone already
}

func (a *app) sidKey(sid string) string { return "app:" + a.id + ":sid:" + sid }

// logOut ends the browser's session here, takes the access token back, and sends
// the browser to AcmeID, which ends its own (OpenID Connect RP-Initiated Logout
// 1.0 §2).
func (a *app) logOut(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	q := url.Values{"client_id": {a.id}, "post_logout_redirect_uri": {a.url() + "/"}, "state": {a.lab.value(ctx, "logout_state", 16)}}
	id, s, ok, err := a.sessionOf(r)
	if err == nil && ok {
		if _, err = a.lab.store.Take(ctx, a.sessionKey(id)); isNotFound(err) {
			err = nil
		}
		if s.Tokens.IDToken != "" {
			q.Set("id_token_hint", s.Tokens.IDToken)
		}
		if s.Tokens.AccessToken != "" && s.Server == "" && err == nil {
			err = a.call(ctx, s, Revoke())
		}
	}
	if err != nil {
		a.unavailable(w)
		return
	}
	a.setCookie(w, "")
	if ok && s.Server != "" { // AcmeID knows nothing of this login
		http.Redirect(w, r, a.mount()+"/", http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, a.lab.Issuer()+"/logout?"+q.Encode(), http.StatusSeeOther)
}

func downKey(client string) string { return "down:" + client }

// TakeDown makes a client of the cast answer 503 on its back channel for the rest
// of the run, or until an undo.
func (r *Run) TakeDown(ctx context.Context, client string) error {
	return r.lab.store.Put(r.context(ctx), downKey(client)+":"+r.id, []byte("down"), sessionTTL)
}

func (a *app) isDown(ctx context.Context) bool {
	run := trace.RunID(ctx)
	if run == "" {
		return false
	}
	_, err := a.lab.store.Get(ctx, downKey(a.id)+":"+run)
	return err == nil
}

// LogoutToken is a logout token for RunClub, signed by AcmeID, with claims that
// are changed: what AcmeID would send if it had a bug. A claim that is nil is left
// out.
func (l *Lab) LogoutToken(ctx context.Context, change map[string]any) (string, error) {
	claims := map[string]any{
		"iss": l.Issuer(), "aud": RunClub, "sub": "alice", "iat": l.Now().Unix(), "exp": l.Now().Add(2 * time.Minute).Unix(),
		"jti": l.value(ctx, "jti", 16), "events": map[string]any{logoutEvent: map[string]any{}}, "sid": "another-session",
	}
	maps.Copy(claims, change)
	return l.provider.Mint(ctx, mockprovider.MintRequest{Kind: mockprovider.MintRaw, Claims: claims, Header: map[string]any{"typ": "logout+jwt"}})
}

// inside is how AcmeID reaches a client of the cast: over the lab's wire, so that
// the message is recorded where it arrives. Nil for everybody else.
func (l *Lab) inside(client string) http.RoundTripper {
	if client != RunClub {
		return nil
	}
	return insider{l}
}

type insider struct{ lab *Lab }

// RoundTrip implements [http.RoundTripper].
func (i insider) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := i.lab.sendable(req); err != nil {
		return nil, err
	}
	sender := trace.Sender{From: AcmeID(), Channel: trace.Back}
	if r, ok := i.lab.Run(trace.RunID(req.Context())); ok {
		sender = r.sender(AcmeID(), trace.Back, "")
	}
	return i.lab.world.wire.RoundTrip(req.WithContext(trace.WithCall(req.Context(), &trace.Call{Sender: sender})))
}
