package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"claimcheck/playground"
)

// requestObject is a valid authorization request of web as a JWT.
func (i *idp) requestObject() foreign {
	now := i.clock.Unix()
	claims := jwt.MapClaims{"iss": "web", "aud": testIssuer, "iat": now, "nbf": now, "exp": now + 60}
	for name, value := range validAuthorization() {
		claims[name] = value[0]
	}
	return foreign{jwt.SigningMethodES256, clientEC(), map[string]any{"typ": typRequestObject}, claims}
}

// byObject is an authorization request with the object.
func byObject(object string) url.Values {
	return url.Values{"client_id": {"web"}, "request": {object}}
}

func (f foreign) typed(typ any) foreign {
	f.header = map[string]any{"typ": typ}
	if typ == nil {
		f.header = nil
	}
	return f
}

// Each case breaks one thing of a valid request object. The rule is the first row
// that fails, of the engine or of ours.
func TestRequestObjectRules(t *testing.T) {
	hour := func(n float64) int64 { return int64(n * 3600) }
	cases := []struct {
		rule, id, wire string
		policy         Policy
		breaks         func(*idp, foreign) url.Values
	}{
		{rule: "request_object_alone", wire: "invalid_request", breaks: func(i *idp, f foreign) url.Values { // JA-01
			v := byObject(f.sign(i.t))
			v.Set("request_uri", requestURIPrefix+"x")
			return v
		}},
		{rule: "request_object_alone", wire: "invalid_request", breaks: func(i *idp, f foreign) url.Values {
			v := byObject(f.sign(i.t))
			v.Add("request", f.sign(i.t))
			return v
		}},
		{rule: "request_object_sender", wire: "page", breaks: func(i *idp, f foreign) url.Values {
			return url.Values{"request": {f.sign(i.t)}}
		}},
		{rule: "request_object_keys_fetched", id: "client_keys_fetched", wire: "temporarily_unavailable", breaks: func(i *idp, f foreign) url.Values {
			h := newKeyHost(i.t, nil)
			h.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
			i.Client("web").JWKSURI = h.URL
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_keys", breaks: func(i *idp, f foreign) url.Values {
			i.Client("web").keys = nil
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_signed", breaks: func(i *idp, f foreign) url.Values { // JA-03
			f.method, f.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_verified", id: "sig", breaks: func(i *idp, f foreign) url.Values {
			f.key = strangerEC()
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_verified", id: "alg_policy", breaks: func(i *idp, f foreign) url.Values {
			f.method, f.key = jwt.SigningMethodHS256, []byte(webSecret)
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_verified", id: "alg_policy", breaks: func(i *idp, f foreign) url.Values {
			i.Client("web").RequestObjectSigningAlg = "PS256"
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_verified", id: "alg_policy", policy: PolicyFAPI2, breaks: func(i *idp, f foreign) url.Values {
			f.method, f.key = jwt.SigningMethodRS256, clientRSA()
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_alg", policy: PolicyFAPI2, breaks: func(i *idp, f foreign) url.Values {
			i.Client("web").RequestObjectSigningAlg = "RS256"
			f.method, f.key = jwt.SigningMethodRS256, clientRSA()
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_alg", policy: PolicyFAPI2, breaks: func(i *idp, f foreign) url.Values { // no other takes its place
			i.Client("web").RequestObjectSigningAlg = "RS256"
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_verified", id: "exp", breaks: func(i *idp, f foreign) url.Values {
			i.clock = i.clock.Add(2 * time.Minute)
			return byObject(f.sign(i.t))
		}},
		{rule: "request_object_verified", id: "nbf", breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("nbf", i.clock.Unix()+70).sign(i.t))
		}},
		{rule: "request_object_verified", id: "iss", breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("iss", "spa").sign(i.t))
		}},
		{rule: "request_object_verified", id: "aud", breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("aud", "https://other.example").sign(i.t))
		}},
		{rule: "request_object_verified", id: "shape", breaks: func(*idp, foreign) url.Values { return byObject("x.y") }},
		{rule: "request_object_typ", breaks: func(i *idp, f foreign) url.Values { // JA-06
			return byObject(f.typed("at+jwt").sign(i.t))
		}},
		{rule: "request_object_sub", breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("sub", "web").sign(i.t))
		}},
		{rule: "request_object_life", policy: PolicyFAPI2, breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("exp", i.clock.Unix()+hour(1.1)).sign(i.t))
		}},
		{rule: "request_object_life", policy: PolicyFAPI2, breaks: func(i *idp, f foreign) url.Values { // near now, and far from each other
			return byObject(f.with("nbf", i.clock.Unix()-hour(0.9), "exp", i.clock.Unix()+hour(0.2)).sign(i.t))
		}},
		{rule: "request_object_life", policy: PolicyFAPI2, breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("nbf", i.clock.Unix()-hour(1.1)).sign(i.t))
		}},
		{rule: "request_object_life", id: "request_object_life_missing", policy: PolicyFAPI2, breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("nbf", nil).sign(i.t))
		}},
		{rule: "request_object_client_id", breaks: func(i *idp, f foreign) url.Values { // JA-02
			return byObject(f.with("client_id", "spa").sign(i.t))
		}},
		{rule: "request_object_client_id", breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("client_id", nil).sign(i.t))
		}},
		{rule: "request_object_nested", breaks: func(i *idp, f foreign) url.Values { // JA-05
			return byObject(f.with("request_uri", "https://client.example/r").sign(i.t))
		}},
		{rule: "request_object_nested", breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("request", "eyJ").sign(i.t))
		}},
		{rule: "request_object_parameters", breaks: func(i *idp, f foreign) url.Values {
			return byObject(f.with("resource", []any{stepCloud, 7}).sign(i.t))
		}},
	}
	tested := make(map[string]bool)
	for _, c := range cases {
		tested[c.rule] = true
		if c.id == "" {
			c.id = c.rule
		}
		if c.wire == "" {
			c.wire = "invalid_request_object"
		}
		t.Run(c.id, func(t *testing.T) {
			i := newIDP(t, func(cfg *Config) { cfg.Clients[0].Policy = c.policy })
			v := c.breaks(i, i.requestObject())
			if w := i.authorize(v); wireError(w) != "page" || w.Code != http.StatusBadRequest {
				t.Errorf("without a redirect URI: %d %s, want a page", w.Code, w.Header().Get("Location"))
			}
			v.Set("redirect_uri", webURI)
			v.Set("state", "st-1")
			w := i.authorize(v)
			if got := wireError(w); got != c.wire {
				t.Errorf("wire: %q, want %q; %s", got, c.wire, i.failed())
			}
			if first, _, _ := strings.Cut(i.failed(), " "); first != c.id && i.row(c.id).Status != playground.StatusFail {
				t.Errorf("%s failed, want %s", i.failed(), c.id)
			}
			if i.row(c.rule).Status != playground.StatusFail {
				t.Errorf("row %s: %s", c.rule, i.row(c.rule).Status)
			}
			if row := i.row("response_type_present"); row.Status != playground.StatusSkipped {
				t.Errorf("the request was judged after all: %s", row.Status)
			}
		})
	}
	for _, rule := range rulesOf(objectChecks) {
		if !tested[rule.ID] {
			t.Errorf("rule %s has no test", rule.ID)
		}
	}
}

