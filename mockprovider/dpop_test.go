package mockprovider

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// proof is a DPoP proof by the client's key.
func (i *idp) proof(method, path string) foreign {
	return foreign{
		method: jwt.SigningMethodES256, key: clientEC(),
		header: map[string]any{"typ": dpopTyp, "jwk": jose.JSONWebKey{Key: clientEC().Public()}},
		claims: jwt.MapClaims{"jti": "p-1", "htm": method, "htu": testIssuer + path, "iat": i.clock.Unix()},
	}
}

func (f foreign) withHeader(name string, value any) foreign {
	header := map[string]any{}
	maps.Copy(header, f.header)
	if header[name] = value; value == nil {
		delete(header, name)
	}
	f.header = header
	return f
}

// dpopRequest is a token request with a proof, by a client that needs a nonce.
func dpopRequest(i *idp) *request {
	i.Client("web").RequireDPoPNonce = true
	r := clientCredentialsRequest(i)
	proves(func(_ *idp, f foreign) foreign { return f })(i, r)
	return r
}

// proves replaces the proof of a token request.
func proves(change func(*idp, foreign) foreign) func(*idp, *request) {
	return func(i *idp, r *request) {
		f := i.proof("POST", "/token").with("nonce", i.DPoPNonce())
		r.header = []string{"Authorization", basicAuth("web", webSecret), "DPoP", change(i, f).sign(i.t)}
	}
}

func proofClaims(changes ...any) func(*idp, *request) {
	return proves(func(_ *idp, f foreign) foreign { return f.with(changes...) })
}

func TestDPoPRules(t *testing.T) {
	header := func(name string, value any) func(*idp, *request) {
		return proves(func(_ *idp, f foreign) foreign { return f.withHeader(name, value) })
	}
	at := func(d time.Duration) func(*idp, *request) {
		return proves(func(i *idp, f foreign) foreign { return f.with("iat", i.clock.Add(d).Unix()) })
	}
	cases := []breakCase{
		{rule: "dpop_one_header", id: "dpop_missing", breaks: func(i *idp, r *request) {
			i.Client("web").DPoPBoundAccessTokens = true
			r.header = r.header[:2]
		}},
		{rule: "dpop_readable", engine: "shape_1 b64_bits json_syntax alg_missing", breaks: func(_ *idp, r *request) { r.header[3] = "eyJ" }},
		{rule: "dpop_verified", engine: "iat_type", breaks: proofClaims("iat", "now")},
		{rule: "dpop_typ", breaks: header("typ", "JWT")},
		{rule: "dpop_verified", engine: "alg_policy key_pemsecret", breaks: proves(func(_ *idp, f foreign) foreign {
			f.method, f.key = jwt.SigningMethodHS256, []byte(hmacSecret)
			return f
		})},
		{rule: "dpop_alg_strong", breaks: proves(func(_ *idp, f foreign) foreign {
			f.method, f.key = jwt.SigningMethodRS256, clientRSA()
			return f.withHeader("jwk", jose.JSONWebKey{Key: clientRSA().Public()})
		})},
		{rule: "dpop_jwk", breaks: header("jwk", nil)},
		{rule: "dpop_jwk", breaks: header("jwk", jose.JSONWebKey{Key: clientEC()})},
		{rule: "dpop_jwk", breaks: header("jwk", jose.JSONWebKey{Key: []byte(hmacSecret)})},
		{rule: "dpop_verified", engine: "sig_bad", breaks: header("jwk", jose.JSONWebKey{Key: strangerEC().Public()})},
		{rule: "dpop_claims", breaks: proofClaims("jti", nil)},
		{rule: "dpop_claims", breaks: proofClaims("htm", nil)},
		{rule: "dpop_claims", breaks: proofClaims("htu", nil)},
		{rule: "dpop_claims", breaks: proofClaims("iat", nil)},
		{rule: "dpop_htm", breaks: proofClaims("htm", "GET")},
		{rule: "dpop_htu", breaks: proofClaims("htu", testIssuer+"/userinfo")},
		{rule: "dpop_htu", breaks: proofClaims("htu", "/token")},
		{rule: "dpop_iat", breaks: at(-time.Hour)},
		{rule: "dpop_iat", breaks: at(time.Hour)},
		{rule: "dpop_nonce", breaks: proofClaims("nonce", nil)},
		{rule: "dpop_nonce", breaks: proofClaims("nonce", "stale")},
		{rule: "dpop_once", breaks: used},
	}
	for n := range cases {
		cases[n].setUp = dpopRequest
	}
	rules := slices.Concat(rulesOf(slices.Concat(envelopeChecks, clientAuthChecks)), rulesOf(dpopChecks[:10]))
	walk(t, rules, onToken, append(cases, tokenCases(clientCredentialsRequest)...))
}

