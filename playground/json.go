package playground

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

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

type jsonScanner struct {
	b        []byte
	i        int
	flaws    []Flaw
	sawSpace bool
}

func (s *jsonScanner) flaw(id string, start, end int, detail string) {
	s.flaws = append(s.flaws, Flaw{ID: id, Start: start, End: end, Detail: detail})
}

// unexpected notes a syntax error at the current byte and returns false.
func (s *jsonScanner) unexpected() bool {
	if s.i >= len(s.b) {
		s.flaw("json_syntax", s.i, s.i, "the end of the text")
		return false
	}
	r, n := utf8.DecodeRune(s.b[s.i:])
	what := "`" + string(r) + "`"
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		what = "byte " + hexByte(s.b[s.i])
	}
	s.flaw("json_syntax", s.i, s.i+n, what)
	return false
}

func (s *jsonScanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
			s.sawSpace = true
		default:
			return
		}
	}
}

func (s *jsonScanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *jsonScanner) value(depth int) (v Value, ok bool) {
	v.Start = s.i
	defer func() { v.End = s.i }()
	if depth > maxDepth {
		s.flaw("json_depth", s.i, s.i+1, "")
		return v, false
	}
	switch c := s.peek(); {
	case c == '{':
		v.Kind = KindObject
		return v, s.object(&v, depth)
	case c == '[':
		v.Kind = KindArray
		return v, s.array(&v, depth)
	case c == '"':
		v.Kind = KindString
		v.Text, ok = s.text()
		return v, ok
	case c == '-' || c >= '0' && c <= '9':
		v.Kind = KindNumber
		v.Text, ok = s.number()
		return v, ok
	}
	for _, word := range []string{"null", "true", "false"} {
		if !strings.HasPrefix(string(s.b[s.i:min(s.i+5, len(s.b))]), word) {
			continue
		}
		v.Kind, v.Text = KindBool, word
		if word == "null" {
			v.Kind = KindNull
		}
		s.i += len(word)
		return v, true
	}
	return v, s.unexpected()
}

func (s *jsonScanner) object(v *Value, depth int) bool {
	s.i++
	s.space()
	if s.peek() == '}' {
		s.i++
		return true
	}
	var seen names
	for {
		if s.peek() != '"' {
			return s.unexpected()
		}
		m := Member{Start: s.i}
		var ok bool
		if m.Name, ok = s.text(); !ok {
			return false
		}
		end := s.i
		s.space()
		if s.peek() != ':' {
			return s.unexpected()
		}
		s.i++
		s.space()
		m.Value, ok = s.value(depth + 1)
		if j := seen.find(v.Members, m.Name); j >= 0 {
			s.flaws = append(s.flaws, Flaw{ID: "json_dup", Start: m.Start, End: end, Detail: m.Name, Other: v.Members[j].Start})
		}
		v.Members = append(v.Members, m)
		if !ok {
			return false
		}
		if done, ok := s.next('}'); done {
			return ok
		}
	}
}

// names finds duplicates: by looking at each member while they are few, by a
// map when they are many, so that ten thousand members cost no more than they should.
type names map[string]int

func (n *names) find(members []Member, name string) int {
	const few = 16
	switch {
	case len(members) < few:
		return slices.IndexFunc(members, func(m Member) bool { return m.Name == name })
	case *n == nil:
		*n = names{}
		for i := range members {
			if _, ok := (*n)[members[i].Name]; !ok {
				(*n)[members[i].Name] = i
			}
		}
	}
	if i, ok := (*n)[name]; ok {
		return i
	}
	(*n)[name] = len(members)
	return -1
}

func (s *jsonScanner) array(v *Value, depth int) bool {
	s.i++
	s.space()
	if s.peek() == ']' {
		s.i++
		return true
	}
	for {
		item, ok := s.value(depth + 1)
		v.Items = append(v.Items, item)
		if !ok {
			return false
		}
		if done, ok := s.next(']'); done {
			return ok
		}
	}
}

// next reads the comma before another element, or the closing bracket.
func (s *jsonScanner) next(closing byte) (done, ok bool) {
	s.space()
	switch s.peek() {
	case closing:
		s.i++
		return true, true
	case ',':
		s.i++
		s.space()
		return false, true
	}
	return true, s.unexpected()
}

