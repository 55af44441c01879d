package walkthrough

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// mixUp is the flow mix-up: FitTrack Lite works with AcmeID and with a server that
// Mallory runs, and is led to take the answer of the one for the other's (RFC 9700
// §4.4).
func mixUp() *script {
	actions := codeActions()
	for _, id := range []string{"redirect", "authorization-check", "token-response", "api-request", "api-check", "api-response", "page"} {
		delete(actions, id)
	}
	actions["connect"].preview = previewConnectWith(lab.PaceID)
	actions["asked"] = &action{
		half: HalfRequest, after: "connect",
		owns: to(trace.RoleAttacker, http.MethodGet, "/authorize"), good: redirects,
		preview: actions["authorization-request"].preview,
	}
	actions["misdirection"] = &action{of: "asked", half: HalfResponse}
	actions["authorization-request"].after = "asked"
	actions["authorization-request"].preview = previewNext("asked", "the browser has not been to PaceID yet")
	actions["callback"].owns = func(_ *Walk, e *trace.Entry) bool {
		return e.To.Role == trace.RoleClient && strings.Contains(e.Path(), "/callback")
	}
	actions["callback"].good = func(w *Walk, e *trace.Entry) bool {
		switch f := e.Refusal(); {
		case w.v.Is("defence", "iss"):
			return f != nil && f.FindingID() == "iss_equal"
		case w.v.Is("defence", "uris"):
			return f != nil && f.ID == "callback_address"
		}
		return accepted(w, e)
	}
	actions["token-request"].owns = to(trace.RoleAttacker, http.MethodPost, "/token")
	actions["token-request"].after = "callback"
	actions["token-request"].good = refusedBy("code_known")
	actions["token-request"].expires, actions["token-request"].stead = nil, true
	actions["mallory-redeems"] = &action{
		half: HalfRequest, after: "token-request",
		owns: during("mallory-redeems", "/token"), good: accepted,
		preview: needs("token-request", "has not handed the code over yet", previewLoot), back: sendAs(lab.MalloryParty()),
		expires: &expiry{"code_ttl", "code", "authorization-request", "token-request"},
	}
	actions["mallory-reads"] = &action{
		half: HalfRequest, after: "mallory-redeems",
		owns: during("mallory-reads", "/v1/steps"), good: accepted,
		preview: needs("mallory-redeems", "has lost no token yet", previewWithLoot), back: sendAs(lab.MalloryParty()),
		expires: &expiry{"exp", "access token", "authorization-request", "mallory-redeems"},
	}
	actions["end"] = &action{of: "mallory-reads", half: HalfMemory}
	actions["stopped"] = &action{of: "callback", half: HalfMemory}
	return &script{
		actions: actions, memory: mixUpValue,
		config: func(v *Variant) lab.RunConfig {
			cfg := lab.RunConfig{PKCE: true, RedirectPerIssuer: v.Is("defence", "uris")}
			if !v.Is("defence", "iss") {
				cfg.InsecureOff = []string{"iss_equal"}
			}
			return cfg
		},
		people: map[string]person{"consent/deny_consent": deny},
		faults: map[string]preparation{
			"authorization-request/own_redirect_uri": func(_ context.Context, w *Walk, d *Draft) error {
				d.Set("redirect_uri", w.run.Lab().PaceIDIssuer()+"/catch")
				return nil
			},
			"authorization-request/pace_redirect_uri": func(_ context.Context, w *Walk, d *Draft) error {
				d.Set("redirect_uri", w.current("asked").Request.Param("redirect_uri"))
				return nil
			},
			"consent/deny_consent": unchanged,
			"callback/iss_dropped": set("iss", ""),
			"callback/iss_of_paceid": func(_ context.Context, w *Walk, d *Draft) error {
				d.Set("iss", w.run.Lab().PaceIDIssuer())
				return nil
			},
			"callback/other_address": func(_ context.Context, w *Walk, d *Draft) error {
				u, err := url.Parse(w.current("asked").Request.Param("redirect_uri"))
				if err == nil {
					d.URL.Path = u.Path
				}
				return err
			},
			"callback/wrong_state": func(_ context.Context, _ *Walk, d *Draft) error {
				d.Set("state", flip(d.Get("state")))
				return nil
			},
			"mallory-redeems/without_verifier": set("code_verifier", ""),
			"mallory-redeems/too_late":         later(lab.CodeLifetime + time.Second),
		},
	}
}

// previewConnectWith is the click on the button of one of several servers.
func previewConnectWith(server string) func(context.Context, *Walk) (*Draft, error) {
	return func(_ context.Context, w *Walk) (*Draft, error) {
		u := w.home().JoinPath("connect")
		u.RawQuery = url.Values{"with": {server}}.Encode()
		return get(u.String())
	}
}

// previewNext is where the answer of a step sends the browser; lacks is what is
// missing before that, as a clause.
func previewNext(step, lacks string) func(context.Context, *Walk) (*Draft, error) {
	return func(_ context.Context, w *Walk) (*Draft, error) {
		e := w.current(step)
		if e == nil || e.Response.Location() == nil {
			return nil, notYet{w.number(step), lacks}
		}
		return get(e.Response.Location().String())
	}
}

// previewLoot is the token request that PaceID got, as Mallory sends it on to the
// server that made the code.
func previewLoot(ctx context.Context, w *Walk) (*Draft, error) {
	form, err := url.ParseQuery(string(w.current("token-request").Request.Body))
	if err != nil {
		return nil, err
	}
	form.Set("client_id", w.v.Client)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.run.Lab().Issuer()+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return draftOf(r)
}

// previewWithLoot is the request for Alice's steps with the token that Mallory
// got.
func previewWithLoot(_ context.Context, w *Walk) (*Draft, error) {
	d, err := get(w.run.Lab().Origin() + "/rs/" + w.run.Lab().ID() + "/" + lab.StepCloud + "/v1/steps")
	if err != nil {
		return nil, err
	}
	d.Header.Set("Authorization", "Bearer "+carried(w.current("mallory-redeems"), HalfResponse, "access_token"))
	return d, nil
}

// mixUpValue is what FitTrack Lite keeps, and what Mallory has got.
func mixUpValue(w *Walk, name string) string {
	switch name {
	case "server asked":
		if w.run.Session().Server == lab.PaceID {
			return w.run.Lab().PaceIDIssuer()
		}
	case "access_token":
		if e := w.current("mallory-redeems"); e != nil {
			return carried(e, HalfResponse, name)
		}
	}
	return sessionValue(w, name)
}
