package main

import (
	"encoding/json"
	"go/format"
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

func jsonBody(r *http.Request) {
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
}

// call posts JSON and reads the answer into a map.
func (s *site) call(t testing.TB, path string, body any) (answer, map[string]any) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	a := s.send(t, http.MethodPost, path, string(raw), jsonBody)
	var m map[string]any
	if err := json.Unmarshal([]byte(a.body), &m); err != nil {
		t.Fatalf("%s: %d %v: %s", path, a.StatusCode, err, a.body)
	}
	return a, m
}

type object = map[string]any

func TestAPIVerify(t *testing.T) {
	s := start(t)
	rfc := rfcExample()
	a, m := s.call(t, "/api/playground/verify", object{"token": rfc[0], "key": object{"text": rfc[1], "encoding": "utf8"}, "policy": object{"algorithms": []string{"HS256"}, "issuer": "joe", "now": 1300819000, "leeway_seconds": 0, "require": []string{"exp"}}, "strict": true})
	if a.StatusCode != http.StatusOK || m["verdict"] != "accept" || m["signature"] != "valid" || m["kind"] != "jws" || m["library"].(object)["error"] != "" {
		t.Errorf("%d %v", a.StatusCode, m)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", a.Header.Get("Cache-Control"))
	}
	_, m = s.call(t, "/api/playground/verify", object{"token": rfc[0], "key": object{"text": rfc[1]}})
	if m["verdict"] != "reject" || m["signature"] != "valid" {
		t.Errorf("by the clock of today: %v", m["verdict"])
	}
	for _, bad := range []string{"", ".", "….….…", "null", strings.Repeat(".", 5000), "\x00"} {
		if a, m := s.call(t, "/api/playground/verify", object{"token": bad}); a.StatusCode != http.StatusOK || m["verdict"] == "accept" {
			t.Errorf("%.20q: %d %v", bad, a.StatusCode, m["verdict"])
		}
	}
}

func TestAPIVerifyWithTheLabsKeys(t *testing.T) {
	s := start(t)
	sp, err := s.specimens.get(t.Context(), s.world.Main())
	if err != nil {
		t.Fatal(err)
	}
	_, m := s.call(t, "/api/playground/verify", object{"token": sp.raw, "key": object{"lab": "main"}, "policy": object{"algorithms": []string{"ES256"}, "issuer": s.world.Main().Issuer(), "type": "at+jwt"}})
	if m["verdict"] != "accept" {
		t.Errorf("%v", m["sentence"])
	}
	if a, _ := s.call(t, "/api/playground/verify", object{"token": sp.raw, "key": object{"lab": "nowhere"}}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a lab that does not exist: %d", a.StatusCode)
	}
}

func TestAPIRefusesAMalformedCall(t *testing.T) {
	s := start(t)
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"not JSON": {"token=x", http.StatusBadRequest}, "unknown member": {`{"tokn":"x"}`, http.StatusBadRequest}, "wrong type": {`{"token":5}`, http.StatusBadRequest},
		"two values": {`{"token":"x"}{}`, http.StatusBadRequest}, "token of 65 KiB": {`{"token":"` + strings.Repeat("a", 65<<10) + `"}`, http.StatusRequestEntityTooLarge},
		"body of 300 KiB": {`{"token":"` + strings.Repeat("a", 300<<10) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		a := s.send(t, http.MethodPost, "/api/playground/verify", c.body, jsonBody)
		if a.StatusCode != c.want || !strings.Contains(a.body, `"title"`) || strings.Contains(a.body, "Go struct") {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
		}
	}
	if a := s.send(t, http.MethodPost, "/api/playground/verify", `{"token":"x"}`); a.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a form: %d", a.StatusCode)
	}
}