// A signed request leads to a code; typ may be missing or JWT.
func TestRequestObject(t *testing.T) {
	for _, typ := range []any{typRequestObject, "application/" + typRequestObject, "JWT", nil} {
		i := newIDP(t)
		v := byObject(i.requestObject().typed(typ).sign(t))
		v.Set("scope", "steps:read") // what allow ticks
		if w := i.allow(v); location(t, w).Query().Get("code") == "" || location(t, w).Query().Get("state") != "st-1" {
			t.Errorf("typ %v: %d %s", typ, w.Code, i.failed())
		}
	}
	for _, client := range []struct {
		method jwt.SigningMethod
		key    any
	}{{jwt.SigningMethodRS256, clientRSA()}, {jwt.SigningMethodPS256, clientRSA()}} {
		i := newIDP(t)
		f := i.requestObject().with("nbf", i.clock.Unix()+8) // clocks differ
		f.method, f.key = client.method, client.key
		if w := i.authorize(byObject(f.sign(t))); w.Code != http.StatusOK {
			t.Errorf("%s: %s", client.method.Alg(), i.failed())
		}
	}
}

// JA-04: what stands beside the object is not used, also where the object is silent.
func TestRequestObjectAlone(t *testing.T) {
	i := newIDP(t)
	v := byObject(i.requestObject().with("state", nil, "max_age", 60, "claims", map[string]any{"userinfo": nil}, "scope", "openid").sign(t))
	v.Set("state", "outside")
	v.Set("scope", "steps:write")
	v.Set("redirect_uri", "https://evil.example/")
	l := location(t, i.form("/consent", url.Values{"interaction": {i.consentPage(v)}, "action": {"allow"}}))
	if l.Query().Get("code") == "" || l.Query().Has("state") || !strings.HasPrefix(l.String(), webURI) {
		t.Errorf("%s, %s", l, i.failed())
	}
	tokens := tokensOf(t, i.token(validToken(l.Query().Get("code"))))
	if tokens.Scope != "openid" {
		t.Errorf("scope %q", tokens.Scope)
	}
	f := i.requestObject()
	delete(f.claims, "redirect_uri")
	f.claims["scope"] = "openid"
	v = byObject(f.sign(t))
	v.Set("redirect_uri", webURI)
	if w := i.authorize(v); wireError(w) != "page" || i.row("redirect_uri_present").Status != playground.StatusFail {
		t.Errorf("the redirect URI beside the object was used: %d %s", w.Code, i.failed())
	}
}

