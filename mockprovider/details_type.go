package mockprovider

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	strictjson "github.com/go-jose/go-jose/v4/json"
)

// A DetailType is a type of authorization details (RFC 9396 §2.1): what a client
// may ask for in more detail than a scope can say.
type DetailType struct {
	// Type is its name: "steps_export".
	Type string
	// Words say what a detail of this type allows, for the consent page.
	Words string
	// Fields are the fields that it may have, beside type and locations. Another
	// one is an error (RFC 9396 §5).
	Fields map[string]DetailField
}

// A DetailField is a field of authorization details.
type DetailField struct {
	// Kind says what values it takes. The zero value is FieldList.
	Kind FieldKind
	// Values are the words that it may hold. Empty means any.
	Values []string
	// Required says that a detail without it is an error.
	Required bool
}

// A FieldKind says what a field of authorization details holds, and when one
// detail asks for no more than another.
type FieldKind string

// The kinds of fields. A list is a JSON array of strings, of which a narrower
// request has fewer. A text has to be the same. The dates are as in RFC 3339
// (2026-03-02): a narrower request begins later, or ends sooner.
const (
	FieldList FieldKind = ""
	FieldText FieldKind = "text"
	FieldFrom FieldKind = "from"
	FieldTo   FieldKind = "to"
)

// fieldLocations is the one field that every type has: the APIs that a detail is
// for (RFC 9396 §2.2).
const fieldLocations = "locations"

// A detail is one element of authorization_details, with what it was read as.
type detail struct {
	kind   *DetailType
	api    *API
	fields map[string]json.RawMessage
}

// detailType returns a type and the API that it belongs to, or nil.
func (p *Provider) detailType(name string) (*DetailType, *API) {
	apis := p.apis()
	for n := range apis {
		api := &apis[n]
		for m := range api.DetailTypes {
			if api.DetailTypes[m].Type == name {
				return &api.DetailTypes[m], api
			}
		}
	}
	return nil, nil
}

// detailTypes names all types, in alphabetical order.
func (p *Provider) detailTypes() []string { return detailTypesOf(p.apis()) }

func detailTypesOf(apis []API) []string {
	var names []string
	for n := range apis {
		for m := range apis[n].DetailTypes {
			names = append(names, apis[n].DetailTypes[m].Type)
		}
	}
	return slices.Sorted(slices.Values(names))
}

// checkDetailTypes refuses types that nobody could ask for.
func (p *Provider) checkDetailTypes() error {
	names := p.detailTypes()
	for _, name := range names {
		t, api := p.detailType(name)
		if name == "" || t.Words == "" || api.Audience == "" {
			return fmt.Errorf("authorization details type %q: it needs a name, words for the consent page, and an API", name)
		}
		for field, f := range t.Fields {
			if field == "type" || field == fieldLocations || !slices.Contains([]FieldKind{FieldList, FieldText, FieldFrom, FieldTo}, f.Kind) {
				return fmt.Errorf("authorization details type %q: field %q is not one that a type can have", name, field)
			}
		}
	}
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		return fmt.Errorf("two APIs have the same type of authorization details: %v", names)
	}
	return nil
}

// readDetail reads one element. The problem says in words what is wrong with it,
// empty if nothing is.
func (p *Provider) readDetail(raw json.RawMessage) (d detail, problem string) {
	var name string
	if strictjson.Unmarshal(raw, &d.fields) != nil || strictjson.Unmarshal(d.fields["type"], &name) != nil {
		return d, "an element that is no object with a type, each name once"
	}
	if d.kind, d.api = p.detailType(name); d.kind == nil {
		return d, "the type " + name + ", which is none of " + strings.Join(p.detailTypes(), ", ")
	}
	for _, field := range slices.Sorted(maps.Keys(d.fields)) {
		known, ok := d.kind.Fields[field]
		switch {
		case field == "type":
			continue
		case field == fieldLocations:
			if list, ok := listOf(d.fields[field]); !ok || !covers([]string{d.api.Audience}, list) {
				return d, "locations that are not a list of " + d.api.Audience
			}
			continue
		case !ok:
			return d, "the field " + field + ", which " + name + " does not have"
		}
		if !known.takes(d.fields[field]) {
			return d, "a value of " + field + " that it can't have"
		}
	}
	for _, field := range slices.Sorted(maps.Keys(d.kind.Fields)) {
		if d.kind.Fields[field].Required && d.fields[field] == nil {
			return d, "no " + field
		}
	}
	return d, ""
}

// takes tells whether the field may have this value.
func (f DetailField) takes(raw json.RawMessage) bool {
	list, ok := listOf(raw)
	if f.Kind != FieldList {
		text, isText := textOf(raw)
		list, ok = []string{text}, isText
	}
	if !ok || len(f.Values) > 0 && !covers(f.Values, list) {
		return false
	}
	if f.Kind == FieldFrom || f.Kind == FieldTo {
		_, err := time.Parse(time.DateOnly, list[0])
		return err == nil
	}
	return len(list) > 0
}

// covers tells whether other asks for no more than d (RFC 9396 §6.1). A field that
// d has and other lacks would be a wish without that bound.
func (d *detail) covers(other *detail) bool {
	if d.kind != other.kind {
		return false
	}
	for field, mine := range d.fields {
		theirs := other.fields[field]
		switch kind := d.kind.Fields[field].Kind; {
		case theirs == nil && field != fieldLocations: // the type has one location
			return false
		case theirs == nil, field == "type":
		case kind == FieldList:
			mine, _ := listOf(mine)
			theirs, _ := listOf(theirs)
			if !covers(mine, theirs) {
				return false
			}
		default:
			mine, _ := textOf(mine)
			theirs, _ := textOf(theirs)
			if kind == FieldText && mine != theirs || kind == FieldFrom && theirs < mine || kind == FieldTo && theirs > mine {
				return false
			}
		}
	}
	return true
}

// A detailView is a detail for a person: what it allows, and each field.
type detailView struct {
	Words  string
	Fields []detailField
}

type detailField struct{ Name, Value string }

func (d *detail) view() detailView {
	out := detailView{Words: d.kind.Words}
	for _, field := range slices.Sorted(maps.Keys(d.fields)) {
		if field == "type" || field == fieldLocations {
			continue
		}
		value, ok := textOf(d.fields[field])
		if list, isList := listOf(d.fields[field]); !ok && isList {
			value = strings.Join(list, ", ")
		}
		out.Fields = append(out.Fields, detailField{field, value})
	}
	return out
}

func listOf(raw json.RawMessage) (list []string, ok bool) {
	err := strictjson.Unmarshal(raw, &list)
	return list, err == nil && list != nil
}

func textOf(raw json.RawMessage) (text string, ok bool) {
	var p *string
	if strictjson.Unmarshal(raw, &p) != nil || p == nil {
		return "", false
	}
	return *p, true
}
