package playground_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	pg "claimcheck/playground"
)

func TestScanJSON(t *testing.T) {
	text := `{"a": 100002348117421473, "b":["x",{"c":3.0}], "a":1.50e3, "\u0064":"\ud83d\ude00"}`
	v, flaws := pg.ScanJSON([]byte(text))
	if got := v.Get("a").Text; got != "1.50e3" {
		t.Errorf("the last a is %q", got)
	}
	if v.Members[0].Value.Text != "100002348117421473" {
		t.Errorf("the first a is %q", v.Members[0].Value.Text)
	}
	if v.String("d") != "\U0001F600" {
		t.Errorf("d is %q", v.String("d"))
	}
	var ids []string
	for _, f := range flaws {
		ids = append(ids, fmt.Sprintf("%s@%d", f.ID, f.Start))
	}
	if want := []string{"json_bigint@6", "json_num@40", "json_num@51", "json_dup@47", "json_ws@0"}; !slices.Equal(ids, want) {
		t.Errorf("flaws %v, want %v", ids, want)
	}
	for _, m := range v.Members {
		if got := text[m.Value.Start:m.Value.End]; m.Value.Kind == pg.KindNumber && got != m.Value.Text {
			t.Errorf("offsets of %s give %q", m.Name, got)
		}
	}
}

// TestScanJSONAgreesWithTheStandardLibrary on what is JSON.
func TestScanJSONAgreesWithTheStandardLibrary(t *testing.T) {
	for _, text := range []string{
		``, ` `, `{}`, `[]`, `{"a":1,}`, `[1,]`, `[01]`, `[1.]`, `[.5]`, `[-]`, `[1e]`, `[1e+5]`, `"`, `"\`, `"\x"`, `"\u12"`, `"\u12G4"`, "\"\n\"", `tru`, `true`, `nul`, `null`,
		`{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`, `[1 2]`, `{}x`, `1 2`, `[`, `{`, `"\ud800"`, "\"\xff\"", "\"\t\"", "[\t1\r\n]", `-0`, `+1`, `Infinity`, `'a'`, `{"a":1,"a":2}`, "\x00",
	} {
		agree(t, []byte(text))
	}
}

func agree(tb testing.TB, text []byte) {
	tb.Helper()
	v, flaws := pg.ScanJSON(text)
	bad := v == nil
	for _, f := range flaws {
		switch f.ID {
		case "json_syntax", "json_trail", "json_bom", "json_depth":
			bad = true
		}
	}
	deep := slices.ContainsFunc(flaws, func(f pg.Flaw) bool { return f.ID == "json_depth" })
	if bad == json.Valid(text) && !deep {
		tb.Errorf("%q: scanner says bad=%v, the standard library says valid=%v: %v", text, bad, json.Valid(text), flaws)
	}
}

func FuzzScanJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"b",null,true],"a":1e9}`, `"\ud800\u0041"`, "\"\xff\"", `{"a":{"b":{}}}`, strings.Repeat("[", 65)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.HasPrefix(text, []byte("\xEF\xBB\xBF")) {
			return
		}
		agree(t, text)
		v, flaws := pg.ScanJSON(text)
		for _, flaw := range flaws {
			if flaw.Start < 0 || flaw.Start > flaw.End || flaw.End > len(text) {
				t.Fatalf("%q: %+v", text, flaw)
			}
		}
		if v != nil && (v.Start < 0 || v.End < v.Start || v.End > len(text)) {
			t.Fatalf("%q: %d to %d", text, v.Start, v.End)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.JWS, true)
		f.Add("Bearer "+v.JWS+"\n", false)
	}
	for _, seed := range []string{"", ".", "..", "....", "a.b.c~d~", `{"access_token":"a.b.c"}`, "curl -H 'Authorization: Bearer a.b.c'", "%2E%ZZ", "\u200B", `"a`, "'", ","} {
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, strict bool) {
		d := pg.Decode(text, strict)
		if strict && d.Text != text {
			t.Fatalf("strict mode changed %q into %q", text, d.Text)
		}
		var parts []string
		for _, p := range d.Parts {
			parts = append(parts, p.Encoded)
			if p.Good && b64(string(p.Bytes)) != p.Encoded {
				t.Fatalf("%q decodes and encodes to %q", p.Encoded, b64(string(p.Bytes)))
			}
			if end := p.Start + len(p.Encoded); end > len(d.Text) || d.Text[p.Start:end] != p.Encoded {
				t.Fatalf("part %q is not at %d of %q", p.Encoded, p.Start, d.Text)
			}
		}
		jwt, _, _ := strings.Cut(d.Text, "~")
		if len(parts) > 0 && strings.Join(parts, ".") != jwt {
			t.Fatalf("%q has the parts %q", d.Text, parts)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{secret, publicPEM(ecKey()), publicJWK(rsaKey(), "a", "RS256"), `{"keys":[{"kty":"oct","k":"AA"},5,null]}`, "ssh-rsa AAAA", "-----BEGIN -----END", `{"kty":null}`, "deadbeef"} {
		for _, e := range []string{"utf8", "base64", "base64url", "hex", "x"} {
			f.Add([]byte(seed), e)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, encoding string) {
		set, err := pg.ParseKey(text, pg.Encoding(encoding))
		if set == nil || (err == nil) != (len(set.Keys) > 0) {
			t.Fatalf("%q: %v, %v", text, set, err)
		}
		for _, k := range set.Keys {
			if k.Words() == "" || !utf8.ValidString(k.Form) {
				t.Fatalf("%+v", k)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	sets := []*pg.KeySet{nil}
	for _, text := range []string{secret, publicPEM(rsaKey()), publicPEM(ecKey()), publicJWK(edKey(), "a", "EdDSA"), `{"keys":[` + publicJWK(ecKey(), "a", "ES256") + `,` + publicJWK(rsaKey(), "b", "RS256") + `]}`} {
		set, _ := pg.ParseKey([]byte(text), "")
		sets = append(sets, set)
	}
	for i, row := range findingRows() {
		a := newAttempt()
		row.change(a)
		f.Add(a.run(f).Token.Input, uint8(i), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, token string, which uint8, lenient bool) {
		a := newAttempt()
		a.policy.Lenient = lenient
		if which&0x80 != 0 {
			a.policy = pg.Policy{Now: a.policy.Now, Lenient: lenient}
		}
		set := sets[int(which&0x7F)%len(sets)]
		r := pg.Verify(token, set, a.policy)
		checkSpans(t, r)
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		if r.Verdict == pg.Accept && r.Signature != pg.SignatureValid {
			t.Fatalf("accepted with signature %s", r.Signature)
		}
		if r.Verdict == pg.Accept && !lenient && r.Library.Error != "" && !strings.Contains(r.Library.Error, "cannot unmarshal number") { // 1e400 is a warning here
			t.Fatalf("accepted, and the library says %q", r.Library.Error)
		}
	})
}
