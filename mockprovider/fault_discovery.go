package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"claimcheck/playground/spec"
)

// discoveryFaults are about the metadata (RFC 8414, OpenID Connect Discovery 1.0).
var discoveryFaults = []deviation{
	{at: "metadata", Fault: Fault{
		Name: "disc_issuer_mismatch", Group: GroupDiscovery, Deviation: "The metadata names another issuer than the one that was asked.",
		Spec: rfc("8414", "3.3"), Expect: ExpectReject, Correct: "It compares issuer with the address that it asked, and stops before any login.", Detected: seenNoLogin, NoClient: true,
	}, document: func(p *Provider, doc map[string]any) { doc["issuer"] = p.cfg.Issuer + "-other" }},
	{at: "metadata", Fault: Fault{
		Name: "disc_missing_jwks_uri", Group: GroupDiscovery, Deviation: "The metadata has no jwks_uri.",
		Spec: oidcDiscovery("3"), Expect: ExpectReject, Correct: "It can check no signature, so it accepts no ID token.", Detected: seenNotIn, NoClient: true,
	}, document: func(_ *Provider, doc map[string]any) { delete(doc, "jwks_uri") }},
	{at: "metadata", Fault: Fault{
		Name: "disc_html_200", Group: GroupDiscovery, Deviation: "Instead of the metadata comes a web page with 200, as from a hotel's network.",
		Spec: rfc("8414", "3.2"), Expect: ExpectReject, Correct: "It says that the provider can't be reached now, and tries again later.", Detected: seenNoLogin, NoClient: true,
	}, instead: func(_ *Provider, w http.ResponseWriter, _ *http.Request) {
		plainAnswer(w, http.StatusOK, "text/html; charset=utf-8", captivePage)
	}},
	{at: "metadata", Fault: Fault{
		Name: "disc_500", Group: GroupDiscovery, Deviation: "The metadata is answered with 500.",
		Spec: rfc("9110", "15.6.1"), Expect: ExpectReject, Correct: "It says that the provider can't be reached now, and tries again later.", Detected: seenNoLogin, NoClient: true,
	}, instead: serverError},
	{at: "metadata", Fault: Fault{
		Name: "disc_slow_30s", Group: GroupDiscovery, Deviation: "The metadata comes after 30 seconds.",
		Spec: rfc("9110", "9.2.2"), Expect: ExpectReject, Correct: "It gives up after a few seconds and says so; it does not hang. It may ask again: a GET can be repeated.", Detected: "The client closes the connection before the answer.", NoClient: true,
	}, instead: func(p *Provider, w http.ResponseWriter, r *http.Request) {
		p.wait(r.Context(), longAnswer)
		writeCacheable(w, r, "application/json", "no-store", p.Metadata())
	}},
	{at: "metadata", Fault: Fault{
		Name: "disc_redirect_other_host", Group: GroupDiscovery, Deviation: "The metadata is a redirect to another host.",
		Spec: rfc("8414", "6.2"), Expect: ExpectReject, Correct: "It takes no metadata from a host that it did not ask.", Detected: seenNoLogin, NoClient: true,
	}, instead: func(_ *Provider, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", elsewhere("/.well-known/openid-configuration"))
		w.WriteHeader(http.StatusFound)
	}},
	{at: "metadata", Fault: Fault{
		Name: "disc_endpoint_other_origin", Group: GroupDiscovery, Deviation: "The token endpoint is on another host than the issuer.",
		Spec: rfc("8414", "2"), Expect: ExpectEither, Correct: "The document allows it. A client that knows one host only compares, and does not send its secret there.", Detected: "No token request arrives here; a careful client says why.", NoClient: true,
	}, document: func(_ *Provider, doc map[string]any) { doc["token_endpoint"] = elsewhere("/token") }},
	{at: "metadata", Fault: Fault{
		Name: "disc_no_s256", Group: GroupDiscovery, Deviation: "The metadata does not offer PKCE with S256.",
		Spec: rfc("9700", "2.1.1"), Expect: ExpectReject, Correct: "A client that relies on PKCE stops: a server that does not know it would ignore the challenge.", Detected: seenNoLogin, NoClient: true,
	}, document: func(_ *Provider, doc map[string]any) { delete(doc, "code_challenge_methods_supported") }},
	{at: "metadata", Fault: Fault{
		Name: "http_downgrade", Group: GroupDiscovery, Deviation: "The endpoints in the metadata of an https issuer are http.",
		Spec: rfc("8414", "2"), Expect: ExpectReject, Correct: "It sends neither browser nor secret to an http address.", Detected: seenNoLogin, NoClient: true, NeedsHTTPS: true,
	}, document: func(_ *Provider, doc map[string]any) {
		for name, v := range doc {
			if s, ok := v.(string); ok && name != "issuer" {
				doc[name] = strings.Replace(s, "https://", "http://", 1)
			}
		}
	}},
}

