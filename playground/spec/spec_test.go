package spec_test

import (
	"strings"
	"testing"

	"claimcheck/playground/spec"
)

func TestParseRef(t *testing.T) {
	want := spec.Ref{Name: "RFC 6749", Section: "4.1.3"}
	for _, s := range []string{"rfc6749#4.1.3", "RFC 6749 §4.1.3", "RFC 6749, Section 4.1.3", " rfc 6749  § 4.1.3 ", "RFC6749#4.1.3"} {
		got, err := spec.ParseRef(s)
		if err != nil || got != want {
			t.Errorf("ParseRef(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"oidc-core#3.1.3.7":                      "OpenID Connect Core 1.0 §3.1.3.7",
		"OAuth 2.1":                              "OAuth 2.1 draft-16",
		"OAuth 2.1 draft-16 §4.1":                "OAuth 2.1 draft-16 §4.1",
		"rfc8725bis#2.11":                        "RFC 8725bis draft-08 §2.11",
		"RFC 7515 Appendix A.1":                  "RFC 7515 §A.1",
		"FAPI 2.0 Security Profile":              "FAPI 2.0 Security Profile",
		"OpenID Connect Back-Channel Logout 1.0": "OpenID Connect Back-Channel Logout 1.0",
	} {
		got, err := spec.ParseRef(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseRef(%q) = %v, %v; want %s", in, got, err, want)
		}
	}
}

func TestParseRefRefusesWhatTheIndexDoesNotKnow(t *testing.T) {
	for in, word := range map[string]string{
		"rfc6749#99":  `no section "99"`,
		"rfc1#1":      `no document "rfc1"`,
		"":            `no document ""`,
		"#":           `no document ""`,
		"RFC 6749 §x": `no section "x"`,
	} {
		if ref, err := spec.ParseRef(in); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("ParseRef(%q) = %v, %v; want an error with %s", in, ref, err, word)
		}
	}
}

func TestRef(t *testing.T) {
	ref := spec.Ref{Name: "RFC 7519", Section: "4.1.4"}
	if !ref.Valid() || ref.Title() != `"exp" (Expiration Time) Claim` || ref.Key() != "rfc7519#4.1.4" {
		t.Errorf("%v: valid %v, title %q, key %q", ref, ref.Valid(), ref.Title(), ref.Key())
	}
	if got := ref.URL(); got != "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4" {
		t.Errorf("URL = %s", got)
	}
	if got := (spec.Ref{Name: "RFC 7515", Section: "A.1"}).URL(); !strings.HasSuffix(got, "#appendix-A.1") {
		t.Errorf("URL of an appendix = %s", got)
	}
	if (spec.Ref{Name: "rfc7519", Section: "4.1.4"}).Valid() {
		t.Error("a Ref is valid under the name that people write, not under the key")
	}
	if (spec.Ref{Name: "RFC 7519", Section: "4.1.99"}).Valid() {
		t.Error("a section that does not exist is valid")
	}
}

func TestEveryDocument(t *testing.T) {
	documents := spec.Documents()
	if len(documents) != 69 {
		t.Fatalf("%d documents, want 69", len(documents))
	}
	for _, d := range documents {
		if d.Key == "" || d.Name == "" || d.Title == "" || d.Date == "" || d.Status == "" || len(d.Sections) == 0 {
			t.Errorf("%s lacks something: %+v", d.Key, d)
		}
		if !strings.HasPrefix((spec.Ref{Name: d.Name}).URL(), "https://") {
			t.Errorf("%s has no address", d.Name)
		}
		for _, s := range d.Sections {
			ref := spec.Ref{Name: d.Name, Section: s.Number}
			back, err := spec.ParseRef(ref.Key())
			if err != nil || back != ref || !ref.Valid() {
				t.Errorf("%v does not survive its own key %q: %v, %v", ref, ref.Key(), back, err)
			}
		}
	}
}
