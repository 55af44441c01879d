// Package spec is the index of the specifications that this product cites:
// their names, and the numbers and titles of their sections. A citation is a
// [Ref]; one that the index does not know is a mistake that a test finds.
//
//	spec.Ref{Name: "RFC 6749", Section: "4.1.3"}.Title() // "Access Token Request"
//
// The index holds facts (numbers and titles), no text of the documents.
package spec

import (
	"fmt"
	"strings"
)

// A Ref cites a section of a specification.
type Ref struct {
	// Name is the document as people write it: "RFC 6749", "OpenID Connect Core 1.0".
	Name string `json:"name"`
	// Section is the number without the sign: "4.1.3", "A.1". Empty cites the
	// whole document.
	Section string `json:"section,omitempty"`
}

// String is the citation as it is printed: "RFC 6749 §4.1.3".
func (r Ref) String() string {
	if r.Section == "" {
		return r.Name
	}
	return r.Name + " §" + r.Section
}

// Valid says whether the index knows the document under exactly this name and,
// where a section is cited, that section.
func (r Ref) Valid() bool {
	d := find(r.Name)
	if d == nil || d.Name != r.Name {
		return false
	}
	_, ok := d.titles[r.Section]
	return ok || r.Section == ""
}

// Title is the title of the cited section, or of the document where no section
// is cited. It is empty when the index does not know the citation.
func (r Ref) Title() string {
	d := find(r.Name)
	if d == nil {
		return ""
	}
	if r.Section == "" {
		return d.Title
	}
	return d.titles[r.Section]
}

// Key is the shorthand that [ParseRef] reads: "rfc6749#4.1.3". It is empty when
// the index does not know the document.
func (r Ref) Key() string {
	d := find(r.Name)
	switch {
	case d == nil:
		return ""
	case r.Section == "":
		return d.Key
	}
	return d.Key + "#" + r.Section
}

// URL is where the cited section can be read on the internet, or the document
// where its sections have no addresses by number. It is empty when the index
// does not know the document. The product links there and never fetches it.
func (r Ref) URL() string {
	d := find(r.Name)
	if d == nil {
		return ""
	}
	if base, ok := openID(d.Key); ok {
		return base
	}
	base := "https://www.rfc-editor.org/rfc/" + d.Key
	switch d.Key {
	case "oauth-v2-1":
		base = "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-16"
	case "rfc8725bis":
		base = "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-rfc8725bis-08"
	}
	switch {
	case r.Section == "":
		return base
	case r.Section[0] >= 'A':
		return base + "#appendix-" + r.Section
	}
	return base + "#section-" + r.Section
}

// openID is the address of a document of the OpenID Foundation.
func openID(key string) (address string, ok bool) {
	const root = "https://openid.net/specs/"
	file, ok := map[string]string{
		"oidc-core":                     "openid-connect-core-1_0.html",
		"oidc-discovery":                "openid-connect-discovery-1_0.html",
		"oidc-registration":             "openid-connect-registration-1_0.html",
		"oidc-rpinitiated-logout":       "openid-connect-rpinitiated-1_0.html",
		"oidc-backchannel-logout":       "openid-connect-backchannel-1_0.html",
		"oauth-form-post":               "oauth-v2-form-post-response-mode-1_0.html",
		"oauth-multiple-response-types": "oauth-v2-multiple-response-types-1_0.html",
		"fapi2-security-profile":        "fapi-security-profile-2_0-final.html",
	}[key]
	return root + file, ok
}

// ParseRef reads a citation in any of the forms that people write and checks
// it against the index: "rfc6749#4.1.3", "RFC 6749 §4.1.3",
// "RFC 6749, Section 4.1.3", "OpenID Connect Core 1.0 §3.1.3.7", "oidc-core".
// The error names what the index does not know.
func ParseRef(s string) (Ref, error) {
	name, section := split(s)
	d := find(name)
	if d == nil {
		return Ref{}, fmt.Errorf("no document %q in the index", name)
	}
	if _, ok := d.titles[section]; !ok && section != "" {
		return Ref{}, fmt.Errorf("%s has no section %q", d.Name, section)
	}
	return Ref{Name: d.Name, Section: section}, nil
}

// split cuts a citation into the document and the section's number.
func split(s string) (name, section string) {
	for _, mark := range []string{"#", "§", "Section ", "section ", "Appendix ", "appendix "} {
		if before, after, ok := strings.Cut(s, mark); ok {
			return strings.TrimRight(before, ", "), strings.TrimSpace(after)
		}
	}
	return strings.TrimSpace(s), ""
}