func TestAPISign(t *testing.T) {
	s := start(t)
	key, err := playground.GenerateKey("ES256", 0)
	if err != nil {
		t.Fatal(err)
	}
	const header, payload = "{ \"alg\":\"ES256\"}", "{\"b\":1, \"a\":100002348117421473}"
	a, m := s.call(t, "/api/playground/sign", object{"header": header, "payload": payload, "key": object{"text": key.PrivatePEM}})
	made, _ := m["token"].(string)
	d := playground.Decode(made, true)
	if a.StatusCode != http.StatusOK || string(d.Header().Bytes) != header || string(d.Payload().Bytes) != payload {
		t.Fatalf("%d %v", a.StatusCode, m)
	}
	if _, m := s.call(t, "/api/playground/verify", object{"token": made, "key": object{"text": key.PublicPEM}}); m["signature"] != "valid" {
		t.Errorf("%v", m)
	}
	for name, body := range map[string]object{
		"no key": {"header": header, "payload": payload}, "public key": {"header": header, "payload": payload, "key": object{"text": key.PublicPEM}},
		"no alg": {"header": "{}", "payload": payload, "key": object{"text": "x"}}, "no header": {"payload": payload}, "the lab's": {"header": header, "payload": payload, "key": object{"lab": "main"}},
		"another alg": {"header": `{"alg":"RS256"}`, "payload": payload, "key": object{"text": key.PrivatePEM}},
	} {
		if a, m := s.call(t, "/api/playground/sign", body); a.StatusCode != http.StatusUnprocessableEntity || m["fix"] == "" {
			t.Errorf("%s: %d %v", name, a.StatusCode, m)
		}
	}
	if _, m := s.call(t, "/api/playground/sign", object{"header": `{"alg":"none"}`, "payload": "{}"}); m["token"] != "eyJhbGciOiJub25lIn0.e30." {
		t.Errorf("none: %v", m)
	}
}

func TestAPIKeysAreLimited(t *testing.T) {
	s := start(t)
	if a, m := s.call(t, "/api/playground/keys", object{"algorithm": "EdDSA"}); a.StatusCode != http.StatusOK || m["public_jwk"] == "" {
		t.Fatalf("%d %v", a.StatusCode, m)
	}
	if a, _ := s.call(t, "/api/playground/keys", object{"algorithm": "none"}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a key for none: %d", a.StatusCode)
	}
	limited := false
	for range 20 {
		a := s.send(t, http.MethodPost, "/api/playground/keys", `{"algorithm":"RS512","bits":1}`, jsonBody)
		if a.StatusCode == http.StatusTooManyRequests {
			limited = a.Header.Get("Retry-After") != ""
			break
		}
	}
	if !limited {
		t.Error("twenty RSA keys in a row are not limited")
	}
}

