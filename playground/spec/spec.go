// Package spec is the index of the specifications that this product cites:
// their names, and the numbers and titles of their sections. A citation is a
// [Ref]; one that the index does not know is a mistake that a test finds.
//
// The index holds facts (numbers and titles), no text of the documents.
package spec

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
