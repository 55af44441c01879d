package playground

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// jsonScanner reads JSON by the grammar of RFC 8259 and goes on past what it can.
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
		s.flaw("json_depth", s.i, min(s.i+1, len(s.b)), "")
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
