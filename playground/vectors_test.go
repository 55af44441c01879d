package playground_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"claimcheck/playground/spec"

	pg "claimcheck/playground"
)

type vector struct {
	Source, Alg, JWS string
	JWK              json.RawMessage
}

func vectors(tb testing.TB) []vector {
	tb.Helper()
	var list []vector
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(raw, &list); err != nil { //nolint:musttag // names match in any case
		tb.Fatal(err)
	}
	return list
}

// TestPublishedVectors runs the examples of RFC 7515 and RFC 8037: the
// signatures hold, and as JWTs all of them are to be refused today.
func TestPublishedVectors(t *testing.T) {
	want := map[string]string{
		"RFC 7515 appendix A.1": "exp_past", "RFC 7515 appendix A.2": "exp_past", "RFC 7515 appendix A.3": "exp_past",
		"RFC 7515 appendix A.4": "json_syntax", "RFC 7515 appendix A.5": "alg_none", "RFC 8037 appendix A.4/A.5": "json_syntax",
	}
	for _, v := range vectors(t) {
		t.Run(v.Source, func(t *testing.T) {
			keys, err := pg.ParseKey(v.JWK, "")
			if v.Alg == "none" {
				keys, err = nil, nil
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, lenient := range []bool{false, true} {
				r := pg.Verify(v.JWS, keys, pg.Policy{Algorithms: []string{v.Alg}, Now: time.Unix(now, 0), Lenient: lenient})
				if v.Alg != "none" && r.Signature != pg.SignatureValid || v.Alg == "none" && r.Signature != pg.SignatureUnchecked {
					t.Errorf("signature %s: %v", r.Signature, findingIDs(r))
				}
				if r.Verdict != pg.Reject || r.Refused.FindingID() != want[v.Source] {
					t.Errorf("verdict %s by %s, want reject by %s", r.Verdict, r.Refused.FindingID(), want[v.Source])
				}
			}
		})
	}
}

// TestSignMakesTheVectors: bytes typed are bytes signed, so the examples whose
// algorithm has no randomness come out as they were published.
func TestSignMakesTheVectors(t *testing.T) {
	v := vectors(t)[0]
	d := pg.Decode(v.JWS, true)
	keys, err := pg.ParseKey(v.JWK, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := pg.Sign(d.Header().Bytes, d.Payload().Bytes, keys.Keys[0].Signer(), "HS256")
	if err != nil || got != v.JWS {
		t.Errorf("got %s, %v; want %s", got, err, v.JWS)
	}
}

func TestThumbprint(t *testing.T) {
	// RFC 8037 appendix A.3 and RFC 7638 §3.1.
	for jwk, want := range map[string]string{
		`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
		`{"kty":"RSA","e":"AQAB","alg":"RS256","kid":"2011-04-29","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}`: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
	} {
		keys, err := pg.ParseKey([]byte(jwk), "")
		if err != nil {
			t.Fatal(err)
		}
		if got := pg.Thumbprint(keys.Keys[0].Public); got != want {
			t.Errorf("thumbprint %s, want %s", got, want)
		}
	}
}

func TestLibraryVersionIsTheOneInGoMod(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	r := pg.Verify("", nil, pg.Policy{})
	if !strings.Contains(string(mod), r.Library.Name+" "+r.Library.Version+"\n") {
		t.Errorf("go.mod does not have %s %s", r.Library.Name, r.Library.Version)
	}
}

func TestProfilesCiteTheIndex(t *testing.T) {
	for _, row := range findingRows() {
		a := newAttempt()
		row.change(a)
		if p := a.run(t).Profile; p.Name != "" && !p.Spec.Valid() {
			t.Errorf("%s cites %v", p.Name, p.Spec)
		}
	}
	if _, err := spec.ParseRef("RFC 7519 §4.1.4"); err != nil {
		t.Error(err)
	}
}