// TestBench presses every button of the page, without a script.
func TestBench(t *testing.T) {
	s := start(t)
	page := s.send(t, http.MethodGet, "/playground", "")
	if page.StatusCode != http.StatusOK || page.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", page.StatusCode, page.Header.Get("Cache-Control"))
	}
	want := map[string]string{
		"access": "Accepted", "expired": "Rejected", "audience": "Rejected", "tampered": "Rejected", "none": "Rejected", "confusion": "forgery",
		"pasted": "Accepted", "milliseconds": "looks like milliseconds", "encoding": "decoded from base64", "encrypted": "What was inside", "rfc": "It expired",
	}
	for _, e := range benchExamples() {
		a := s.press(t, url.Values{"press": {"example:" + e.Name}})
		if a.StatusCode != http.StatusOK || !strings.Contains(a.body, want[e.Name]) || want[e.Name] == "" {
			t.Errorf("%s: %d, no %q", e.Name, a.StatusCode, want[e.Name])
		}
	}
	for _, k := range benchTemplates() {
		a := s.press(t, url.Values{"press": {"template:" + k.Name}, "header": {`{"alg":"HS256"}`}, "sign_key": {demoSecret}})
		if !strings.Contains(a.body, "&#34;"+strings.ReplaceAll(k.typ, "+", "&#43;")+"&#34;") || strings.Contains(a.body, "not signed") {
			t.Errorf("template %s", k.Name)
		}
		payload := k.payload(s.world.Main(), s.world.Main().Now().Unix())
		made := makeToken(`{"alg":"HS256","typ":"`+k.typ+`"}`, payload, demoSecret, playground.UTF8)
		keys, err := playground.ParseKey([]byte(demoSecret), playground.UTF8)
		if err != nil {
			t.Fatal(err)
		}
		r := playground.Verify(made.Token, keys, playground.Policy{Now: s.world.Main().Now()})
		if f := r.Finding("kind"); r.Verdict != playground.Accept || f != nil && f.Status != playground.StatusInfo {
			t.Errorf("template %s: %s %+v", k.Name, r.Sentence, f)
		}
	}
	rfc := rfcExample()
	if a := s.press(t, url.Values{"press": {"take"}, "token": {rfc[0]}}); !strings.Contains(a.body, "&#34;iss&#34;:&#34;joe&#34;") {
		t.Error("the header and payload are not among the fields to build with")
	}
	a := s.press(t, url.Values{"press": {"send"}, "header": {`{"alg":"HS256"}`}, "payload": {`{"exp":4000000000}`}, "sign_key": {"0123456789abcdef0123456789abcdef"}})
	if !strings.Contains(a.body, "Accepted") {
		t.Error("a token that was built is not accepted with its own key")
	}
	a = s.press(t, url.Values{"press": {"generate"}, "key_alg": {"EdDSA"}, "payload": {"{}"}})
	if !strings.Contains(a.body, "BEGIN PRIVATE KEY") || !strings.Contains(a.body, `&#34;EdDSA&#34;`) {
		t.Error("no key was made")
	}
	if a := s.press(t, url.Values{"token": {strings.Repeat("a.", 40<<10)}}); a.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(a.body, "64 KiB") {
		t.Errorf("a token of 80 KiB: %d", a.StatusCode)
	}
	if strings.Contains(s.log.String(), rfc[0][:20]) {
		t.Error("a token is in the log")
	}
}

func (s *site) press(t testing.TB, form url.Values) answer {
	t.Helper()
	return s.send(t, http.MethodPost, "/playground", form.Encode())
}

