package lessons

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// build makes an exercise from its kind, data and check; hints and the like are
// filled in.
func build(t *testing.T, y string) *Exercise {
	t.Helper()
	ps := &problems{}
	m := newMarkdown(ps, nil)
	m.at("x.md", 0)
	mint, err := sampleMinter(day, "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	m.mint = mint
	if !strings.Contains(y, "decoys:") {
		y += "\ndecoys: [{answer: {a: x}, says: x}, {answer: {a: y}, says: y}]"
	}
	if strings.Contains(y, "check:") && !strings.Contains(y, "check: key") {
		y += "\nsolution: {answer: {a: x}}"
	}
	e := m.exercise(nil, "x", fenceInfo{body: "id: x\ntitle: X\nask: x\nexplain: x\nhints: [a, b]\n" + y})
	if err := ps.err(); err != nil {
		t.Fatal(err)
	}
	e.Lesson = &Lesson{Slug: "x/x"}
	return e
}

var day = time.Date(2026, time.March, 9, 9, 0, 0, 0, time.UTC)

// verdict checks typed answers against a log.
func verdict(e *Exercise, log []trace.Item, pairs ...string) Verdict {
	a := &Attempt{Answers: url.Values{}, Log: log, Issued: issuedTokens(log), Now: day, Vars: labVars("http://localhost:8080", "main"), JWKS: []byte(`{"keys":[]}`)}
	for i := 0; i+1 < len(pairs); i += 2 {
		a.Answers.Add(pairs[i], pairs[i+1])
	}
	return e.Check(a)
}

// expect compares a verdict: done, or words of the feedback.
func expect(t *testing.T, v Verdict, want string) {
	t.Helper()
	if want == "done" {
		if !v.Done {
			t.Errorf("not done:\n%s", feedback(v))
		}
		return
	}
	if v.Done || !strings.Contains(feedback(v), want) {
		t.Errorf("done %v, want %q in:\n%s", v.Done, want, feedback(v))
	}
}

// RFC 7636 Appendix B.
func TestCheckS256(t *testing.T) {
	e := build(t, "kind: compute\nfields: [{id: a, label: code_challenge}]\ncheck: s256\nwith: {verifier: dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk, field: a}")
	for given, want := range map[string]string{
		"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM":     "done",
		"\tE9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\n": "done",
		"": "No value yet",
		"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=":                                           "padding",
		"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM=":                                           "URL alphabet",
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk":                                            "the input itself",
		"13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3":                       "in hex",
		"MTNkMzFlOTYxYTFhZDhlYzJmMTZiMTBjNGM5ODJlMDg3NmE4NzhhZDZkZjE0NDU2NmVlMTg5NGFjYjcwZjljMw": "hex text",
		"something": "not the value",
	} {
		expect(t, verdict(e, nil, "a", given), want)
	}
	own := build(t, "kind: compute\nfields: [{id: a, label: c}, {id: v, label: v}]\ncheck: s256\nwith: {verifier_field: v, field: a}")
	expect(t, verdict(own, nil, "v", "short", "a", "x"), "43 to 128")
	expect(t, verdict(own, nil, "v", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "a", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), "done")
}

// RFC 7515 Appendix A.1.
func TestCheckHMAC(t *testing.T) {
	const input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	e := build(t, "kind: compute\nfields: [{id: a, label: s}]\ncheck: hmac\nwith:\n  field: a\n  input: "+input+
		"\n  secret_base64url: AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
	expect(t, verdict(e, nil, "a", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "done")
	expect(t, verdict(e, nil, "a", input+".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "done")
	expect(t, verdict(e, nil, "a", "x"), "not the value")
}

func TestCheckBase64urlJSON(t *testing.T) {
	e := build(t, "kind: compute\nfields: [{id: a, label: p}]\ncheck: base64url_json\nwith: {field: a, want: {sub: bob, exp: future}}")
	for given, want := range map[string]string{
		"eyJzdWIiOiJib2IiLCJleHAiOjE4MDAwMDAwMDB9": "done",
		`{"sub":"bob"}`:                                       "That is the JSON",
		"eyJzdWIiOiJib2IifQ==":                                "padding",
		"eyJzdWIiOiJib2IifQ":                                  "exp is not there",
		"eyJzdWIiOiJib2IiLCJleHAiOjF9":                        "not in the future",
		"eyJzdWIiOiJib2IiLCJleHAiOjE4MDAwMDAwMDAwMDB9":        "milliseconds",
		"eyJzdWIiOiJhbGljZSIsImV4cCI6MTgwMDAwMDAwMH0":         `"alice"`,
		"eyJzdWIiOiJib2IiLCJleHAiOjE4MDAwMDAwMDB9.eyJhIjoxfQ": "several parts",
		"bm9wZQ": "no JSON object",
		"%%%":    "cannot be decoded",
	} {
		expect(t, verdict(e, nil, "a", given), want)
	}
}

func TestCheckTokenMade(t *testing.T) {
	e := build(t, "kind: forge\nfields: [{id: a, label: t}]\ncheck: token_made\nwith: {field: a, secret: a-secret-of-at-least-32-bytes-length, alg: HS256, claims: {sub: bob}}")
	sign := func(header, payload, secret string) string {
		tok, err := playground.Sign([]byte(header), []byte(payload), []byte(secret), "HS256")
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	const secret = "a-secret-of-at-least-32-bytes-length"
	good := sign(`{"alg":"HS256"}`, `{"sub":"bob"}`, secret)
	expect(t, verdict(e, nil, "a", good), "done")
	expect(t, verdict(e, nil, "a", "Bearer "+good), "begins with Bearer")
	expect(t, verdict(e, nil, "a", sign(`{"alg":"HS256"}`, `{"sub":"bob"}`, "another-secret-of-32-bytes-length-x")), "does not hold")
	expect(t, verdict(e, nil, "a", sign(`{"alg":"HS256"}`, `{"sub":"alice"}`, secret)), `sub is "alice"`)
	expect(t, verdict(e, nil, "a", playground.Unsecured([]byte(`{"alg":"none"}`), []byte(`{"sub":"bob"}`))), "nobody signed it")
	expect(t, verdict(e, nil, "a", "<script>"), "<script> is no JWT")
	input, sig, _ := strings.Cut(good[len(`eyJhbGciOiJIUzI1NiJ9.`):], ".")
	raw, err := base64.RawURLEncoding.DecodeString(sig)
	if err != nil {
		t.Fatal(err)
	}
	written := "eyJhbGciOiJIUzI1NiJ9." + input + "." + base64.RawURLEncoding.EncodeToString([]byte(hex.EncodeToString(raw)))
	expect(t, verdict(e, nil, "a", written), "hexadecimal")
}

// TestCheckTokenMadeByAcmeID wants AcmeID's signature.
func TestCheckTokenMadeByAcmeID(t *testing.T) {
	e := build(t, "kind: forge\nfields: [{id: a, label: t}]\ncheck: token_made\nwith: {field: a, key: acmeid}")
	key, err := sampleKey("acmeid")
	if err != nil {
		t.Fatal(err)
	}
	jwks, err := playground.PublicJWKSet(playground.NewKey(key.Public(), "acmeid-sample", "ES256"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(tok string) Verdict {
		return e.Check(&Attempt{Answers: url.Values{"a": {tok}}, Now: day, JWKS: jwks})
	}
	minted := func(r recipe) string {
		t.Helper()
		m, err := sampleMinter(day, "http://localhost:8080")
		if err != nil {
			t.Fatal(err)
		}
		tok, err := m.mint(&r)
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	expect(t, check(minted(recipe{})), "done")
	expect(t, check(minted(recipe{Sign: "mallory"})), "None of AcmeID’s published keys")
	expect(t, check(minted(recipe{Sign: "hmac:" + string(jwks)})), "key confusion")
}

func TestCheckKeyPassAndMust(t *testing.T) {
	e := build(t, `kind: sort
buckets: [{id: p, name: P}, {id: q, name: Q}]
cards: [{id: a, text: a, bucket: p, why: wa}, {id: b, text: b, bucket: q, why: wb}, {id: c, text: c, bucket: q, why: wc}]
with: {pass: 2, must: [a]}
decoys: [{answer: {a: q}, says: wa}, {answer: {b: p, c: p}, says: wb}]`)
	expect(t, verdict(e, nil, "card.a", "p", "card.b", "q"), "done")
	expect(t, verdict(e, nil, "card.b", "q", "card.c", "q"), "must be right")
	expect(t, verdict(e, nil, "card.a", "p", "card.b", "p"), "1 of 3 are right")
	expect(t, verdict(e, nil), "3 of 3 without an answer")
}

func TestCheckOrderPlaces(t *testing.T) {
	e := build(t, "kind: order\nsteps: [{id: a, text: A, why: wa}, {id: b, text: B, why: wb}, {id: c, text: C, why: wc}]\ndecoys: [{answer: {order: [b, a, c]}, says: wa}, {answer: {order: [a, c, b]}, says: wb}]")
	expect(t, verdict(e, nil, "pos.a", "1", "pos.b", "2", "pos.c", "3"), "done")
	expect(t, verdict(e, nil, "pos.a", "1", "pos.b", "1", "pos.c", "3"), "share place 1")
	expect(t, verdict(e, nil, "pos.a", "1"), "no place yet")
	expect(t, verdict(e, nil, "pos.a", "x", "pos.b", "-4", "pos.c", "99999999999999999999"), "no place yet")
}

// call is an API call as the log has it.
func call(seq int64, tok string, status int, rule string) trace.Item {
	e := &trace.Entry{
		Seq: seq, To: trace.Party{Role: trace.RoleRS, Name: "StepCloud"}, At: day,
		Request:  trace.Message{Method: http.MethodGet, URL: "http://localhost:8080/rs/main/stepcloud/v1/steps", Header: http.Header{}},
		Response: trace.Message{Status: status, Header: http.Header{}},
	}
	if tok != "" {
		e.Request.Header.Set("Authorization", "Bearer "+tok)
	}
	if rule != "" {
		e.RequestFindings = trace.Keep([]playground.Finding{{Rule: &playground.Rule{ID: rule}, Outcome: playground.Outcome{Status: playground.StatusFail}}})
	}
	return trace.Item{Seq: seq, Entry: e}
}

func issued(seq int64, body string) trace.Item {
	return trace.Item{Seq: seq, Entry: &trace.Entry{
		Seq: seq, To: trace.Party{Role: trace.RoleAS}, Request: trace.Message{Method: http.MethodPost, URL: "http://localhost:8080/idp/main/token"},
		Response: trace.Message{Status: 200, Body: []byte(body)},
	}}
}

func TestCheckWireSameTokenLooksFurther(t *testing.T) {
	e := build(t, `kind: do
check: wire
with:
  events:
    - {is: accepted, missing: send it, to: rs, status: 200}
    - {is: refused, missing: send the same, to: rs, status: 401, rule: exp, same: {token: 1}}
  near:
    - {to: rs, status: 401, says: another token}`)
	log := []trace.Item{call(1, "one", 200, ""), call(2, "two", 200, ""), call(3, "two", 401, "exp")}
	expect(t, verdict(e, log), "done")
	expect(t, verdict(e, log[:2]), "send the same")
	expect(t, verdict(e, []trace.Item{call(1, "one", 200, ""), call(2, "two", 401, "exp")}), "another token")
	expect(t, verdict(e, nil), "send it")
	a := &Attempt{Log: log, Since: 2, Answers: url.Values{}}
	expect(t, e.Check(a), "send it")
}

// A token that is asked about is the same as one that was used.
func TestCheckWireSameTokenInAQuestion(t *testing.T) {
	e := build(t, `kind: do
check: wire
with:
  events:
    - {is: accepted, missing: send it, to: rs, status: 200}
    - {is: asked, missing: ask about the same, to: as, same: {token: 1}}`)
	ask := func(tok string) trace.Item {
		it := issued(2, "{}")
		it.Entry.Request.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		it.Entry.Request.Body = []byte("token=" + tok)
		return it
	}
	expect(t, verdict(e, []trace.Item{call(1, "one", 200, ""), ask("one")}), "done")
	expect(t, verdict(e, []trace.Item{call(1, "one", 200, ""), ask("two")}), "ask about the same")
}

func TestCheckTokenOfLab(t *testing.T) {
	e := build(t, "kind: do\nfields: [{id: a, label: t}]\ncheck: token_of_lab\nwith: {field: a, kind: access}")
	real := sampleToken(t, nil)
	log := []trace.Item{issued(1, `{"access_token":"`+real+`","id_token":"i.d.t","refresh_token":"rrr"}`)}
	expect(t, verdict(e, log, "a", real), "done")
	expect(t, verdict(e, log), "No token yet")
	expect(t, verdict(e, log, "a", "rrr"), "refresh token")
	expect(t, verdict(e, log, "a", "i.d.t"), "as ID token")
	expect(t, verdict(e, log, "a", sampleToken(t, map[string]any{"iss": "http://evil.example"})), "evil.example")
	parts := strings.Split(real, ".")
	other := strings.Split(sampleToken(t, map[string]any{"sub": "bob"}), ".")
	expect(t, verdict(e, log, "a", parts[0]+"."+other[1]+"."+parts[2]), "it was edited")
	expect(t, verdict(e, nil, "a", real), "has not issued that token")
}

func sampleToken(t *testing.T, claims map[string]any) string {
	t.Helper()
	m, err := sampleMinter(day, "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := m.mint(&recipe{Claims: claims})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func TestCheckForgedToken(t *testing.T) {
	e := build(t, "kind: forge\ncheck: forged_token\nwith: {claims: {sub: bob}, outcome: refused, rule: sig}")
	alice, bob := sampleToken(t, nil), sampleToken(t, map[string]any{"sub": "bob"})
	log := issued(1, `{"access_token":"`+alice+`"}`)
	expect(t, verdict(e, []trace.Item{log, call(2, bob, 401, "sig")}), "done")
	expect(t, verdict(e, []trace.Item{log, call(2, alice, 200, "")}), "That token is real")
	expect(t, verdict(e, []trace.Item{log, call(2, bob, 401, "exp")}), "by its rule exp")
	expect(t, verdict(e, []trace.Item{log, call(2, bob, 200, "")}), "accepted the forgery")
	expect(t, verdict(e, []trace.Item{log, call(2, "x", 401, "shape")}), "no JWT that can be read")
	expect(t, verdict(e, nil), "Change a token")
}
