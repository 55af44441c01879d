package playground

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

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
