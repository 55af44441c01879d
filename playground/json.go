package playground

import "strings"

// maxDepth is how deeply JSON may nest here. RFC 8259 §9 lets a parser set a limit.
const maxDepth = 64

// ValueKind is the type of a JSON value (RFC 8259 §3).
type ValueKind string

// The kinds of JSON value.
const (
	KindNull   ValueKind = "null"
	KindBool   ValueKind = "boolean"
	KindNumber ValueKind = "number"
	KindString ValueKind = "string"
	KindArray  ValueKind = "array"
	KindObject ValueKind = "object"
)

// A Value is a JSON value as it was written: numbers keep their digits, objects
// keep order and duplicates, and everything knows where it stands.
type Value struct {
	Kind ValueKind
	// Start and End are byte offsets in the scanned text, End exclusive.
	Start, End int
	// Text is the unescaped string, or a number, true, false or null as written.
	Text string
	// Items are the elements of an array.
	Items []Value
	// Members are the members of an object in their order, duplicates included.
	Members []Member
}

// A Member is a name and its value in an object.
type Member struct {
	Name  string
	Start int // byte offset of the name's opening quote
	Value Value
}

// Get is the value of the last member with exactly this name, which is what
// most parsers take; nil when there is none or v is no object.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for i := len(v.Members) - 1; i >= 0; i-- {
		if v.Members[i].Name == name {
			return &v.Members[i].Value
		}
	}
	return nil
}

// String is the text of the member with this name if it is a string, else "".
func (v *Value) String(name string) string {
	if m := v.Get(name); m != nil && m.Kind == KindString {
		return m.Text
	}
	return ""
}

// Strings are the texts of a member that is a string or an array of strings,
// the form of "aud" (RFC 7519 §4.1.3). ok is false when it is anything else.
func (v *Value) Strings(name string) (texts []string, ok bool) {
	m := v.Get(name)
	switch {
	case m == nil:
		return nil, false
	case m.Kind == KindString:
		return []string{m.Text}, true
	case m.Kind != KindArray:
		return nil, false
	}
	for i := range m.Items {
		if m.Items[i].Kind != KindString {
			return nil, false
		}
		texts = append(texts, m.Items[i].Text)
	}
	return texts, true
}

// A Flaw is something about a JSON text that a reader should know. Its ID is
// the finding's: "json_dup", "json_bigint".
type Flaw struct {
	ID         string
	Start, End int
	// Detail is the name, number or character that it is about.
	Detail string
	// Other is the offset of the first of two duplicates.
	Other int
}

// ScanJSON reads one JSON value exactly and lists its flaws. The value is as
// far as the text could be read; it is nil when nothing could. It never fails:
// a syntax error is the flaw "json_syntax", text behind the value "json_trail".
func ScanJSON(b []byte) (*Value, []Flaw) {
	s := &jsonScanner{b: b}
	if strings.HasPrefix(string(b[:min(3, len(b))]), "\uFEFF") {
		s.flaw("json_bom", 0, 3, "")
		s.i = 3
	}
	s.space()
	v, ok := s.value(0)
	if !ok {
		if v.Kind == "" {
			return nil, s.flaws
		}
		return &v, s.flaws
	}
	s.space()
	if s.i < len(b) {
		s.flaw("json_trail", s.i, len(b), "")
	}
	if s.sawSpace {
		s.flaw("json_ws", 0, 0, "")
	}
	return &v, s.flaws
}
