package spec

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// A Document is a specification of the index.
type Document struct {
	// Key is the short name for links and shorthand: "rfc6749", "oidc-core".
	Key string
	// Name is what people write: "RFC 6749", "OpenID Connect Core 1.0".
	Name string
	// Title is the document's own title.
	Title string
	// Date is "2012-10" or "2023-12-15"; Status is "Proposed Standard", "Final", "Internet-Draft" and so on.
	Date, Status string
	// ObsoletedBy holds the keys of the documents that replaced this one.
	ObsoletedBy []string
	// Sections are in the order of the document.
	Sections []Section

	titles map[string]string
}

// A Section is a numbered heading of a document; appendices are "A", "A.1".
type Section struct{ Number, Title string }

//go:embed index.txt
var indexText string

type index struct {
	documents []Document
	by        map[string]*Document // by key and by name, both in lower case
}

// load parses the embedded index once; nobody writes to the result.
var load = sync.OnceValue(func() *index {
	return parse(indexText)
})

// parse reads the index: a line "#key, name, title, date, status, obsoleted by"
// for a document, then "number, title" for each of its sections, fields
// separated by tabs.
func parse(text string) *index {
	x := &index{by: map[string]*Document{}}
	for line := range strings.Lines(text) {
		field := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if key, ok := strings.CutPrefix(field[0], "#"); ok && len(field) == 6 {
			x.documents = append(x.documents, Document{
				Key: key, Name: field[1], Title: field[2], Date: field[3], Status: field[4],
				ObsoletedBy: strings.Fields(field[5]), titles: map[string]string{},
			})
			continue
		}
		if len(field) == 2 && len(x.documents) > 0 {
			d := &x.documents[len(x.documents)-1]
			d.Sections = append(d.Sections, Section{Number: field[0], Title: field[1]})
			d.titles[field[0]] = field[1]
		}
	}
	for i := range x.documents {
		d := &x.documents[i]
		x.by[strings.ToLower(d.Key)] = d
		x.by[strings.ToLower(d.Name)] = d
	}
	return x
}

// Documents returns every document of the index, in its order. The caller must
// not change what the slices hold.
func Documents() []Document { return slices.Clone(load().documents) }

// Lookup finds a document by its key or its name, whatever the case:
// "rfc6749", "RFC 6749", "OpenID Connect Core 1.0". The name of a draft may be
// given without its number: "OAuth 2.1".
func Lookup(name string) (Document, bool) {
	if d := find(name); d != nil {
		return *d, true
	}
	return Document{}, false
}

func find(name string) *Document {
	x := load()
	name = strings.ToLower(strings.Join(strings.Fields(name), " "))
	if d, ok := x.by[name]; ok {
		return d
	}
	for i := range x.documents {
		d := &x.documents[i]
		if short, _, draft := strings.Cut(strings.ToLower(d.Name), " draft-"); draft && short == name {
			return d
		}
	}
	return nil
}

// Section returns the title of a section of the document; ok is false when the
// document has no section of that number.
func (d Document) Section(number string) (title string, ok bool) {
	title, ok = d.titles[number]
	return title, ok
}