// TestBenchEscapes: what a token says is text, never markup.
func TestBenchEscapes(t *testing.T) {
	s := start(t)
	made, err := playground.Sign([]byte(`{"alg":"HS256","kid":"<script>alert(1)</script>"}`), []byte(`{"<b>":"<img src=x>","exp":4000000000}`), []byte("secret"), "HS256")
	if err != nil {
		t.Fatal(err)
	}
	a := s.press(t, url.Values{"token": {made}, "key": {"secret"}, "iss": {`"><script>`}, "header": {"</textarea><script>"}})
	for _, bad := range []string{"<script>", "<img", "<b>\"", "</textarea><s"} {
		if strings.Contains(a.body, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}

// goCases are policies and tokens on which the shown program and the engine must agree.
func goCases(t *testing.T) map[string]struct {
	policy  playground.Policy
	key     *playground.GeneratedKey
	headers []string
} {
	t.Helper()
	type goCase = struct {
		policy  playground.Policy
		key     *playground.GeneratedKey
		headers []string
	}
	made := func(alg string) *playground.GeneratedKey {
		key, err := playground.GenerateKey(alg, 0)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	at := time.Unix(1795262700, 0)
	return map[string]goCase{
		"nothing set": {playground.Policy{Now: wallClock()}, made("EdDSA"), []string{`{"alg":"EdDSA"}`, `{"alg":"Ed25519"}`, `{"alg":"EdDSA","crit":["x"],"x":1}`}},
		"issued": {
			playground.Policy{Algorithms: []string{"EdDSA"}, LeewaySeconds: 30, Require: []string{"exp", "iat"}, Now: at}, made("EdDSA"), []string{`{"alg":"EdDSA"}`},
		},
		"Ed25519": {playground.Policy{Algorithms: []string{"Ed25519"}, Now: wallClock()}, made("Ed25519"), []string{`{"alg":"Ed25519"}`, `{"alg":"EdDSA"}`}},
		"all set": {
			playground.Policy{Algorithms: []string{"ES256", "RS256"}, Issuer: `http://a"b`, Audience: "api", Type: "application/at+jwt", LeewaySeconds: 30, Require: []string{"exp"}, Now: at},
			made("ES256"),
			[]string{`{"alg":"ES256","typ":"at+jwt"}`, `{"alg":"ES256","typ":"JWT"}`, `{"alg":"ES256","typ":"application/AT+jwt"}`, `{"alg":"ES256","typ":"at+jwt","b64":false}`},
		},
	}
}

// TestGoProgram builds the program that the page shows, runs it on tokens, and
// compares its verdict with the engine's.
func TestGoProgram(t *testing.T) {
	for name, c := range goCases(t) {
		keys, err := playground.ParseKey([]byte(c.key.PublicPEM), playground.UTF8)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := playground.ParseKey([]byte(c.key.PrivatePEM), playground.UTF8)
		if err != nil {
			t.Fatal(err)
		}
		var source strings.Builder
		k, _ := signer.First()
		first, err := playground.Sign([]byte(c.headers[0]), []byte("{}"), k.Signer(), c.key.Algorithm)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range goCode(c.policy, playground.Verify(first, keys, c.policy), c.policy.LeewaySeconds > 0).Lines {
			source.WriteString(l.Text + "\n")
		}
		if nice, err := format.Source([]byte(source.String())); err != nil || string(nice) != source.String() {
			t.Errorf("%s: not as gofmt writes it (%v):\n%s", name, err, source.String())
		}
		dir := t.TempDir()
		file := func(name, text string) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		program := filepath.Join(dir, "verify.exe")
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, file("main.go", source.String())).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s\n%s", name, err, out, source.String())
		}
		public := file("key.pem", c.key.PublicPEM)
		seen := map[bool]bool{}
		for _, header := range c.headers {
			for _, payload := range []string{
				`{"iss":"http://a\"b","aud":"api","exp":1795262710,"sub":"alice"}`, `{"iss":"http://a\"b","aud":"api","exp":1795262600}`, `{"iss":"http://a\"b","aud":"api","exp":1795262680}`,
				`{"iss":"http://a","aud":"api","exp":4000000000}`, `{"iss":"http://a\"b","aud":["x"],"exp":4000000000}`, `{"iss":"http://a\"b","aud":["x","api"]}`, `{"exp":4000000000}`,
				`{"exp":4000000000,"iat":1795262720}`, `{"exp":4000000000,"iat":1795262800}`,
			} {
				token, err := playground.Sign([]byte(header), []byte(payload), k.Signer(), c.key.Algorithm)
				if err != nil {
					t.Fatal(err)
				}
				out, err := exec.CommandContext(t.Context(), program, public, file("token", token)).CombinedOutput()
				want := playground.Verify(token, keys, c.policy)
				seen[want.Accepted()] = true
				if (err == nil) != want.Accepted() {
					t.Errorf("%s, %s %s: the program says %s, the engine: %s", name, header, payload, out, want.Sentence)
				}
			}
		}
		if !seen[true] || !seen[false] {
			t.Errorf("%s: the tokens are all of one kind", name)
		}
	}
}

// TestTheTokenIsInNoAddress: the form posts, and no link of the page carries it.
func TestTheTokenIsInNoAddress(t *testing.T) {
	s := start(t)
	rfc := rfcExample()
	a := s.press(t, url.Values{"token": {rfc[0]}, "key": {rfc[1]}})
	for _, m := range regexp.MustCompile(`(?:href|action|src)="([^"]*)"`).FindAllStringSubmatch(a.body, -1) {
		if strings.Contains(m[1], "eyJ") {
			t.Errorf("an address holds a token: %.60s", m[1])
		}
	}
	if !strings.Contains(a.body, `method="post" action="/playground"`) {
		t.Error("the form does not post")
	}
}

// TestAPIOpenDiagnoseCompare calls the three interfaces that look closer.
func TestAPIOpenDiagnoseCompare(t *testing.T) {
	s := start(t)
	secret := demoSecret[:32]
	inner, err := playground.Sign([]byte(`{"alg":"HS256"}`), []byte(`{"sub":"alice"}`), []byte(secret), "HS256")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := playground.Encrypt([]byte(inner), []byte(secret), true)
	if err != nil {
		t.Fatal(err)
	}
	_, m := s.call(t, "/api/playground/decrypt", object{"token": sealed, "key": object{"text": secret}, "strict": true})
	if m["decrypted"] != true || m["plaintext"] != inner || m["inner"].(object)["verdict"] == "accept" {
		t.Errorf("decrypt: %v", m)
	}
	if a, m := s.call(t, "/api/playground/decrypt", object{"token": sealed, "key": object{"text": "another"}}); a.StatusCode != http.StatusOK || m["decrypted"] != false || m["plaintext"] != nil {
		t.Errorf("with another key: %d %v", a.StatusCode, m["sentence"])
	}
	if a, m := s.call(t, "/api/playground/decrypt", object{"token": sealed, "key": object{"lab": "main"}}); a.StatusCode != http.StatusOK || m["decrypted"] != false {
		t.Errorf("with the lab's public keys: %d %v", a.StatusCode, m["sentence"])
	}
	_, m = s.call(t, "/api/playground/diagnose", object{"token": inner, "key": object{"text": secret + "\n"}})
	if m["signature"] != "invalid" || !strings.Contains(m["cause"].(string), "without the space") {
		t.Errorf("diagnose: %v", m)
	}
	_, m = s.call(t, "/api/playground/compare", object{"first": inner, "second": sealed})
	if m["same"] != false || len(m["differences"].([]any)) == 0 {
		t.Errorf("compare: %v", m)
	}
	for _, path := range []string{"decrypt", "diagnose"} {
		for _, bad := range []string{"", ".", "….….…", strings.Repeat(".", 5000)} {
			if a, _ := s.call(t, "/api/playground/"+path, object{"token": bad}); a.StatusCode != http.StatusOK {
				t.Errorf("%s of %.10q: %d", path, bad, a.StatusCode)
			}
		}
		if a, _ := s.call(t, "/api/playground/"+path, object{"token": strings.Repeat("a", 70<<10)}); a.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s of 70 KiB: %d", path, a.StatusCode)
		}
	}
}

