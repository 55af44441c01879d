package playground_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	pg "claimcheck/playground"
)

// TestByteMap: the bytes of the map are the part's, bit by bit.
func TestByteMap(t *testing.T) {
	for _, text := range []string{"", "a", "ab", "abc", `{"name":"Zoë 🎟"}`, "\x00\r\n\xff"} {
		p := pg.Decode(b64(text)+".e30.", true).Parts[0]
		var chars, bits, octets, said strings.Builder
		var bytes []byte
		quads := p.ByteMap(100)
		for _, q := range quads {
			chars.WriteString(q.Chars)
			bits.WriteString(strings.Join(q.Sextets, ""))
			octets.WriteString(strings.Join(q.Octets, ""))
			bytes = append(bytes, q.Bytes...)
			said.WriteString(q.Text)
		}
		if string(bytes) != text || chars.String() != b64(text) || !strings.HasPrefix(bits.String(), octets.String()) {
			t.Errorf("%q: %q %s", text, bytes, chars.String())
		}
		if unused := len(bits.String()) - len(octets.String()); unused != 0 && (unused != len(quads[len(quads)-1].Unused) || unused > 4) {
			t.Errorf("%q: %d unused bits", text, unused)
		}
		if strings.HasPrefix(text, "{") && said.String() != text {
			t.Errorf("text %q", said.String())
		}
	}
	last := pg.Decode("e31.e30.", true).Parts[0].ByteMap(9)
	if len(last) != 1 || last[0].Unused != "01" || string(last[0].Bytes) != "{}" {
		t.Errorf("unused bits that are set: %+v", last)
	}
	if len(pg.Decode("e+0.e30.", true).Parts[0].ByteMap(9)) != 0 {
		t.Error("a map of what is not base64url")
	}
	if got := pg.Decode("eyJhIjoxfQ.e30.", true).Parts[0].ByteMap(2); len(got) != 2 {
		t.Errorf("%d quads", len(got))
	}
}

// TestSignatureSteps: the fields of a signature are what the standards say.
func TestSignatureSteps(t *testing.T) {
	steps := func(change func(*attempt)) (map[string]string, *pg.Result) {
		a := newAttempt()
		change(a)
		r := a.run(t)
		values := map[string]string{}
		for _, s := range r.SignatureSteps() {
			values[s.Name] = s.Value
		}
		return values, r
	}
	got, r := steps(func(*attempt) {})
	signature := hex.EncodeToString(r.Token.Signature().Bytes)
	if got["outer hash"] != "" || got["the outer hash"] != signature || len(got["the inner hash"]) != 64 {
		t.Errorf("HS256: %v", got)
	}
	long := strings.Repeat("long secret ", 12)
	if got, _ = steps(sharedSecret(long)); got["the inner hash"] == "" {
		t.Errorf("a long secret: %v", got)
	}
	got, r = steps(with("RS256", rsaKey()))
	digest := sha256.Sum256([]byte(r.Token.SigningInput))
	if got["00 01"] != "0001" || got["padding"] != "202 times ff" || got["the hash"] != hex.EncodeToString(digest[:]) || got["00 and the name of the hash"] != "003031300d060960864801650304020105000420" {
		t.Errorf("RS256: %v", got)
	}
	got, r = steps(with("PS256", rsaKey()))
	digest = sha256.Sum256([]byte(r.Token.SigningInput))
	salt := must(hex.DecodeString(got["the salt"]))
	h := sha256.Sum256(append(append(make([]byte, 8), digest[:]...), salt...))
	if got["bc"] != "bc" || got["H"] != hex.EncodeToString(h[:]) {
		t.Errorf("PS256: %v", got)
	}
	got, r = steps(with("ES256", ecKey()))
	if got["r"]+got["s"] != hex.EncodeToString(r.Token.Signature().Bytes) {
		t.Errorf("ES256: %v", got)
	}
	got, r = steps(with("EdDSA", edKey()))
	if got["R"]+got["S"] != hex.EncodeToString(r.Token.Signature().Bytes) {
		t.Errorf("EdDSA: %v", got)
	}
	if got, _ = steps(key("another secret")); len(got) != 0 {
		t.Errorf("steps of a signature that does not match: %v", got)
	}
}