func serverError(_ *Provider, w http.ResponseWriter, _ *http.Request) {
	plainAnswer(w, http.StatusInternalServerError, "text/plain; charset=utf-8", "Internal Server Error\n")
}

// jwksFaults are about the keys (RFC 7517).
var jwksFaults = []deviation{
	{at: "/jwks", Fault: Fault{
		Name: "jwks_500", Group: GroupDiscovery, Deviation: "The JWK Set is answered with 500.",
		Spec: rfc("9110", "15.6.1"), Expect: ExpectReject, Correct: "It says that it can't check now (an API: 503, not 401), and accepts nothing unchecked.", Detected: seenNotIn, NoClient: true,
	}, instead: serverError},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_slow_30s", Group: GroupDiscovery, Deviation: "The JWK Set comes after 30 seconds.",
		Spec: rfc("9110", "9.2.2"), Expect: ExpectReject, Correct: "It gives up after a few seconds, says so, and accepts nothing unchecked. It may ask again: a GET can be repeated. A client that holds the keys already does not notice.", Detected: "The client closes the connection before the answer, and its own page says that nobody is logged in.", NoClient: true,
	}, instead: func(p *Provider, w http.ResponseWriter, r *http.Request) {
		p.wait(r.Context(), longAnswer)
		set, err := p.keys.JWKS()
		if err != nil {
			p.unavailable(w, err)
			return
		}
		writeCacheable(w, r, "application/json", "no-store", set)
	}},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_empty", Group: GroupDiscovery, Deviation: "The JWK Set has no keys.",
		Spec: rfc("7517", "5"), Expect: ExpectReject, Correct: "No key, no signature: it accepts no token.", Detected: seenNotIn, BySignature: true, NoClient: true,
	}, document: func(_ *Provider, doc map[string]any) { doc["keys"] = []any{} }},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_kid_missing_single", Group: GroupDiscovery, Deviation: "The JWK Set has one key without kid, and the ID token names none.",
		Spec: oidc("10.1"), Expect: ExpectAccept, Correct: "There is one key, so there is nothing to choose: it takes that.", Detected: seenIn, NoClient: true,
	}, document: func(p *Provider, doc map[string]any) {
		doc["keys"] = eachKey(doc, func(key map[string]any) bool { delete(key, "kid"); return key["alg"] == p.keys.algs[0] })
	}, token: func(t *wrongToken) { t.useAlg(t.p.keys.algs[0]); delete(t.header, "kid") }},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_kid_missing_multiple", Group: GroupDiscovery, Deviation: "The JWK Set has several keys, none with a kid, and the ID token names none.",
		Spec: oidc("10.1"), Expect: ExpectEither, Correct: "It tries the keys that fit the algorithm, or refuses. It takes none that does not verify.", Detected: seenIn, NoClient: true,
	}, document: func(_ *Provider, doc map[string]any) {
		doc["keys"] = eachKey(doc, func(key map[string]any) bool { delete(key, "kid"); return true })
	}, token: func(t *wrongToken) { delete(t.header, "kid") }},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_duplicate_kid", Group: GroupDiscovery, Deviation: "Two keys of the JWK Set have the same kid; the first is the wrong one.",
		Spec: rfc("7517", "4.5"), Expect: ExpectEither, Correct: "It tries both, or refuses.", Detected: seenIn, NoClient: true,
	}, document: func(p *Provider, doc map[string]any) {
		keys := eachKey(doc, func(map[string]any) bool { return true })
		for n, alg := range p.keys.algs {
			key, err := p.nextKey(alg, false)
			if err != nil || n >= len(keys) {
				return
			}
			public := publicJWK(key)
			public["kid"] = keys[2*n].(map[string]any)["kid"] //nolint:forcetypeassert // eachKey made it
			keys = append(keys[:2*n], append([]any{public}, keys[2*n:]...)...)
		}
		doc["keys"] = keys
	}},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_key_rotated_now", Group: GroupDiscovery, Deviation: "The ID token is signed with a new key that the JWK Set has only since this moment.",
		Spec: oidc("10.1.1"), Expect: ExpectAccept, Correct: "An unknown kid makes it fetch the JWK Set once more; then it accepts. One that fetches at most once a minute refuses in a drill, which is quicker, and accepts a minute later.", Detected: "One more request for the JWK Set, and the login works.", NoClient: true,
	}, document: func(p *Provider, doc map[string]any) {
		keys := eachKey(doc, func(map[string]any) bool { return true })
		for _, key := range p.publishedNext() {
			keys = append(keys, publicJWK(key))
		}
		doc["keys"] = keys
	}, token: func(t *wrongToken) { t.useNext(true) }},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_rotated_just_before_signing", Group: GroupDiscovery, Deviation: "Right before signing all keys were replaced: the JWK Set that the client holds has none of today's.",
		Spec: oidc("10.1.1"), Expect: ExpectAccept, Correct: "An unknown kid makes it fetch the JWK Set once more; then it accepts. One that fetches at most once a minute refuses in a drill, which is quicker, and accepts a minute later.", Detected: "One more request for the JWK Set, and the login works.", NoClient: true,
	}, document: func(p *Provider, doc map[string]any) {
		if next := p.publishedNext(); len(next) > 0 {
			keys := []any{}
			for _, key := range next {
				keys = append(keys, publicJWK(key))
			}
			doc["keys"] = keys
		}
	}, token: func(t *wrongToken) { t.useNext(true) }},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_has_oct_key", Group: GroupDiscovery, Deviation: "The JWK Set has a symmetric key in it, for everybody to read.",
		Spec: rfc("7517", "9.1"), Expect: ExpectAccept, Correct: "It ignores that key, and accepts what the others signed.", Detected: seenIn, NoClient: true,
	}, document: func(_ *Provider, doc map[string]any) {
		doc["keys"] = append([]any{map[string]any{"kty": "oct", "kid": "oct-1", "alg": "HS256", "k": publicSecret}}, eachKey(doc, func(map[string]any) bool { return true })...)
	}},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_use_enc", Group: GroupDiscovery, Deviation: "Every key of the JWK Set says that it is for encryption.",
		Spec: rfc("7517", "4.2"), Expect: ExpectReject, Correct: "It checks signatures with keys for signatures, and finds none.", Detected: seenNotIn, BySignature: true, NoClient: true,
	}, document: func(_ *Provider, doc map[string]any) {
		doc["keys"] = eachKey(doc, func(key map[string]any) bool { key["use"] = "enc"; return true })
	}},
	{Fault: Fault{
		Name: "jwks_stale_cache", Group: GroupDiscovery, Deviation: "The ID token is signed with a new key; the JWK Set comes from an old cache and does not have it.",
		Spec: oidc("10.1.1"), Expect: ExpectReject, Correct: "It fetches the JWK Set once more, still finds no key, and refuses. It does not fetch without end.", Detected: seenNotIn, BySignature: true,
	}, token: func(t *wrongToken) { t.useNext(false) }},
	{at: "/jwks", Fault: Fault{
		Name: "jwks_10mb", Group: GroupDiscovery, Deviation: "The JWK Set is 10 MB long.",
		Spec: rfc("7517", "5"), Expect: ExpectReject, Correct: "It reads no more than a limit of its own, and refuses.", Detected: seenNotIn, NoClient: true,
	}, document: func(_ *Provider, doc map[string]any) { doc["padding"] = strings.Repeat("x", 10<<20) }},
	{at: "/jwks", Fault: Fault{
		Name: "key_compromised", Group: GroupLifecycle, Deviation: "The key that signs the ID token has been withdrawn: the JWK Set does not have it any more.",
		Spec: oidc("10.1.1"), Expect: ExpectReject, Correct: "With a fresh JWK Set it refuses. How long it goes on with an old one is its own choice, and should be short.", Detected: seenNotIn, NoClient: true,
	}, document: func(p *Provider, doc map[string]any) {
		next, err := p.nextKey(p.keys.algs[0], false)
		if err == nil {
			doc["keys"] = []any{publicJWK(next)}
		}
	}},
}

