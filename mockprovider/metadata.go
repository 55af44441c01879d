package mockprovider

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"claimcheck/mockprovider/trace"
)

// metadataDocument is the authorization server metadata (RFC 8414 §2, OpenID
// Connect Discovery 1.0 §3). It holds what is enabled and nothing else; values
// whose default would say something untrue are stated.
type metadataDocument struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	UserInfoEndpoint      string   `json:"userinfo_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	IntrospectionEndpoint string   `json:"introspection_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	PushEndpoint          string   `json:"pushed_authorization_request_endpoint"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	BackchannelLogout     bool     `json:"backchannel_logout_supported"`
	BackchannelSession    bool     `json:"backchannel_logout_session_supported"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	RegistrationEndpoint  string   `json:"registration_endpoint,omitempty"`
	PushRequired          bool     `json:"require_pushed_authorization_requests"`
	ScopesSupported       []string `json:"scopes_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	IntrospectionMethods  []string `json:"introspection_endpoint_auth_methods_supported"`
	RevocationMethods     []string `json:"revocation_endpoint_auth_methods_supported"`
	AuthAlgs              []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	IntrospectionAlgs     []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	RevocationAlgs        []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	DPoPAlgs              []string `json:"dpop_signing_alg_values_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported,omitempty"`
	IssParameter          bool     `json:"authorization_response_iss_parameter_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	IDTokenAlgs           []string `json:"id_token_signing_alg_values_supported"`
	PromptValues          []string `json:"prompt_values_supported"`
	ClaimTypes            []string `json:"claim_types_supported"`
	ClaimsSupported       []string `json:"claims_supported"`
	ACRValues             []string `json:"acr_values_supported"`
	ClaimsParameter       bool     `json:"claims_parameter_supported"`
	RequestParameter      bool     `json:"request_parameter_supported"`
	DetailTypes           []string `json:"authorization_details_types_supported,omitempty"`
	ProtectedResources    []string `json:"protected_resources,omitempty"`
	RequestObjectAlgs     []string `json:"request_object_signing_alg_values_supported"`
	RequireRequestObject  bool     `json:"require_signed_request_object"`
	RequestURIParameter   bool     `json:"request_uri_parameter_supported"`
}

// newMode is the mode together with the metadata that is true under it.
func (p *Provider) newMode(policy Policy, off map[string]bool) *mode {
	m := &mode{policy: policy, off: off}
	values, _ := policy.values() // checked by the caller
	challengeMethods := challengeMethodsIn(values.bit, off)
	methods, authAlgs := authMethodsIn(values.bit), authAlgsIn(values.bit)
	var types []string
	for _, one := range responseTypes(values.bit) {
		types = append(types, string(one))
	}
	all := keyMethods(append(slices.Clone(methods), authNone), values.bit, off)
	methods = keyMethods(methods, values.bit, off)
	m.metadata, _ = json.Marshal(metadataDocument{ // strings and booleans: it can't fail
		Issuer:                p.cfg.Issuer,
		AuthorizationEndpoint: p.url("/authorize"),
		TokenEndpoint:         p.url("/token"),
		UserInfoEndpoint:      p.url("/userinfo"),
		JWKSURI:               p.url("/jwks"),
		IntrospectionEndpoint: p.url("/introspect"),
		RevocationEndpoint:    p.url("/revoke"),
		PushEndpoint:          p.url("/par"),
		EndSessionEndpoint:    p.url("/logout"),
		BackchannelLogout:     true,
		BackchannelSession:    true,
		PushRequired:          inForce(&pushedOnly, values.bit, off),
		DeviceEndpoint:        p.url("/device_authorization"),
		RegistrationEndpoint:  p.registrationURL(),
		ScopesSupported:       slices.Sorted(maps.Keys(p.registry.now.Load().scopes)),
		ResponseTypes:         types,
		ResponseModes:         responseModes(),
		GrantTypes:            offeredGrants(values.bit),
		AuthMethods:           all,
		IntrospectionMethods:  methods,
		RevocationMethods:     all,
		AuthAlgs:              authAlgs,
		IntrospectionAlgs:     authAlgs,
		RevocationAlgs:        authAlgs,
		DPoPAlgs:              foreignAlgs(values.bit),
		ChallengeMethods:      challengeMethods,
		IssParameter:          true,
		SubjectTypes:          []string{"public"},
		IDTokenAlgs:           p.keys.Algs(),
		PromptValues:          promptValues(),
		ClaimTypes:            []string{"normal"},
		ClaimsSupported:       claimsSupported(),
		ACRValues:             []string{acrPassword},
		ClaimsParameter:       true,
		RequestParameter:      true,
		DetailTypes:           p.detailTypes(),
		ProtectedResources:    p.protectedResources(),
		RequestObjectAlgs:     foreignAlgs(values.bit),
	})
	return m
}

// protectedResources are the resource identifiers of the APIs that can be used
// with this server (RFC 9728 §4): those that are URLs (§1.2). A server beside
// another one has none, because the APIs trust the other one.
func (p *Provider) protectedResources() []string {
	if p.beside.home != nil {
		return nil
	}
	var all []string
	for _, api := range p.apis() {
		if u, err := url.Parse(api.Audience); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			all = append(all, api.Audience)
		}
	}
	return all
}

// registrationURL is the registration endpoint, empty where there is none.
func (p *Provider) registrationURL() string {
	if !p.registers() {
		return ""
	}
	return p.url("/register")
}

// Metadata is the metadata document as it is served now. The caller must not
// change it.
func (p *Provider) Metadata() []byte { return p.mode.Load().metadata }

// How long metadata and keys may be kept.
var (
	cacheMetadata = []string{"max-age=60"}
	cacheKeySet   = []string{"public, max-age=300"}
)

// metadata serves the document at the well-known places.
func (p *Provider) metadata(w http.ResponseWriter, r *http.Request) {
	if p.answersInstead(w, r, "metadata", "", false) {
		return
	}
	doc, _ := p.faultyDocument(w, "metadata", "", false, p.Metadata())
	cacheable(&p.lastMetadata, w, r, cacheMetadata, doc)
}

func (p *Provider) preparedMetadata() *trace.Document { return prepared(&p.lastMetadata, p.Metadata()) }

// jwks serves the public keys (RFC 7517 §5).
func (p *Provider) jwks(w http.ResponseWriter, r *http.Request) {
	if p.answersInstead(w, r, "/jwks", "", false) {
		return
	}
	set, err := p.keys.JWKS()
	if err != nil {
		p.unavailable(w, err)
		return
	}
	set, _ = p.faultyDocument(w, "/jwks", "", false, set)
	cacheable(&p.lastKeySet, w, r, cacheKeySet, set)
}

func (p *Provider) preparedKeySet() *trace.Document {
	set, _ := p.keys.JWKS() // an error is told by jwks
	return prepared(&p.lastKeySet, set)
}

// sentPrepared answers a plain GET for a document that went out before, and reports
// whether it did. Who asks for less than the document, and every fault, goes the
// long way, whose answers have the same headers.
func (p *Provider) sentPrepared(w http.ResponseWriter, r *http.Request, e *endpoint) bool {
	if e.document == nil || r.Method != http.MethodGet || len(r.Header["If-None-Match"]) > 0 || p.faults.any.Load() {
		return false
	}
	d := e.document()
	if d == nil {
		return false
	}
	d.Send(w)
	return true
}

// A tagged is a document with the header values that depend on it, so that those
// of a document that goes out again and again are made once.
type tagged struct {
	body         []byte
	etag, length []string
	// whole is the answer to a plain GET, where anybody may read the document.
	whole *trace.Document
}

func tag(body []byte) *tagged {
	sum := sha256.Sum256(body)
	etag := strconv.Quote(base64.RawURLEncoding.EncodeToString(sum[:12]))
	return &tagged{body: body, etag: []string{etag}, length: []string{strconv.Itoa(len(body))}}
}

// same tells whether body is the tagged document, and not one that has the same text.
func (t *tagged) same(body []byte) bool {
	return t != nil && len(t.body) == len(body) && len(body) > 0 && &t.body[0] == &body[0]
}

// describe sets what says how long the document may be kept, and which one it is.
func (t *tagged) describe(h http.Header, cache []string) {
	h["Etag"], h["Cache-Control"], h["X-Content-Type-Options"] = t.etag, cache, valueNoSniff
}

// content sets what says what the body is. Without a length net/http sends long ones
// in chunks.
func (t *tagged) content(h http.Header, kind []string) {
	h["Content-Type"], h["Content-Length"] = kind, t.length
}

// cacheable is writeCacheable for a public JSON document that is mostly the same
// bytes as before: last is what went out. Nobody changes the bytes.
func cacheable(last *atomic.Pointer[tagged], w http.ResponseWriter, r *http.Request, cache []string, body []byte) {
	t := last.Load()
	if !t.same(body) {
		t = tag(body)
		h := http.Header{}
		t.describe(h, cache)
		t.content(h, valueJSON)
		allow(h, valueAnybody)
		t.whole = trace.NewDocument(h, body)
		last.Store(t)
	}
	writeTagged(w, r, valueJSON, cache, t)
}

// prepared is the whole answer with these bytes if they are what went out last, or nil.
func prepared(last *atomic.Pointer[tagged], body []byte) *trace.Document {
	if t := last.Load(); t.same(body) {
		return t.whole
	}
	return nil
}

// writeCacheable answers with bytes that may be kept, and with 304 if the
// caller has them already (RFC 9110 §13.1.2).
func writeCacheable(w http.ResponseWriter, r *http.Request, contentType, cache string, body []byte) {
	writeTagged(w, r, []string{contentType}, []string{cache}, tag(body))
}

func writeTagged(w http.ResponseWriter, r *http.Request, kind, cache []string, t *tagged) {
	h := w.Header()
	t.describe(h, cache)
	if strings.Contains(r.Header.Get("If-None-Match"), t.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	t.content(h, kind)
	if r.Method == http.MethodHead {
		return
	}
	trace.Write(w, t.body)
}
