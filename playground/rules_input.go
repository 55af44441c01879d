package playground

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"claimcheck/playground/spec"
)

// The sizes at which servers and cookies give up, in bytes (RFC 6265 §6.1
// names the cookie's; 8 KiB for all headers is a common default).
const (
	cookieSize = 4 << 10
	headerSize = 8 << 10
)

func inputRules() []Check[verification] {
	compact := spec.Ref{Name: "RFC 7515", Section: "7.1"}
	rules := []Check[verification]{
		{Rule{ID: "in_empty", Title: "There is something to read", Spec: compact, Level: Must}, testEmpty},
		{Rule{ID: "in_size", Title: "The size is one that servers take", Spec: spec.Ref{Name: "RFC 6585", Section: "5"}, Level: Choice}, testSize},
		{Rule{ID: "in_invis", Title: "No invisible or look-alike characters", Spec: compact, Level: Must}, testInvisible},
	}
	for _, r := range []struct{ id, title, strict string }{
		{"in_bearer", "The token stands without its HTTP header", "`Bearer ` and the header's name are not part of a JWT."},
		{"in_quotes", "The token stands without quotes and wrapping", "Quotes, fields and URLs around it are not part of a JWT."},
		{"in_ws", "No space around the token", "A space is not part of a JWT."},
		{"in_newline", "No line break at the end", "A line break is not part of a JWT."},
		{"in_innernl", "No line break inside", "A line break is not part of a JWT."},
		{"in_pct", "Not percent-encoded", "A JWT needs no percent-encoding, and `%` is not part of one."},
	} {
		rules = append(rules, Check[verification]{Rule{ID: r.id, Title: r.title, Spec: compact, Level: Must}, testNormalised(r.id, r.strict)})
	}
	return rules
}

func testEmpty(s *verification) Outcome {
	if strings.TrimFunc(s.token.Input, isSpace) == "" {
		return informed("in_empty", "Paste a token, or load an example.")
	}
	return Pass()
}

func testSize(s *verification) Outcome {
	n := len(s.token.Input)
	size := fmt.Sprintf("%.1f KiB", float64(n)/1024)
	switch {
	case n > MaxToken:
		return failed("in_size", "This token is "+size+". The engine stops at 64 KiB.", "Put less into the token; let the API look the rest up.").
			because("golang-jwt sets no limit of its own. Servers often stop at 8 KiB for all headers together.")
	case n > headerSize:
		return warned("in_size", "This token is "+size+". Many servers stop at 8 KiB for all headers together and answer 431.", "Put less into the token; let the API look the rest up.")
	case n > cookieSize:
		return warned("in_size", "This token is "+size+". It does not fit into a cookie, which browsers limit to about 4 KiB.", "Put less into the token, or keep it on the server and give the browser a session id.")
	}
	return Pass()
}

// testInvisible finds characters that nobody typed.
func testInvisible(s *verification) Outcome {
	text := s.token.Text
	for i := range len(text) {
		if text[i] < utf8.RuneSelf {
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n <= 1 {
			return failed("in_invis", fmt.Sprintf("Byte %s at position %d is not a character of any token.", hexByte(text[i]), i+1), "Copy the token again from where it was issued.").at(Span{PartToken, i, i + 1})
		}
		look := "does not belong to a token"
		switch {
		case deceptive(r):
			look = "is invisible"
		case strings.ContainsRune("\u2018\u2019\u201C\u201D", r):
			look = "is a typographic quote"
		case r > 0x36F && r < 0x530:
			look = "looks like a Latin letter and is none"
		}
		return failed("in_invis", fmt.Sprintf("Character %s at position %d %s.", runeName(r), i+1, look), "Remove it. Such characters come from web pages, chats and word processors; copy the token from its source.").at(Span{PartToken, i, i + n})
	}
	return Pass()
}

// testNormalised turns a note into a row: what was taken off, or in strict mode
// what is in the way.
func testNormalised(id, strict string) func(*verification) Outcome {
	return func(s *verification) Outcome {
		for _, n := range s.token.Notes {
			if n.ID != id {
				continue
			}
			switch {
			case !s.policy.Lenient:
				span := s.firstForeign()
				return failed(id, s.foreignWords(span)+strict, "Send the token alone.").at(span)
			case id == "in_newline":
				return warned(id, n.Message, "Trim the text before you compare or store a token.")
			}
			return informed(id, n.Message)
		}
		return notConcerned()
	}
}

// foreignWords says which character is in the way: "Character 7 is a space. ".
func (s *verification) foreignWords(span Span) string {
	if span == (Span{}) {
		return ""
	}
	r, _ := utf8.DecodeRuneInString(s.token.Text[span.Start:])
	name := "`" + string(r) + "`"
	switch {
	case r == ' ':
		name = "a space"
	case r == '\n' || r == '\r':
		name = "a line break"
	case r == '\t':
		name = "a tab"
	case r == utf8.RuneError || r >= utf8.RuneSelf || r < ' ' || r == '`':
		name = runeName(r)
	}
	return fmt.Sprintf("Character %d is %s. ", span.Start+1, name)
}

// firstForeign marks the first character that no token has.
func (s *verification) firstForeign() Span {
	i := strings.IndexFunc(s.token.Text, foreignToToken)
	if i < 0 {
		return Span{}
	}
	return Span{Part: PartToken, Start: i, End: i + 1}
}