// number reads a number by the grammar of RFC 8259 §6 and keeps it as written.
func (s *jsonScanner) number() (string, bool) {
	start := s.i
	digits := func() bool {
		from := s.i
		for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
			s.i++
		}
		return s.i > from
	}
	if s.peek() == '-' {
		s.i++
	}
	if s.peek() == '0' {
		s.i++
	} else if !digits() {
		return "", s.unexpected()
	}
	whole := s.i
	if s.peek() == '.' {
		s.i++
		if !digits() {
			return "", s.unexpected()
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.i++
		if c := s.peek(); c == '+' || c == '-' {
			s.i++
		}
		if !digits() {
			return "", s.unexpected()
		}
	}
	text := string(s.b[start:s.i])
	switch {
	case whole < s.i || text == "-0":
		if !plainFraction(text) {
			s.flaw("json_num", start, s.i, text)
		}
	case beyond53(text):
		s.flaw("json_bigint", start, s.i, text)
	}
	return text, true
}

// beyond53 says whether an integer lies outside ±(2^53 − 1), where float64 and
// JavaScript stop being exact (RFC 8259 §6).
func beyond53(text string) bool {
	const limit = "9007199254740991"
	text = strings.TrimPrefix(text, "-")
	return len(text) > len(limit) || len(text) == len(limit) && text > limit
}

// plainFraction says whether a number with a fraction reads the same after it
// was parsed and printed again: 1.5 does, 3.0 and 1e400 do not.
func plainFraction(text string) bool {
	whole, fraction, ok := strings.Cut(text, ".")
	return ok && !strings.ContainsAny(text, "eE") && len(whole)+len(fraction) <= 15 && !strings.HasSuffix(fraction, "0")
}

// text reads a string and unescapes it (RFC 8259 §7). Bytes that are not UTF-8
// and lone surrogates become U+FFFD, with a flaw.
func (s *jsonScanner) text() (string, bool) {
	s.i++ // the opening quote
	start := s.i
	for s.i < len(s.b) { // most strings have nothing to unescape
		c := s.b[s.i]
		if c == '"' {
			text := string(s.b[start:s.i])
			s.i++
			return text, true
		}
		if c == '\\' || c < ' ' || c >= utf8.RuneSelf {
			break
		}
		s.i++
	}
	var out strings.Builder
	out.Write(s.b[start:s.i])
	for s.i < len(s.b) {
		at := s.i
		r, n := utf8.DecodeRune(s.b[s.i:])
		switch {
		case r == '"':
			s.i++
			return out.String(), true
		case r == '\\':
			var ok bool
			if r, ok = s.escape(); !ok {
				return out.String(), false
			}
		case r < ' ':
			return out.String(), s.unexpected()
		case r == utf8.RuneError && n <= 1:
			s.flaw("json_utf8", at, at+1, "byte "+hexByte(s.b[at]))
			s.i++
		default:
			s.i += n
		}
		if deceptive(r) {
			s.flaw("json_ctl", at, s.i, runeName(r))
		}
		out.WriteRune(r)
	}
	return out.String(), s.unexpected()
}

// escape reads what follows a backslash.
func (s *jsonScanner) escape() (rune, bool) {
	at := s.i
	s.i++
	c := s.peek()
	if c == 'u' {
		return s.unicodeEscape(at)
	}
	plain := strings.IndexByte(`"\/bfnrt`, c)
	if c == 0 || plain < 0 {
		return 0, s.unexpected()
	}
	s.i++
	return rune("\"\\/\b\f\n\r\t"[plain]), true
}

// unicodeEscape reads \uXXXX, and the second half of a surrogate pair.
func (s *jsonScanner) unicodeEscape(at int) (rune, bool) {
	r, ok := s.hex4()
	if !ok {
		return 0, s.unexpected()
	}
	if !utf16.IsSurrogate(r) {
		return r, true
	}
	if s.i+1 < len(s.b) && s.b[s.i] == '\\' && s.b[s.i+1] == 'u' {
		back := s.i
		s.i++
		if low, ok := s.hex4(); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, true
			}
		}
		s.i = back
	}
	s.flaw("json_utf8", at, s.i, "a lone surrogate")
	return utf8.RuneError, true
}

// hex4 reads the "u" and four hexadecimal digits.
func (s *jsonScanner) hex4() (r rune, ok bool) {
	if s.i+5 > len(s.b) {
		s.i = len(s.b)
		return 0, false
	}
	for _, c := range s.b[s.i+1 : s.i+5] {
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if c < '0' || d < 0 {
			return 0, false
		}
		r = r<<4 | rune(d) //nolint:gosec // d is 0 to 15
	}
	s.i += 5
	return r, true
}
