package main

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"claimcheck/playground"
)

// memory reads the page's own memory, as the next request would send it back.
func memory(body string) url.Values {
	v := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="(was|past|sent)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		v.Add(m[1], html.UnescapeString(m[2]))
	}
	return v
}

// field is what stands in a text field of the page.
func field(body, name string) string {
	if m := regexp.MustCompile(`(?s)<textarea[^>]* name="` + name + `"[^>]*>(.*?)</textarea>`).FindStringSubmatch(body); m != nil {
		return html.UnescapeString(m[1])
	}
	if m := regexp.MustCompile(`<input[^>]* name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(body); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// TestUndo goes back through what a button did and what was typed, without a
// script and without anything kept on the server.
func TestUndo(t *testing.T) {
	s := start(t)
	a := s.send(t, http.MethodGet, "/playground", "")
	next := func(a answer, change url.Values) answer {
		t.Helper()
		v := memory(a.body)
		for _, name := range []string{"token", "key", "iss", "payload", "header", "sign_key"} {
			v.Set(name, field(a.body, name))
		}
		maps.Copy(v, change)
		return s.press(t, v)
	}
	first := field(a.body, "payload")
	a = next(a, url.Values{"press": {"template:id"}})
	second := field(a.body, "payload")
	if second == first {
		t.Fatal("the template changed nothing")
	}
	a = next(a, url.Values{"token": {"typed"}})   // what the live page sends
	a = next(a, url.Values{"press": {"set:jti"}}) // a button
	a = next(a, url.Values{"iss": {"https://a"}}) // typed
	a = next(a, url.Values{"press": {"undo"}})    // the typed issuer goes
	if got := field(a.body, "iss"); got != "" || !strings.Contains(field(a.body, "payload"), `"jti"`) {
		t.Errorf("after one undo: issuer %q, payload %s", got, field(a.body, "payload"))
	}
	a = next(a, url.Values{"press": {"undo"}})
	if got := field(a.body, "payload"); got != second || field(a.body, "token") != "typed" {
		t.Errorf("after two: %s, %q", got, field(a.body, "token"))
	}
	a = next(a, url.Values{"press": {"undo"}})
	if field(a.body, "token") != "" {
		t.Error("the typed token is still there")
	}
	a = next(a, url.Values{"press": {"undo"}})
	if got := field(a.body, "payload"); got != first {
		t.Errorf("back at the beginning: %s", got)
	}
	// What was typed and not sent yet goes first.
	a = next(a, url.Values{"press": {"undo"}, "token": {"not sent yet"}})
	if field(a.body, "token") != "" {
		t.Error("undo kept what was typed since")
	}
	a = next(a, url.Values{"press": {"clear"}, "token": {"secret"}})
	if v := memory(a.body); len(v["past"]) != 0 || strings.Contains(a.body, "secret") && strings.Contains(v.Get("was"), "token=secret") {
		t.Error("a cleared page remembers")
	}
}

// TestPastIsBounded: a page stays light however long one works with it.
func TestPastIsBounded(t *testing.T) {
	var f benchForm
	for i := range 100 {
		f.push(strings.Repeat("x", 1000+i))
	}
	if len(f.Past) != maxPast || f.Past[maxPast-1] != strings.Repeat("x", 1099) {
		t.Errorf("%d states", len(f.Past))
	}
	for range 5 {
		f.push(strings.Repeat("y", maxPastBytes/2-len(f.Past)))
	}
	if size(f.Past) > maxPastBytes {
		t.Errorf("%d bytes", size(f.Past))
	}
}

// TestSentIsCounted: the page says how often it sent what, and to whom.
func TestSentIsCounted(t *testing.T) {
	s := start(t)
	a := s.send(t, http.MethodGet, "/playground", "")
	if !strings.Contains(a.body, "has sent nothing yet") {
		t.Error("a fresh page has sent something")
	}
	for _, want := range []string{"sent 1 request with", "sent 2 requests with", "sent 3 requests with"} {
		v := memory(a.body)
		v.Set("token", "x")
		if a = s.press(t, v); !strings.Contains(a.body, want) || !strings.Contains(a.body, "<code>"+s.origin.String()+"</code>") {
			t.Errorf("no %q", want)
		}
	}
}

// TestShareLink: the token and the policy are in the fragment, and no key but a
// public one.
func TestShareLink(t *testing.T) {
	s := start(t)
	es, err := playground.GenerateKey("ES256", 0)
	if err != nil {
		t.Fatal(err)
	}
	made := makeToken(`{"alg":"ES256"}`, `{"sub":"alice"}`, es.PrivatePEM, playground.UTF8)
	link := func(v url.Values) (u *url.URL, shared url.Values) {
		t.Helper()
		m := regexp.MustCompile(`data-copy>(http[^<]*/playground#[^<]*)<`).FindStringSubmatch(s.press(t, v).body)
		if m == nil {
			return nil, nil
		}
		u, err := url.Parse(html.UnescapeString(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		if shared, err = url.ParseQuery(u.EscapedFragment()); err != nil {
			t.Fatal(err)
		}
		return u, shared
	}
	policy := url.Values{"token": {"Bearer " + made.Token}, "alg": {"ES256", "RS256"}, "iss": {"https://a"}, "aud": {"api"}, "require_exp": {"on"}, "sign_key": {"the other secret"}}
	with := func(name, value string) url.Values {
		v := maps.Clone(policy)
		v.Set(name, value)
		return v
	}
	u, shared := link(with("key", es.PrivatePEM))
	if u == nil || u.RawQuery != "" || shared.Get("token") != made.Token || len(shared["alg"]) != 2 || shared.Get("aud") != "api" || shared.Get("require_exp") != "on" {
		t.Fatalf("%v", shared)
	}
	keys, err := playground.ParseKey([]byte(shared.Get("key")), playground.UTF8)
	if err != nil || len(keys.Keys) != 1 || keys.Keys[0].Private != nil || strings.Contains(u.Fragment, `"d"`) {
		t.Errorf("the key in the link: %v %s", err, shared.Get("key"))
	}
	if r := playground.Verify(shared.Get("token"), keys, playground.Policy{}); r.Signature != playground.SignatureValid {
		t.Error("the link does not verify")
	}
	for name, key := range map[string]string{"a secret": "a shared secret of many bytes, 32 or more", "a JWK of a secret": `{"kty":"oct","k":"c2VjcmV0"}`, "a set with a secret": `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`, "a broken key": "-----BEGIN PRIVATE KEY-----\nxx"} {
		if _, shared := link(with("key", key)); shared == nil || shared.Has("key") {
			t.Errorf("%s: %v", name, shared)
		}
	}
	for name := range shared {
		if !regexp.MustCompile(`^(token|alg|iss|aud|typ|leeway|require|require_exp|strict|now|key|key_from)$`).MatchString(name) {
			t.Errorf("the link holds %s", name)
		}
	}
	if u, _ := link(with("token", es.PrivatePEM)); u != nil {
		t.Error("a private key in the token's field is in a link")
	}
}

// TestHelpers presses each helper and looks at the one claim that it changes.
func TestHelpers(t *testing.T) {
	s := start(t)
	now := s.world.Main().Now().Unix()
	const payload = "{\n  \"n\": 100002348117421473,\n  \"aud\": \"api\"\n}"
	for name, says := range map[string]string{"iat": `"iat": `, "exp300": `"exp": `, "exp3600": `"exp": `, "jti": `"jti": "`, "aud": `"aud": ["api"]`} {
		got := field(s.press(t, url.Values{"press": {"set:" + name}, "payload": {payload}}).body, "payload")
		if !strings.Contains(got, says) || !strings.Contains(got, "100002348117421473") || !strings.HasPrefix(got, "{\n  \"n\"") {
			t.Errorf("%s: %s", name, got)
		}
	}
	f := benchForm{Payload: `{"exp":1,"a":1e400}`}
	if f.help("exp300", now, nil); !strings.HasPrefix(f.Payload, `{"exp":17`) || !strings.HasSuffix(f.Payload, `,"a":1e400}`) {
		t.Errorf("exp: %s", f.Payload)
	}
	f = benchForm{Payload: `{"aud":["a"]}`}
	if f.help("aud", now, nil); f.Payload != `{"aud":"a"}` {
		t.Errorf("aud: %s", f.Payload)
	}
	f = benchForm{Payload: `{}`}
	if f.help("iat", 5, nil); f.Payload != `{"iat":5}` {
		t.Errorf("an empty object: %s", f.Payload)
	}
	f = benchForm{Payload: "no JSON"}
	if f.help("iat", 5, nil); f.Payload != "no JSON" || f.Said == "" {
		t.Errorf("no JSON: %s", f.Payload)
	}
	f = benchForm{Header: `{"alg":"HS256"}`, Payload: `{ "b":1.0,"a":2, "a":3 }`}
	if f.reformat(false); f.Payload != `{"b":1.0,"a":2,"a":3}` {
		t.Errorf("compact: %s", f.Payload)
	}
	if f.reformat(true); f.Payload != "{\n  \"b\": 1.0,\n  \"a\": 2,\n  \"a\": 3\n}" {
		t.Errorf("pretty: %s", f.Payload)
	}
}

// TestHeaderAndKeyAgree: where they do not, both are named and one press writes
// the key's algorithm into the header; nothing is overwritten silently.
func TestHeaderAndKeyAgree(t *testing.T) {
	s := start(t)
	es, err := playground.GenerateKey("ES256", 0)
	if err != nil {
		t.Fatal(err)
	}
	v := url.Values{"header": {`{"typ":"JWT","alg":"RS256","x":1.0}`}, "payload": {"{}"}, "sign_key": {es.PrivatePEM}}
	a := s.press(t, v)
	if field(a.body, "header") != v.Get("header") || !strings.Contains(a.body, `value="header:ES256"`) || !strings.Contains(a.body, "EC P-256") {
		t.Error("the mismatch is not told with its way out")
	}
	v.Set("press", "header:ES256")
	a = s.press(t, v)
	if got := field(a.body, "header"); got != `{"typ":"JWT","alg":"ES256","x":1.0}` || strings.Contains(a.body, "not signed") {
		t.Errorf("header %s", got)
	}
	if a := s.press(t, url.Values{"header": {`{"alg":"HS256"}`}, "payload": {`{"a":1,"a":2}`}, "sign_key": {demoSecret}}); !strings.Contains(a.body, "again at byte") || strings.Contains(a.body, "not signed") {
		t.Error("a duplicate is not signed with a warning")
	}
}

// TestSeveralTokens: each of them can be taken.
func TestSeveralTokens(t *testing.T) {
	s := start(t)
	a, b := playground.Unsecured([]byte(`{"alg":"none"}`), []byte(`{"sub":"alice"}`)), playground.Unsecured([]byte(`{"alg":"none"}`), []byte(`{"sub":"bob"}`))
	text := `{"access_token":"` + a + `","id_token":"` + b + `"}`
	page := s.press(t, url.Values{"token": {text}})
	if !strings.Contains(page.body, `value="found:0">Take <code>access_token</code>`) {
		t.Error("the second token cannot be taken")
	}
	if got := field(s.press(t, url.Values{"token": {text}, "press": {"found:0"}}).body, "token"); got != a {
		t.Errorf("taken: %s", got)
	}
	if got := field(s.press(t, url.Values{"token": {text}, "press": {"found:7"}}).body, "token"); got != text {
		t.Errorf("a number that is not there: %s", got)
	}
}

// TestSignProgram builds the program that signs, runs it, and compares.
func TestSignProgram(t *testing.T) {
	for _, alg := range []string{"HS256", "PS256", "ES384", "EdDSA", "Ed25519"} {
		key, err := playground.GenerateKey(alg, 2048)
		if err != nil {
			t.Fatal(err)
		}
		text := key.PrivatePEM
		if text == "" {
			text = demoSecret
		}
		header, payload := `{"alg":"`+alg+`",  "typ":"JWT"}`, "{\"n\":100002348117421473,\r\n\"x\":\"`<é>\"}"
		dir := t.TempDir()
		program, file := filepath.Join(dir, "main.go"), filepath.Join(dir, "key")
		for path, text := range map[string]string{program: signProgram(alg, header, payload), file: text} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.CommandContext(t.Context(), "go", "run", program, file).Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", alg, err, signProgram(alg, header, payload))
		}
		token := strings.TrimSpace(string(out))
		keys, err := playground.ParseKey([]byte(text), playground.UTF8)
		if err != nil {
			t.Fatal(err)
		}
		r := playground.Verify(token, keys, playground.Policy{Now: time.Unix(1795262700, 0)})
		if r.Signature != playground.SignatureValid || string(r.Token.Header().Bytes) != header || string(r.Token.Payload().Bytes) != payload {
			t.Errorf("%s: %s %q", alg, r.Signature, r.Token.Payload().Bytes)
		}
	}
}

// TestExports: what verifies a built token can be taken along, and nothing that signs.
func TestExports(t *testing.T) {
	key, err := playground.GenerateKey("EdDSA", 0)
	if err != nil {
		t.Fatal(err)
	}
	m := makeToken(`{"alg":"EdDSA"}`, `{}`, key.PrivatePEM, playground.UTF8)
	var seen []string
	for _, e := range exportsOf(m, `{"alg":"EdDSA"}`, `{}`, "http://localhost/rs") {
		seen = append(seen, e.ID)
		text := e.Code.Text()
		if strings.Contains(text, "PRIVATE KEY-----") || strings.Contains(text, `"d"`) {
			t.Errorf("%s holds the private key", e.ID)
		}
		if e.ID == "jwk" || e.ID == "jwks" || e.ID == "pem" {
			keys, err := playground.ParseKey([]byte(text), playground.UTF8)
			if err != nil {
				t.Fatalf("%s: %v", e.ID, err)
			}
			if r := playground.Verify(m.Token, keys, playground.Policy{}); r.Signature != playground.SignatureValid {
				t.Errorf("%s does not verify", e.ID)
			}
		}
	}
	if strings.Join(seen, " ") != "curl jwk jwks pem go" {
		t.Errorf("exports: %v", seen)
	}
	if list := exportsOf(makeToken(`{"alg":"HS256"}`, `{}`, demoSecret, playground.UTF8), "", "", ""); len(list) != 2 {
		t.Errorf("of a secret: %d", len(list))
	}
}

// TestRequiredClaims: the field is part of the policy and of every program.
func TestRequiredClaims(t *testing.T) {
	f := benchForm{Require: " sub, jti;nbf sub", RequireExp: true}
	p := f.policy(time.Unix(0, 0))
	if got := strings.Join(p.Require, " "); got != "exp sub jti nbf" {
		t.Errorf("required: %s", got)
	}
	r := playground.Verify("", nil, p)
	text := goCode(p, r, false).Text()
	for _, want := range []string{"WithExpirationRequired", "WithNotBeforeRequired", `claims["sub"]`, `claims["jti"]`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// TestTimelineMarks: issued, valid from, expires, and the leeway on both sides.
func TestTimelineMarks(t *testing.T) {
	draw := func(payload string, leeway int) *timeline {
		p := playground.Policy{Now: time.Unix(1500, 0), LeewaySeconds: leeway, Lenient: true}
		return timelineOf(playground.Verify(playground.Unsecured([]byte(`{"alg":"none"}`), []byte(payload)), nil, p), p)
	}
	names := func(tl *timeline) string {
		var list []string
		for _, m := range tl.Marks {
			name, _, _ := strings.Cut(m.Text, " 0")
			list = append(list, name)
		}
		return strings.Join(list, "; ")
	}
	if tl := draw(`{"iat":1000,"nbf":1200,"exp":2000}`, 30); names(tl) != "iat; nbf; exp" || len(tl.Bands) != 2 || tl.Now.Late || tl.Marks[0].TextY == tl.Marks[1].TextY {
		t.Errorf("%s, %d bands, %+v", names(tl), len(tl.Bands), tl.Marks)
	}
	if tl := draw(`{"iat":1000,"nbf":1000,"exp":1400}`, 0); names(tl) != "iat, nbf; exp" || len(tl.Bands) != 0 || !tl.Now.Late {
		t.Errorf("%s, %d bands", names(tl), len(tl.Bands))
	}
	if tl := draw(`{"nbf":1600,"exp":2000}`, 30); !tl.Now.Late {
		t.Error("before nbf is not shown as such")
	}
	if tl := draw(`{"nbf":1600}`, 30); tl != nil {
		t.Error("a picture without an end")
	}
}

// TestKeyIsReadAsItIsTyped: the bytes of a secret in each encoding, or which
// key it is, before there is any token.
func TestKeyIsReadAsItIsTyped(t *testing.T) {
	s := start(t)
	es, err := playground.GenerateKey("ES256", 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ key, encoding, want string }{
		"text": {"616263646566", "utf8", "a secret of 12 bytes <code>36 31 36 32 36 33 36 34 …</code>"}, "hex": {"616263646566", "hex", "a secret of 6 bytes <code>61 62 63 64 65 66</code>"},
		"base64": {"YWJj", "base64", "a secret of 3 bytes <code>61 62 63</code>"}, "base64url": {"YWJj", "base64url", "a secret of 3 bytes"},
		"not hex": {"xyz", "hex", "not read"}, "PEM": {es.PublicPEM, "utf8", "an EC P-256 public key, thumbprint <code>" + es.Thumbprint + "</code>"},
	} {
		if a := s.press(t, url.Values{"key": {c.key}, "encoding": {c.encoding}}); !strings.Contains(a.body, c.want) {
			t.Errorf("%s: no %q", name, c.want)
		}
	}
}

// TestRSAKeyOf3072Bits: the page makes the larger key, too.
func TestRSAKeyOf3072Bits(t *testing.T) {
	s := start(t)
	a := s.press(t, url.Values{"press": {"generate"}, "key_alg": {"RS256"}, "key_bits": {"3072"}, "payload": {"{}"}})
	keys, err := playground.ParseKey([]byte(field(a.body, "sign_key")), playground.UTF8)
	if err != nil {
		t.Fatal(err)
	}
	if k, _ := keys.First(); k.Words() != "an RSA public key of 3072 bits" {
		t.Errorf("made %s", k.Words())
	}
}
