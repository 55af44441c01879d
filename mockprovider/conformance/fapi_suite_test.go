package conformance

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/browser"
)

// A fapiClient authenticates with its own key, and proves with it that its
// tokens are its own.
type fapiClient struct {
	id  string
	key *ecdsa.PrivateKey
	rsa *rsa.PrivateKey
}

var (
	fapiKeys = sync.OnceValue(func() [3]*ecdsa.PrivateKey {
		var keys [3]*ecdsa.PrivateKey
		for n := range keys {
			keys[n] = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		}
		return keys
	})
	fapiRSA = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// A fapi is one module of the FAPI 2.0 plan at work: private_key_jwt, DPoP, plain
// pushed requests, OpenID Connect.
type fapi struct {
	*suite
	one, two fapiClient
	serial   *atomic.Int64 // for jti
}

func newFAPI(t *testing.T) *fapi {
	t.Helper()
	keys := fapiKeys()
	f := &fapi{one: fapiClient{"fapi-1", keys[0], fapiRSA()}, two: fapiClient{"fapi-2", keys[1], nil}, serial: new(atomic.Int64)}
	f.suite = newSuite(t, func(c *mockprovider.Config) {
		c.Policy, c.Clients = mockprovider.PolicyFAPI2, nil
		for _, one := range []fapiClient{f.one, f.two} {
			set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: one.key.Public(), KeyID: one.id, Use: "sig"}}}
			if one.rsa != nil {
				set.Keys = append(set.Keys, jose.JSONWebKey{Key: one.rsa.Public(), KeyID: one.id + "-rsa", Use: "sig"})
			}
			c.Clients = append(c.Clients, mockprovider.Client{
				ID: one.id, TokenEndpointAuthMethod: "private_key_jwt", JWKS: must(json.Marshal(set)), RedirectURIs: []string{callback},
				Scopes: strings.Fields(allScopes), RequirePushedRequests: true, DPoPBoundAccessTokens: true,
				IDTokenAlg: "ES256", AccessTokenAlg: "ES256",
			})
		}
	})
	f.client = client{id: f.one.id}
	return f
}

func (f *fapi) id() string { return "id-" + strconv.FormatInt(f.serial.Add(1), 10) }

// A token that a client signs, before it is signed.
type signed struct {
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims jwt.MapClaims
}

func (t signed) compact() string {
	token := jwt.NewWithClaims(t.method, t.claims)
	maps.Copy(token.Header, t.header)
	for name, value := range token.Header {
		if value == nil {
			delete(token.Header, name)
		}
	}
	for name, value := range t.claims {
		if value == nil {
			delete(t.claims, name)
		}
	}
	return must(token.SignedString(t.key))
}

// assertion is a client assertion (RFC 7523 §3) for the issuer, with changes.
func (f *fapi) assertion(as fapiClient, changes ...func(*signed)) string {
	now := f.op.Now()
	t := signed{method: jwt.SigningMethodES256, key: as.key, header: map[string]any{"kid": as.id}, claims: jwt.MapClaims{
		"iss": as.id, "sub": as.id, "aud": f.op.Issuer(), "jti": f.id(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}}
	for _, change := range changes {
		change(&t)
	}
	return t.compact()
}

// claim sets a claim; nil removes it.
func claim(name string, value any) func(*signed) {
	return func(t *signed) { t.claims[name] = value }
}

// head sets a member of the header; nil removes it.
func head(name string, value any) func(*signed) {
	return func(t *signed) { t.header[name] = value }
}

func by(method jwt.SigningMethod, key any) func(*signed) {
	return func(t *signed) { t.method, t.key = method, key }
}

// proof is a DPoP proof (RFC 9449 §4.2) by the client's key, with changes.
func (f *fapi) proof(as fapiClient, method, path, token string, changes ...func(*signed)) string {
	t := signed{
		method: jwt.SigningMethodES256, key: as.key,
		header: map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: as.key.Public()}},
		claims: jwt.MapClaims{"jti": f.id(), "htm": method, "htu": f.op.Issuer() + path, "iat": f.op.Now().Unix()},
	}
	if token != "" {
		t.claims["ath"] = hash(token)
	}
	for _, change := range changes {
		change(&t)
	}
	return t.compact()
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func thumbprint(key *ecdsa.PrivateKey) string {
	public := jose.JSONWebKey{Key: key.Public()}
	return base64.RawURLEncoding.EncodeToString(must(public.Thumbprint(crypto.SHA256)))
}

// authenticated adds the client's assertion to a form.
func (f *fapi) authenticated(as fapiClient, form url.Values, changes ...func(*signed)) url.Values {
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	form.Set("client_assertion", f.assertion(as, changes...))
	return form
}