// RFC 9126 §3: a signed request may be pushed, and then plain ones may be refused.
func TestPushedRequestObject(t *testing.T) {
	i := newIDP(t)
	i.Client("web").RequireSignedRequestObject = true
	auth := []string{"Authorization", basicAuth("web", webSecret)}
	if w := i.send("POST", "/par", validAuthorization().Encode(), auth...); wireError(w) != "invalid_request" || w.Code != http.StatusBadRequest {
		t.Errorf("plain: %d %s", w.Code, w.Body)
	}
	push := func(f foreign, header ...string) pushedResponse {
		t.Helper()
		var out pushedResponse
		w := i.send("POST", "/par", url.Values{"request": {f.sign(t)}}.Encode(), append(auth, header...)...)
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusCreated && wireError(w) == "" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return out
	}
	uri := push(i.requestObject()).RequestURI
	w := i.authorize(url.Values{"client_id": {"web"}, "request_uri": {uri}})
	if w.Code != http.StatusOK || interactionOf(w) == "" {
		t.Errorf("by reference: %d %s", w.Code, i.failed())
	}
	for name, f := range map[string]foreign{
		"request_object_client_id": i.requestObject().with("client_id", "spa"),
		"request_object_nested":    i.requestObject().with("request_uri", uri),
	} {
		if uri := push(f).RequestURI; uri != "" || i.row(name).Status != playground.StatusFail {
			t.Errorf("%s: %s", name, i.failed())
		}
	}
}

// MD-08: what the metadata says about request objects is so.
func TestRequestObjectMetadata(t *testing.T) {
	i := newIDP(t)
	for policy, want := range map[Policy][]string{PolicyRFC9700: {"RS256", "PS256", "ES256", "EdDSA", "Ed25519"}, PolicyFAPI2: {"PS256", "ES256", "EdDSA", "Ed25519"}} {
		if err := i.SetPolicy(policy); err != nil {
			t.Fatal(err)
		}
		var doc metadataDocument
		if err := json.Unmarshal(i.Metadata(), &doc); err != nil {
			t.Fatal(err)
		}
		if !doc.RequestParameter || !slices.Equal(doc.RequestObjectAlgs, want) {
			t.Errorf("%s: %v, %v", policy, doc.RequestParameter, doc.RequestObjectAlgs)
		}
	}
}