// TestComparePage lays two tokens side by side without a script, and takes the
// token out of an encrypted one.
func TestComparePage(t *testing.T) {
	s := start(t)
	rfc := rfcExample()
	other, err := playground.Sign([]byte(`{"alg":"HS256"}`), []byte(`{"iss":"joe","exp":1300819440}`), []byte(demoSecret), "HS256")
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"first": {rfc[0]}, "second": {other}}
	a := s.send(t, http.MethodPost, "/playground/compare", form.Encode())
	if a.StatusCode != http.StatusOK || !strings.Contains(a.body, "1 min later") || !strings.Contains(a.body, "only in the first") || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	form.Set("press", "swap")
	if a := s.send(t, http.MethodPost, "/playground/compare", form.Encode()); !strings.Contains(a.body, "1 min earlier") {
		t.Error("not swapped")
	}
	form.Set("first", strings.Repeat("a", 70<<10))
	if a := s.send(t, http.MethodPost, "/playground/compare", form.Encode()); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("70 KiB: %d", a.StatusCode)
	}
	sealed, err := playground.Encrypt([]byte(other), []byte(demoSecret[:32]), true)
	if err != nil {
		t.Fatal(err)
	}
	if a := s.press(t, url.Values{"press": {"inner"}, "token": {sealed}, "key": {demoSecret[:32]}}); !strings.Contains(a.body, "The inner token") || !strings.Contains(a.body, ">"+other+"</textarea>") {
		t.Error("the token inside was not taken out")
	}
	if a := s.press(t, url.Values{"press": {"inner"}, "token": {other}}); !strings.Contains(a.body, "no token inside") {
		t.Error("a token that holds none")
	}
}