// boundRequest is a request to UserInfo with a bound token.
func boundRequest(i *idp) *request {
	v := validAuthorization()
	v.Set("scope", "openid")
	token := tokensOf(i.t, i.token(validToken(i.code(v)), "Authorization", basicAuth("web", webSecret), "DPoP", i.proof("POST", "/token").sign(i.t)))
	if token.TokenType != "DPoP" {
		i.t.Fatalf("token_type %s", token.TokenType)
	}
	r := &request{method: "GET", path: "/userinfo", header: []string{"Authorization", "DPoP " + token.AccessToken}}
	i.withProof(r, func(f foreign) foreign { return f })
	return r
}

// withProof puts the proof for UserInfo into the request, changed.
func (i *idp) withProof(r *request, change func(foreign) foreign) {
	i.t.Helper()
	token := strings.TrimPrefix(r.header[1], "DPoP ")
	r.header = append(r.header[:2], "DPoP", change(i.proof("GET", "/userinfo").with("ath", TokenHash(token))).sign(i.t))
}

// DP-01 at a resource: the rules that look at the access token, and the scheme.
func TestDPoPAtUserInfo(t *testing.T) {
	type breaks func(*idp, *request)
	proof := func(change func(foreign) foreign) breaks {
		return func(i *idp, r *request) { i.withProof(r, change) }
	}
	for name, c := range map[string]struct {
		id, wire string
		breaks   breaks
	}{
		"valid":           {"", "", func(*idp, *request) {}},
		"no ath":          {"dpop_ath", "invalid_dpop_proof", proof(func(f foreign) foreign { return f.with("ath", nil) })},
		"wrong ath":       {"dpop_ath", "invalid_dpop_proof", proof(func(f foreign) foreign { return f.with("ath", TokenHash("x")) })},
		"no proof":        {"dpop_missing", "invalid_dpop_proof", func(_ *idp, r *request) { r.header = r.header[:2] }},
		"other method":    {"dpop_htm", "invalid_dpop_proof", proof(func(f foreign) foreign { return f.with("htm", "POST") })},
		"used":            {"dpop_once", "invalid_dpop_proof", used},
		"as bearer token": {"token_scheme", "invalid_token", func(_ *idp, r *request) { r.header[1] = "Bearer " + strings.TrimPrefix(r.header[1], "DPoP ") }},
		"other key": {"dpop_key", "invalid_dpop_proof", proof(func(f foreign) foreign {
			f.key = strangerEC()
			return f.withHeader("jwk", jose.JSONWebKey{Key: strangerEC().Public()})
		})},
		"not bound": {"token_scheme", "invalid_token", func(i *idp, r *request) {
			v := validAuthorization()
			v.Set("scope", "openid")
			r.header[1] = "DPoP " + i.tokens(v).AccessToken
		}},
	} {
		i := newIDP(t)
		r := boundRequest(i)
		c.breaks(i, r)
		w := r.send(i)
		if wireError(w) != c.wire || i.failed() != c.id {
			t.Errorf("%s: %d %s %s", name, w.Code, wireError(w), i.failed())
		}
		if c.wire != "" && w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, w.Code)
		}
		if c.wire == "invalid_dpop_proof" && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), `DPoP algs="`) {
			t.Errorf("%s: %s", name, w.Header().Get("WWW-Authenticate"))
		}
	}
}

// DP-02: what is accepted besides.
func TestDPoPAccepted(t *testing.T) {
	for name, changes := range map[string][]any{
		"query":        {"htu", testIssuer + "/token?a=b#c"},
		"host case":    {"htu", strings.Replace(testIssuer, "localhost", "LOCALHOST", 1) + "/token"},
		"extra claims": {"color", "blue"},
	} {
		i := newIDP(t)
		r := dpopRequest(i)
		proofClaims(changes...)(i, r)
		if w := r.send(i); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", name, w.Code, i.failed())
		}
	}
	if normalURI("https://a.example:443") != normalURI("HTTPS://A.example/") {
		t.Error("default port")
	}
}

