package walkthrough

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// keyed is the flow private-key-jwt: a client proves with a key who it is (RFC
// 7523), beside one that shows a secret.
func keyed() *script {
	nightly := lab.ClientCredentials().As(lab.NightlyReport)
	// Mallory sends weekly-report's request with another assertion, made now.
	mallory := func(id, after, refuses string, who trace.Party, change func(*lab.Assertion)) *action {
		return &action{
			half: HalfRequest, after: after, owns: during(id, "/token"), good: refusedBy(refuses), back: sendAs(lab.MalloryParty()),
			preview: changed(replay("token-request"), reassert(who, func(a *lab.Assertion) {
				a.IssuedAt = 0
				change(a)
			})),
		}
	}
	return &script{
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{Scope: lab.ScopeReportsRun} },
		memory: keyValues,
		actions: map[string]*action{
			"secret-way": {
				half: HalfRequest, owns: during("secret-way", "/token"), seen: all(grants("client_credentials"), not(carries("client_assertion"))), good: accepted,
				preview: previewCall(nightly), back: call(nightly),
			},
			"secret-leak": {
				half: HalfRequest, after: "secret-way", owns: during("secret-leak", "/token"), good: accepted,
				preview: replay("secret-way"), back: sendAs(lab.MalloryParty()),
			},
			"key": {of: "secret-leak", half: HalfMemory},
			"token-request": {
				half: HalfRequest, after: "secret-leak", owns: during("token-request", "/token"), seen: all(grants("client_credentials"), carries("client_assertion"), not(endedBy("client_assertion_once"))), good: validated,
				preview: previewAfter("secret-leak", "waits for the steps before", lab.ClientCredentials()), back: call(lab.ClientCredentials()),
			},
			"token-check":    {of: "token-request", half: HalfFindings},
			"token-response": {of: "token-request", half: HalfResponse},
			"replay": {
				half: HalfRequest, after: "token-request", owns: during("replay", "/token"), seen: all(grants("client_credentials"), endedBy("client_assertion_once")), good: refusedBy("client_assertion_once", "exp"),
				preview: replay("token-request"), back: sendAs(lab.MalloryParty()),
			},
			"replay-check": {of: "replay", half: HalfFindings},
			"passed-on": mallory("passed-on", "replay", "aud", lab.ClientParty(lab.WeeklyReport), func(a *lab.Assertion) {
				a.Audience = "https://as.mallory.example"
			}),
			"own-key": mallory("own-key", "passed-on", "sig", lab.MalloryParty(), func(*lab.Assertion) {}),
			"api-request": {
				half: HalfRequest, after: "token-request", owns: during("api-request", "/v1/reports"), seen: calls, good: accepted,
				preview: previewWithToken("token-request", lab.RunReport()), back: call(lab.RunReport()),
				expires: &expiry{"exp", "access token", "token-request", "token-request"},
			},
		},
		faults: map[string]preparation{
			"token-request/wrong_aud":      byClient(func(a *lab.Assertion) { a.Audience = strings.TrimSuffix(a.Audience, "/main") + "/other" }),
			"token-request/endpoint_aud":   byClient(func(a *lab.Assertion) { a.Audience += "/token" }),
			"token-request/expired":        later(lab.AssertionLifetime + time.Minute),
			"token-request/no_jti":         byClient(func(a *lab.Assertion) { a.ID = "" }),
			"token-request/far_exp":        byClient(func(a *lab.Assertion) { a.Expires += 24 * 60 * 60 }),
			"token-request/other_iss":      byClient(func(a *lab.Assertion) { a.Issuer = lab.NightlyReport }),
			"token-request/alg_none":       unsigned,
			"token-request/public_as_hmac": byPublicKey,
			"token-request/same_jti":       twice("token-request"),
			"token-request/secret_instead": func(_ context.Context, w *Walk, d *Draft) error {
				d.Set("client_assertion", "")
				d.Set("client_assertion_type", "")
				d.Header.Set("Authorization", basic(w.v.Client, "a-secret-that-it-does-not-have"))
				return nil
			},
		},
	}
}

var errNoAssertion = errors.New("there is no client assertion in this request")

// assertionOf reads the claims of the client assertion in a request.
func assertionOf(d *Draft) (lab.Assertion, error) {
	var a lab.Assertion
	parts := strings.Split(d.Get("client_assertion"), ".")
	if len(parts) != 3 {
		return a, errNoAssertion
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(b, &a) != nil {
		return a, errNoAssertion
	}
	return a, nil
}

// reassert signs a request's assertion again, with other claims, by the key of
// somebody.
func reassert(who trace.Party, change func(*lab.Assertion)) preparation {
	return func(ctx context.Context, w *Walk, d *Draft) error {
		a, err := assertionOf(d)
		if err != nil {
			return err
		}
		change(&a)
		jwt, err := w.run.Assert(ctx, who, a)
		if err != nil {
			return err
		}
		d.Set("client_assertion", jwt)
		return nil
	}
}

// byClient is reassert by the client's own key.
func byClient(change func(*lab.Assertion)) preparation {
	return reassert(lab.ClientParty(lab.WeeklyReport), change)
}

// withHeader puts another JOSE header before the assertion's payload.
func withHeader(d *Draft, header string, sign func(input string) []byte) error {
	if _, err := assertionOf(d); err != nil {
		return err
	}
	payload := strings.Split(d.Get("client_assertion"), ".")[1]
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + payload
	d.Set("client_assertion", input+"."+base64.RawURLEncoding.EncodeToString(sign(input)))
	return nil
}

// unsigned says that there is no signature, and leaves it out.
func unsigned(_ context.Context, _ *Walk, d *Draft) error {
	return withHeader(d, `{"alg":"none","typ":"JWT"}`, func(string) []byte { return nil })
}

// byPublicKey takes the public key, which everybody has, for a secret of HMAC.
func byPublicKey(_ context.Context, w *Walk, d *Draft) error {
	jwk, _, err := w.run.Lab().PartyKey(lab.ClientParty(w.v.Client))
	if err != nil {
		return err
	}
	return withHeader(d, `{"alg":"HS256","typ":"JWT"}`, func(input string) []byte {
		mac := hmac.New(sha256.New, jwk)
		mac.Write([]byte(input))
		return mac.Sum(nil)
	})
}

// keyValues are what weekly-report keeps, and what nightly-report shows.
func keyValues(w *Walk, name string) string {
	switch name {
	case "public key", "kid":
		jwk, kid, err := w.run.Lab().PartyKey(lab.ClientParty(w.v.Client))
		switch {
		case err != nil:
			return ""
		case name == "kid":
			return kid
		}
		return string(jwk)
	case "client_secret":
		if e := w.current("secret-way"); e != nil {
			return e.Request.Header.Get("Authorization")
		}
	}
	return ""
}