// want is the request that the client pushes, with changes.
func (f *fapi) want(changes ...string) url.Values {
	return f.request(append([]string{"code_challenge", challenge, "code_challenge_method", "S256"}, changes...)...)
}

// push pushes a request (RFC 9126 §2.1).
func (f *fapi) push(as fapiClient, v url.Values, header ...string) *reply {
	f.Helper()
	form := maps.Clone(v)
	form.Set("client_id", as.id)
	return f.call(http.MethodPost, "/par", f.authenticated(as, form).Encode(), header...)
}

// pushed is the request URI of a request that is taken, as RFC 9126 §2.2 says.
func (f *fapi) pushed(v url.Values, header ...string) string {
	f.Helper()
	r := f.push(f.one, v, header...)
	life, _ := r.body["expires_in"].(float64)
	if r.status != http.StatusCreated || len(r.str("request_uri")) < 22 || life <= 0 || life >= 600 || !strings.Contains(r.header.Get("Cache-Control"), "no-store") {
		f.Fatalf("PAR %d %s %v", r.status, r.raw, r.header)
	}
	return r.str("request_uri")
}

// refer is the authorization request that stands for a pushed one.
func (f *fapi) refer(as fapiClient, uri string, changes ...string) *browser.Page {
	f.Helper()
	v := url.Values{"client_id": {as.id}, "request_uri": {uri}}
	set(v, changes)
	return f.open(v)
}

// granted pushes the request, logs in, allows, and returns the code.
func (f *fapi) granted(v url.Values, header ...string) string {
	f.Helper()
	code := f.responseOf(f.goOn(f.refer(f.one, f.pushed(v, header...))), v).Get("code")
	if code == "" {
		f.Fatal("no code")
	}
	return code
}

func fapiCode(code string) url.Values {
	form := codeForm(code)
	form.Set("code_verifier", verifier)
	return form
}

// redeem sends a token request with assertion and proof.
func (f *fapi) redeem(as fapiClient, form url.Values, changes ...func(*signed)) *reply {
	f.Helper()
	return f.call(http.MethodPost, "/token", f.authenticated(as, form).Encode(), "DPoP", f.proof(as, http.MethodPost, "/token", "", changes...))
}

// accepted is a token response that is as FAPI 2.0 wants it.
func (f *fapi) accepted(v url.Values, r *reply) *pass {
	f.Helper()
	if r.status != http.StatusOK || !strings.EqualFold(r.str("token_type"), "DPoP") || r.header.Get("Cache-Control") != "no-store" {
		f.Fatalf("token response %d %s %v", r.status, r.raw, r.header)
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(r.str("access_token"), claims); err != nil {
		f.Fatal(err)
	}
	if cnf, _ := claims["cnf"].(map[string]any); cnf["jkt"] != thumbprint(f.one.key) { // RFC 9449 §6.1
		f.Errorf("access token %v", claims)
	}
	p := &pass{request: v, token: r}
	f.checkIDToken(p)
	if p.id.Nonce != v.Get("nonce") {
		f.Errorf("nonce %q", p.id.Nonce)
	}
	return p
}

// resource asks UserInfo, the resource of the plan, with the scheme DPoP.
func (f *fapi) resource(token string, changes ...func(*signed)) *reply {
	f.Helper()
	return f.call(http.MethodGet, "/userinfo", "", "Authorization", "DPoP "+token, "DPoP", f.proof(f.one, http.MethodGet, "/userinfo", token, changes...))
}

// happy goes the whole way.
func (f *fapi) happy(changes ...string) *pass {
	f.Helper()
	v := f.want(changes...)
	p := f.accepted(v, f.redeem(f.one, fapiCode(f.granted(v))))
	f.open200(f.resource(p.token.str("access_token")))
	return p
}

func (f *fapi) open200(r *reply) {
	f.Helper()
	if r.status != http.StatusOK || r.str("sub") != "u-alice" {
		f.Errorf("resource: %d %s %v", r.status, r.raw, r.header)
	}
}

// refusedAtPAR wants an error of the PAR endpoint.
func (f *fapi) refusedAtPAR(r *reply, codes ...string) {
	f.Helper()
	f.tokenError(r, http.StatusBadRequest, codes...)
}

// refusedInBrowser wants an error page, or an error response with one of the
// codes; never a code.
func (f *fapi) refusedInBrowser(page *browser.Page, codes ...string) {
	f.Helper()
	if answer := page.Answer(); answer != nil {
		f.refused(answer, codes...)
		return
	}
	f.errorPage(page)
}
