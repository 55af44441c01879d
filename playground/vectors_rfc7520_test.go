package playground_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	pg "claimcheck/playground"
)

// TestRFC7520 runs the cookbook: the compact signatures of §4 and §6 hold, the
// encrypted tokens of §5 and §6 open, RSA1_5 with a warning, and the JSON forms are no JWT.
func TestRFC7520(t *testing.T) {
	var list []struct {
		Section, Token, Password, JSON string
		JWK                            json.RawMessage
	}
	raw, err := os.ReadFile("testdata/rfc7520.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &list); err != nil { //nolint:musttag // names match in any case
		t.Fatal(err)
	}
	for _, v := range list {
		key := v.Password
		if key == "" {
			key = string(v.JWK)
		}
		keys, err := pg.ParseKey([]byte(key), "")
		switch {
		case v.JSON != "":
			if r := pg.Verify(v.JSON, nil, pg.Policy{}); r.Token.Kind != pg.JSON || r.Verdict != pg.Reject {
				t.Errorf("§%s, JSON: %s %s", v.Section, r.Token.Kind, r.Verdict)
			}
		case err != nil:
			t.Errorf("§%s: %v", v.Section, err)
		case strings.Count(v.Token, ".") == 2:
			if r := pg.Verify(v.Token, keys, pg.Policy{}); r.Signature != pg.SignatureValid {
				t.Errorf("§%s: %s, %v", v.Section, r.Signature, findingIDs(r))
			}
			if r := pg.Verify(v.Token[:len(v.Token)-6]+"AAAAAA", keys, pg.Policy{}); r.Signature == pg.SignatureValid {
				t.Errorf("§%s: another signature holds, too", v.Section)
			}
		default:
			d := pg.Decrypt(v.Token, keys, true)
			if !d.Opened {
				t.Errorf("§%s: %s", v.Section, d.Sentence)
			}
			if warned := slices.ContainsFunc(d.Findings, func(f pg.Finding) bool { return f.FindingID() == "jwe_rsa1_5" && f.Status == pg.StatusWarn }); warned != (v.Section == "5.1.5") {
				t.Errorf("§%s: warned of RSA1_5: %t", v.Section, warned)
			}
			if v.Section == "6.8" && d.Inner == nil {
				t.Error("§6.8: no token inside")
			}
		}
	}
}

// TestRFC7797 refuses the unencoded payload of §4.2 with the key of §4, and what is detached.
func TestRFC7797(t *testing.T) {
	keys, err := pg.ParseKey([]byte(`{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`), "")
	if err != nil {
		t.Fatal(err)
	}
	for token, rule := range map[string]string{
		"eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY":       "hdr_b64",
		"eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19.JC4wMg.A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY": "hdr_b64",
	} {
		r := pg.Verify(token, keys, pg.Policy{})
		if f := r.Finding(rule); r.Verdict != pg.Reject || r.Signature == pg.SignatureValid || f == nil || f.Status != pg.StatusFail {
			t.Errorf("%s: %s %s %v", token, r.Verdict, r.Signature, findingIDs(r))
		}
	}
}
