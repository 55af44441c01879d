package selftest

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/playground"
)

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 1 << 20

// A reply is an HTTP answer that was read.
type reply struct {
	status   int
	header   http.Header
	location *url.URL // nil if none
	body     []byte
	at       *url.URL // of the request
}

// code is what went wrong: the error code of the JSON body, or the status; ""
// for a success.
func (r *reply) code() string {
	var body struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(r.body, &body) == nil && body.Error != "" {
		return body.Error
	}
	if r.status == 0 {
		return "no answer"
	}
	if r.status >= http.StatusBadRequest {
		return strconv.Itoa(r.status)
	}
	return ""
}

// object is the body as a JSON object.
func (r *reply) object() map[string]any {
	out := map[string]any{}
	_ = json.Unmarshal(r.body, &out)
	return out
}

// told are the parameters whose values a row shows: none that is secret.
func told() []string {
	return []string{
		"grant_type", "response_type", "response_mode", "scope", "prompt", "code_challenge_method", "client_id", "claims",
		"requested_token_type", "resource",
	}
}

// send sends one request and notes it for the row. An answer that did not come
// has the status 0.
func (t *tester) send(c *http.Client, method, address string, form url.Values, header http.Header) *reply {
	shown, query, _ := strings.Cut(address, "?")
	params := form
	if query != "" {
		params, _ = url.ParseQuery(query)
	}
	t.sent = method + " " + strings.TrimPrefix(shown, t.target.Issuer)
	for _, name := range told() {
		if params.Has(name) {
			t.sent += " " + name + "=" + limit(params.Get(name), 60)
		}
	}
	req, err := http.NewRequestWithContext(t.ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.came = "not an address"
		return &reply{}
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	maps.Copy(req.Header, header)
	return t.do(c, req, t.sent)
}

// do sends a request and reads the answer.
func (t *tester) do(c *http.Client, req *http.Request, sent string) *reply {
	t.sent = sent
	resp, err := c.Do(req)
	if err != nil {
		t.came = "no answer"
		return &reply{}
	}
	defer func() { _ = resp.Body.Close() }()
	r := &reply{status: resp.StatusCode, header: resp.Header, at: req.URL}
	r.body, _ = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if l := resp.Header.Get("Location"); l != "" {
		r.location, _ = req.URL.Parse(l)
	}
	t.came = resp.Status
	if code := r.code(); code != "" && code != strconv.Itoa(resp.StatusCode) {
		t.came += " " + code
	}
	return r
}

// app is a client's own connection: no cookies, no redirects followed.
func (t *tester) app() *http.Client {
	return &http.Client{Transport: t.target.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (t *tester) get(address string) *reply {
	return t.send(t.app(), http.MethodGet, address, nil, nil)
}

func (t *tester) post(address string, form url.Values, header http.Header) *reply {
	form, header = t.withKey(address, form, header)
	return t.send(t.app(), http.MethodPost, address, form, header)
}

// headerProof is the DPoP header of RFC 9449 §4.1, as Go spells it; servers take any case.
const headerProof = "Dpop"

// headerAs names the client that post has to authenticate with a key. It never
// goes out.
const headerAs = "Selftest-As"

// keysOnly tells whether the server takes private keys and nothing else, as FAPI
// 2.0 asks. Then the tokens are bound to a key too.
func (t *tester) keysOnly() bool {
	return slices.Equal(t.document.AuthMethods, []string{"private_key_jwt"})
}

// as authenticates the client: with its secret, or where nobody takes one with
// its key.
func (t *tester) as(id string) http.Header {
	if t.keysOnly() {
		return http.Header{headerAs: {id}}
	}
	return basic(id)
}

// withKey puts a client assertion into the form, and a proof beside a token
// request that has none.
func (t *tester) withKey(address string, form url.Values, header http.Header) (url.Values, http.Header) {
	if !t.keysOnly() {
		return form, header
	}
	if header, form = header.Clone(), maps.Clone(form); header == nil {
		header = make(http.Header)
	}
	if id := header.Get(headerAs); id != "" {
		header.Del(headerAs)
		maps.Copy(form, t.assertion(id, "ES256"))
	}
	if address == t.document.Token && len(header[headerProof]) == 0 {
		header[headerProof] = []string{t.proof("ES256", http.MethodPost, address, "")}
	}
	return form, header
}

// proof is a DPoP proof (RFC 9449 §4.2), with ath where a token is shown.
func (t *tester) proof(alg, method, address, token string) string {
	claims := map[string]any{
		"jti": t.unique(), "htm": method, "htu": address, "iat": t.target.Now().Unix(), "exp": t.target.Now().Add(time.Minute).Unix(),
	}
	if token != "" {
		claims["ath"] = s256(token)
	}
	return t.sign(alg, map[string]any{"typ": "dpop+jwt", "jwk": t.jwk(alg)}, claims)
}

// shows is the header that shows an access token to UserInfo.
func (t *tester) shows(tokens map[string]any) http.Header {
	token := text(tokens["access_token"])
	if text(tokens["token_type"]) != "DPoP" {
		return http.Header{"Authorization": {"Bearer " + token}}
	}
	return http.Header{"Authorization": {"DPoP " + token}, headerProof: {t.proof("ES256", http.MethodGet, t.document.UserInfo, token)}}
}

// basic is the header of client_secret_basic (RFC 6749 §2.3.1).
func basic(id string) http.Header {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(testSecret))
	return r.Header
}

// sign makes a JWT with the cast's key for alg. "none" has an empty signature.
func (t *tester) sign(alg string, header, claims map[string]any) string {
	header = maps.Clone(header)
	header["alg"] = alg
	h, _ := json.Marshal(header)
	p, _ := json.Marshal(claims)
	if alg == "none" {
		return base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(p) + "."
	}
	var key any = []byte(testSecret)
	if !strings.HasPrefix(alg, "HS") {
		key = t.target.Cast.keys[alg]
	}
	token, err := playground.Sign(h, p, key, alg)
	if err != nil {
		return "cannot-be-signed"
	}
	return token
}

// jwk is the public key for alg, for the header of a proof.
func (t *tester) jwk(alg string) any {
	if key := t.target.Cast.keys[alg]; key != nil {
		return jose.JSONWebKey{Key: key.Public()}
	}
	return jose.JSONWebKey{Key: t.target.Cast.keys["ES256"].Public()}
}

// part reads the header (0) or the claims (1) of a JWT.
func part(token string, n int) map[string]any {
	out := map[string]any{}
	if parts := strings.Split(token, "."); len(parts) == 3 {
		raw, _ := base64.RawURLEncoding.DecodeString(parts[n])
		_ = json.Unmarshal(raw, &out)
	}
	return out
}

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	formHidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	formBox    = regexp.MustCompile(`type="checkbox" name="scope" value="([^"]+)"`)
)

// form reads the form of one of the provider's pages. The address is empty if
// there is none.
func (r *reply) form() (address string, values url.Values) {
	page := string(r.body)
	m := formAction.FindStringSubmatch(page)
	if m == nil || r.at == nil {
		return "", nil
	}
	u, err := r.at.Parse(html.UnescapeString(m[1]))
	if err != nil {
		return "", nil
	}
	values = url.Values{}
	for _, m := range formHidden.FindAllStringSubmatch(page, -1) {
		values.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return u.String(), values
}

// page tells which of the provider's pages it is.
func (r *reply) page() string {
	page := string(r.body)
	for _, p := range []struct{ sign, name string }{
		{`name="password"`, "login"},
		{`value="continue"`, "choose"},
		{`value="allow"`, "consent"},
		{`value="logout"`, "logout"},
		{`name="user_code"`, "device"},
	} {
		if strings.Contains(page, p.sign) {
			return p.name
		}
	}
	return ""
}

func lists(values []string, value string) bool { return slices.Contains(values, value) }