// DP-03, DP-05, IN-09: what a bound token says, and the nonce in the answers.
func TestDPoPToken(t *testing.T) {
	i := newIDP(t)
	r := dpopRequest(i)
	w := r.send(i)
	out := tokensOf(t, w)
	jkt := thumbprintOf(t)
	cnf, _ := payload[map[string]any](out.AccessToken)["cnf"].(map[string]any)
	if out.TokenType != "DPoP" || cnf["jkt"] != jkt || w.Header().Get("DPoP-Nonce") != i.DPoPNonce() {
		t.Errorf("%+v %v %v", out, cnf, w.Header())
	}
	got := introspectionOf(t, i, aboutToken("/introspect", out.AccessToken))
	if got.TokenType != "DPoP" || got.Confirmation == nil || got.Confirmation.Thumbprint != jkt {
		t.Errorf("%+v", got)
	}
	old := i.DPoPNonce()
	i.clock = i.clock.Add(dpopWindow)
	proofClaims("nonce", old, "jti", "p-2")(i, r)
	tokensOf(t, r.send(i)) // the nonce before is good too
	i.clock = i.clock.Add(dpopWindow)
	proofClaims("nonce", old, "jti", "p-3")(i, r)
	if w := r.send(i); wireError(w) != "use_dpop_nonce" || w.Header().Get("DPoP-Nonce") != i.DPoPNonce() {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TC-15, PA-10, RFC 9449 §10: a code and a refresh token that are bound to a key.
func TestDPoPBinding(t *testing.T) {
	i := newIDP(t)
	jkt := thumbprintOf(t)
	n := 0
	proof := func(key *ecdsa.PrivateKey, path string) string {
		n++
		f := i.proof("POST", path).with("jti", strconv.Itoa(n)).withHeader("jwk", jose.JSONWebKey{Key: key.Public()})
		f.key = key
		return f.sign(t)
	}
	v := validAuthorization()
	v.Set("client_id", "spa")
	v.Set("redirect_uri", spaURI)
	v.Set("dpop_jkt", jkt)
	form := validToken(i.code(v))
	form.Set("client_id", "spa")
	form.Set("redirect_uri", spaURI)
	send := func(header ...string) *httptest.ResponseRecorder {
		return i.send("POST", "/token", form.Encode(), header...)
	}
	for name, header := range map[string][]string{"no proof": nil, "other key": {"DPoP", proof(strangerEC(), "/token")}} {
		if w := send(header...); wireError(w) != "invalid_grant" || i.failed() != "code_key_bind" {
			t.Errorf("code, %s: %d %s", name, w.Code, i.failed())
		}
	}
	out := tokensOf(t, send("DPoP", proof(clientEC(), "/token")))
	form = refreshForm(out.RefreshToken)
	form.Set("client_id", "spa")
	for name, header := range map[string][]string{"no proof": nil, "other key": {"DPoP", proof(strangerEC(), "/token")}} {
		if w := send(header...); wireError(w) != "invalid_grant" || i.failed() != "refresh_key_bind" {
			t.Errorf("refresh, %s: %d %s", name, w.Code, i.failed())
		}
	}
	tokensOf(t, send("DPoP", proof(clientEC(), "/token")))

	// A proof with a pushed request binds the code, and must fit dpop_jkt.
	push := pushes(authorizationRequest("dpop_jkt", jkt))(i)
	push.header = append(push.header, "DPoP", proof(strangerEC(), "/par"))
	if w := push.send(i); wireError(w) != "invalid_dpop_proof" || i.failed() != "dpop_key" {
		t.Errorf("PAR: %d %s", w.Code, i.failed())
	}
	push.values.Del("dpop_jkt")
	push.header[3] = proof(clientEC(), "/par")
	var pushed pushedResponse
	if err := json.Unmarshal(push.send(i).Body.Bytes(), &pushed); err != nil {
		t.Fatal(err)
	}
	code := i.code(url.Values{"client_id": {"web"}, "request_uri": {pushed.RequestURI}, "scope": {"steps:read"}})
	if i.token(validToken(code)); i.failed() != "code_key_bind" {
		t.Errorf("pushed: %s", i.failed())
	}
}

func thumbprintOf(t *testing.T) string {
	t.Helper()
	key := jose.JSONWebKey{Key: clientEC().Public()}
	sum, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// An API in the same process runs the same rules.
func TestVerifyDPoP(t *testing.T) {
	i := newIDP(t)
	req := httptest.NewRequest(http.MethodGet, stepCloud+"/steps", http.NoBody)
	req.Header.Set("DPoP", i.proof("GET", "").with("htu", stepCloud+"/steps", "ath", TokenHash("at")).sign(t))
	if rows, refused, err := i.VerifyDPoP(req, stepCloud+"/steps", "at", thumbprintOf(t)); err != nil || refused != nil || len(rows) <= len(dpopChecks) {
		t.Errorf("%v %v", refused, err)
	}
	if _, refused, _ := i.VerifyDPoP(req, stepCloud+"/steps", "at", thumbprintOf(t)); refused == nil || refused.ID != "dpop_once" {
		t.Errorf("%v", refused)
	}
}

// FuzzDPoP: whatever the header, there is no 5xx and no token.
func FuzzDPoP(f *testing.F) {
	f.Add("eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7fX0.e30.AA")
	f.Add("eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6Im5vbmUiLCJqd2siOnsia3R5Ijoib2N0IiwiayI6IkFBIn19.e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, header string) {
		i := newIDP(t)
		r := clientCredentialsRequest(i)
		r.header = append(r.header, "DPoP", header)
		if w := r.send(i); w.Code != http.StatusBadRequest {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