// TestOtherPrograms: every control of the policy is in each program, and
// nothing that the learner typed gets out of its string.
func TestOtherPrograms(t *testing.T) {
	evil := "http://a\"b\\'\n$(x)#{y}"
	p := playground.Policy{Algorithms: []string{"ES256"}, Issuer: evil, Audience: "api", Type: "at+jwt", LeewaySeconds: 30, Require: []string{"exp"}, Now: time.Unix(1795262700, 0)}
	for _, program := range otherPrograms(p, playground.Verify("", nil, p), true) {
		text := program.Code.Text()
		for _, want := range []string{`ES256`, `http://a\"b\\'\n$(x)#{y}"`, `"api"`, `"at+jwt"`, "30", `"exp"`} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in\n%s", program.Name, want, text)
			}
		}
	}
	for _, program := range otherPrograms(playground.Policy{}, playground.Verify("", nil, playground.Policy{}), false) {
		if text := program.Code.Text(); strings.Contains(text, "%!") || strings.Contains(text, "issuer") || !strings.Contains(text, "ES256") {
			t.Errorf("%s:\n%s", program.Name, text)
		}
	}
}

// TestByteMapOnThePage: characters, bits, bytes and text stand there without a script.
func TestByteMapOnThePage(t *testing.T) {
	s := start(t)
	rfc := rfcExample()
	a := s.press(t, url.Values{"token": {rfc[0]}, "key": {rfc[1]}})
	for _, want := range []string{`<th scope="row">eyJ0</th><td><code>011110 110010 001001 110100</code><br><code>01111011 00100010 01110100</code></td><td><code>7b 22 74</code>`, "the inner hash", "00 unused"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no %s", want)
		}
	}
	if a := s.press(t, url.Values{"token": {rfc[0]}, "key": {"wrong"}}); strings.Contains(a.body, "the inner hash") {
		t.Error("a signature that does not match is taken apart")
	}
}

// TestPlaygroundOpaque: a token without parts is no forgery. Nobody but its
// issuer can say anything about it, and the page lays nothing out.
func TestPlaygroundOpaque(t *testing.T) {
	s := start(t)
	for _, token := range []string{"gho_16C7e42F292c6912E7710c838347Ae178B4a", "7f1c0f6e-94a5-4d53-8c1f-0a7c6ad1b5a2", "Bearer vF9dft4qmTc2Nvb3RlckBhbHBoYXppbGxh"} {
		a := s.press(t, url.Values{"token": {token}, "alg": {"ES256"}, "key_from": {"lab"}, "require_exp": {"on"}, "iss": {"https://acme.example"}})
		if !strings.Contains(a.body, "Undecided") || !strings.Contains(a.body, "introspection") || strings.Contains(a.body, "Rejected") {
			t.Errorf("%s is not undecided", token)
		}
		if strings.Contains(a.body, `data-part="header"><h3>`) || !strings.Contains(a.body, `aria-labelledby="bh" hidden>`) {
			t.Errorf("%s is laid out in parts", token)
		}
		_, got := s.call(t, "/api/playground/verify", object{"token": token})
		if got["verdict"] != "undecided" || got["kind"] != "opaque" {
			t.Errorf("%s: verdict %v, kind %v", token, got["verdict"], got["kind"])
		}
		if parts, ok := got["parts"].([]any); !ok || len(parts) != 0 {
			t.Errorf("%s: parts %v", token, got["parts"])
		}
	}
	if a := s.press(t, url.Values{"token": {"eyJhbGciOiJIUzI1NiIsInR5cCI6"}}); !strings.Contains(a.body, "Rejected") {
		t.Error("a header that was cut off is taken for an opaque token")
	}
}

// TestPlaygroundRequireExp: the row about required claims never passes while
// the required `exp` is missing.
func TestPlaygroundRequireExp(t *testing.T) {
	s := start(t)
	token := playground.Unsecured([]byte(`{"alg":"HS256"}`), []byte(`{"sub":"alice"}`)) + "AAAA"
	_, got := s.call(t, "/api/playground/verify", object{"token": token, "policy": object{"require": []string{"exp"}}})
	status := map[any]any{}
	for _, f := range got["findings"].([]any) {
		f := f.(map[string]any)
		status[f["rule"]] = f["status"]
	}
	if status["exp"] != "fail" || status["require"] != "skipped" {
		t.Errorf("exp %v, require %v", status["exp"], status["require"])
	}
}
