package playground_test

import (
	"crypto"
	"strings"
	"testing"

	pg "claimcheck/playground"
)

// edToken is a token of that algorithm, signed with the Ed25519 key.
func edToken(alg string) string {
	return must(pg.Sign([]byte(`{"alg":"`+alg+`","typ":"JWT"}`), []byte(`{"sub":"alice"}`), edKey(), alg))
}

// TestOneSignatureHasTwoNames: EdDSA with an Ed25519 key and Ed25519 make the
// same signature (RFC 8032 §5.1 leaves nothing to chance), and golang-jwt knows
// the first name alone.
func TestOneSignatureHasTwoNames(t *testing.T) {
	input := "eyJhbGciOiJFZDI1NTE5In0.e30"
	signature := must(edKey().Sign(nil, []byte(input), crypto.Hash(0)))
	for _, alg := range []string{"EdDSA", "Ed25519"} {
		if err := pg.VerifySignature(alg, input, signature, edKey().Public()); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
	keys := pg.NewKeySet("", pg.NewKey(edKey().Public(), "", ""))
	for alg, library := range map[string]string{"EdDSA": "", "Ed25519": "signing method"} {
		r := pg.Verify(edToken(alg), keys, pg.Policy{})
		if r.Verdict != pg.Accept || library == "" && r.Library.Error != "" || !strings.Contains(r.Library.Error, library) {
			t.Errorf("%s: %s, golang-jwt says %q", alg, r.Verdict, r.Library.Error)
		}
	}
}

// TestTheListOfAlgorithmsHasExactNames: who allows one of the two names has not
// allowed the other.
func TestTheListOfAlgorithmsHasExactNames(t *testing.T) {
	keys := pg.NewKeySet("", pg.NewKey(edKey().Public(), "", ""))
	for alg, other := range map[string]string{"EdDSA": "Ed25519", "Ed25519": "EdDSA"} {
		if r := pg.Verify(edToken(alg), keys, pg.Policy{Algorithms: []string{alg}}); r.Verdict != pg.Accept {
			t.Errorf("%s: %s", alg, r.Sentence)
		}
		r := pg.Verify(edToken(alg), keys, pg.Policy{Algorithms: []string{other}})
		if r.Refused == nil || r.Refused.ID != "alg_policy" {
			t.Errorf("%s, where %s is allowed: %s", alg, other, r.Sentence)
		}
		if _, _, err := pg.VerifyCompact(edToken(alg), pg.NewKey(edKey().Public(), "", ""), other); err == nil {
			t.Errorf("the short way takes %s for %s", alg, other)
		}
	}
}

// TestTheAlgOfAnEd25519Key: a JWK for EdDSA is for Ed25519 on this curve. One for
// Ed25519 is for that name and no other, and no name makes another key fit.
func TestTheAlgOfAnEd25519Key(t *testing.T) {
	for _, tt := range []struct {
		key, token string
		accepted   bool
	}{
		{"", "EdDSA", true},
		{"", "Ed25519", true},
		{"EdDSA", "EdDSA", true},
		{"EdDSA", "Ed25519", true},
		{"Ed25519", "Ed25519", true},
		{"Ed25519", "EdDSA", false},
		{"ES256", "Ed25519", false},
		{"Ed448", "Ed25519", false},
	} {
		keys := must(pg.ParseKey([]byte(publicJWK(edKey(), "a", tt.key)), ""))
		r := pg.Verify(edToken(tt.token), keys, pg.Policy{})
		if r.Verdict == pg.Accept != tt.accepted {
			t.Errorf("a key for %q, a token that says %q: %s", tt.key, tt.token, r.Sentence)
		}
		if !tt.accepted && (r.Refused == nil || r.Refused.ID != "key_type") {
			t.Errorf("a key for %q, a token that says %q: refused by %v", tt.key, tt.token, r.Refused)
		}
	}
	ec := must(pg.ParseKey([]byte(publicJWK(ecKey(), "a", "")), ""))
	if r := pg.Verify(edToken("Ed25519"), ec, pg.Policy{}); r.Refused == nil || r.Refused.ID != "key_type" {
		t.Errorf("an EC key: %s", r.Sentence)
	}
}
