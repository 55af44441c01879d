package selftest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	verifier = "self-test-verifier-of-more-than-43-characters-0123456789"
	state    = "self-test-state"
	nonce    = "self-test-nonce"
)

// s256 is the code_challenge of a verifier (RFC 7636 §4.2).
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// request is a valid authorization request; more replaces parameters, and "" as
// a value leaves one out.
func request(more ...string) url.Values {
	v := url.Values{
		"response_type": {"code"}, "client_id": {clientWeb}, "redirect_uri": {redirectURI}, "scope": {"openid"}, "state": {state},
		"nonce": {nonce}, "code_challenge": {s256(verifier)}, "code_challenge_method": {"S256"},
	}
	replace(v, more)
	return v
}

// replace sets parameters, given as names and values. "" takes one out.
func replace(v url.Values, more []string) {
	for pair := range slices.Chunk(more, 2) {
		if v.Set(pair[0], pair[1]); pair[1] == "" {
			v.Del(pair[0])
		}
	}
}

// An answer is where an authorization request led to.
type answer struct {
	params url.Values // of the authorization response; nil if it ended on a page
	mode   string     // query, fragment or form_post
	pages  []string   // the provider's pages on the way
	status int
}

// code is the error of the answer, "page" for a page with an error.
func (a *answer) code() string {
	if a.params == nil {
		return "page"
	}
	return a.params.Get("error")
}

// maxPages is more than one request leads to.
const maxPages = 8

// authorize sends an authorization request in the browser and answers the pages
// on the way: Tess allows everything.
func (t *tester) authorize(browser *http.Client, params url.Values) (a answer) {
	if t.document.PushOnly && !params.Has("request_uri") {
		by, code := t.pushed(params)
		if code != "" {
			return answer{params: url.Values{"error": {code}, "iss": {t.document.Issuer}}}
		}
		params = by
	}
	method, address, form := http.MethodGet, t.document.Authorize+"?"+params.Encode(), url.Values(nil)
	sent := ""
	for range maxPages {
		r := t.send(browser, method, address, form, http.Header{"Origin": {origin(address)}})
		if sent == "" {
			sent = t.sent
		}
		t.sent, a.status = sent, r.status // the row shows the request that began it
		switch to, fields := r.form(); {
		case r.location != nil && strings.HasPrefix(r.location.String(), redirectURI):
			if a.mode, a.params = "query", r.location.Query(); r.location.RawQuery == "" {
				a.mode = "fragment"
				a.params, _ = url.ParseQuery(r.location.EscapedFragment())
			}
			t.came = fmt.Sprintf("%d with %s in the %s", r.status, names(a.params), a.mode)
			return a
		case r.location != nil:
			method, address, form = http.MethodGet, r.location.String(), nil
		case strings.HasPrefix(to, redirectURI):
			a.mode, a.params = "form_post", fields
			t.came = fmt.Sprintf("%d with %s in a form", r.status, names(a.params))
			return a
		case r.page() == "":
			t.came = fmt.Sprintf("%d and a page", r.status)
			return a
		default:
			a.pages = append(a.pages, r.page())
			method, address, form = http.MethodPost, to, t.fill(r, fields)
		}
	}
	return a
}

// names lists what an answer has, and the error itself.
func names(params url.Values) string {
	if code := params.Get("error"); code != "" {
		return "error=" + code
	}
	var have []string
	for _, name := range []string{"code", "access_token", "id_token", "response"} {
		if params.Has(name) {
			have = append(have, name)
		}
	}
	return strings.Join(have, ", ")
}

// fill is what Tess does with a page.
func (t *tester) fill(r *reply, fields url.Values) url.Values {
	switch user := t.target.Cast.User; r.page() {
	case "login":
		fields.Set("username", user.Username)
		fields.Set("password", user.Password)
		fields.Set("action", "login")
	case "choose":
		fields.Set("action", "continue")
	case "consent":
		fields.Set("action", "allow")
		fields.Set("remember", "yes")
		for _, m := range formBox.FindAllStringSubmatch(string(r.body), -1) {
			fields.Add("scope", m[1])
		}
	case "logout":
		fields.Set("action", "logout")
	}
	return fields
}

// pushed pushes a request and returns the one that stands for it, or why there is
// none.
func (t *tester) pushed(params url.Values) (url.Values, string) {
	r := t.post(t.document.Push, maps.Clone(params), t.as(params.Get("client_id")))
	uri, _ := r.object()["request_uri"].(string)
	return url.Values{"client_id": params["client_id"], "request_uri": {uri}}, r.code()
}

// logIn begins the browser's session.
func (t *tester) logIn() string {
	a := t.authorize(t.browser, request())
	if a.params.Get("code") == "" {
		return a.code()
	}
	return ""
}

// redeem exchanges the code of an answer at the token endpoint.
func (t *tester) redeem(a answer, client string, more ...string) *reply {
	form := url.Values{"grant_type": {grantCode}, "code": {a.params.Get("code")}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
	replace(form, more)
	if client == clientPublic {
		form.Set("client_id", client)
		return t.post(t.document.Token, form, nil)
	}
	return t.post(t.document.Token, form, t.as(client))
}

// tokens goes the whole way and returns the token response, or why there is none.
func (t *tester) tokens(client string, more ...string) (map[string]any, string) {
	a := t.authorize(t.browser, request(append([]string{"client_id", client}, more...)...))
	if a.params.Get("code") == "" {
		return nil, a.code()
	}
	r := t.redeem(a, client)
	return r.object(), r.code()
}

// assertion is a client assertion (RFC 7523 §3), made for one request.
func (t *tester) assertion(client, alg string) url.Values {
	now := t.target.Now()
	return url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion": {t.sign(alg, map[string]any{"typ": "JWT"}, map[string]any{
			"iss": client, "sub": client, "aud": t.document.Issuer, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": t.unique(),
		})},
	}
}

// unique is a jti.
func (t *tester) unique() string {
	t.made++
	return fmt.Sprintf("self-test-%d", t.made)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// origin is scheme and host of an address, as a browser sends it with a form.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