// publicSecret is a symmetric key that everybody knows.
const publicSecret = "ZXZlcnlib2R5LWtub3dzLXRoaXMta2V5LWV2ZXJ5Ym9keQ" //nolint:gosec // a fault: it is published

// eachKey returns the keys of a JWK Set that keep says yes to; keep may change
// them.
func eachKey(doc map[string]any, keep func(map[string]any) bool) []any {
	all, _ := doc["keys"].([]any)
	out := []any{}
	for _, one := range all {
		if key, ok := one.(map[string]any); ok && keep(key) {
			out = append(out, key)
		}
	}
	return out
}

// publicJWK is the public part of the key, as it stands in a JWK Set.
func publicJWK(k *SigningKey) map[string]any {
	public := k.public()
	raw, err := json.Marshal(public)
	out := map[string]any{}
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		return map[string]any{}
	}
	return out
}

// faultyDocument is the JSON document that goes out at this path, changed by the
// faults that are on, and whether any is.
func (p *Provider) faultyDocument(w http.ResponseWriter, at, client string, refresh bool, honest []byte) ([]byte, bool) {
	on := p.faultsAt(w, client, func(d *deviation) bool { return d.document != nil && d.at == at && (refresh || !d.refresh) })
	if len(on) == 0 {
		return honest, false
	}
	var doc map[string]any
	if err := json.Unmarshal(honest, &doc); err != nil {
		return honest, false
	}
	for _, d := range on {
		d.document(p, doc)
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return honest, false
	}
	return out, true
}

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func oidcDiscovery(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect Discovery 1.0", Section: section}
}
