package playground_test

import (
	"testing"

	"github.com/go-jose/go-jose/v4"

	pg "claimcheck/playground"
)

// TestWhatWeSayAboutGoJose runs go-jose on the tokens of which a text says what
// it does with them.
func TestWhatWeSayAboutGoJose(t *testing.T) {
	verify := func(token string, key any, alg jose.SignatureAlgorithm) error {
		s, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{alg})
		if err != nil {
			return err
		}
		_, err = s.Verify(key)
		return err
	}
	plain := must(pg.Sign([]byte(`{"alg":"HS256"}`), []byte(`{}`), []byte(secret), "HS256"))
	if err := verify(plain, []byte(secret), jose.HS256); err != nil {
		t.Fatal(err)
	}
	if err := verify(must(pg.Sign([]byte(`{"alg":"HS256","alg":"HS256"}`), []byte(`{}`), []byte(secret), "HS256")), []byte(secret), jose.HS256); err == nil {
		t.Error("it takes a header with a name twice")
	}
	salted := saltOf(20)(must(pg.Sign([]byte(`{"alg":"PS256"}`), []byte(`{}`), rsaKey(), "PS256")))
	if err := verify(salted, &rsaKey().PublicKey, jose.PS256); err != nil {
		t.Errorf("it refuses a salt of another length: %v", err)
	}
}
