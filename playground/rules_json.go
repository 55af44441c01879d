package playground

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"claimcheck/playground/spec"
)

func base64Rules() []Check[verification] {
	terms := spec.Ref{Name: "RFC 7515", Section: "2"}
	return []Check[verification]{
		{Rule{ID: "b64_char", Title: "base64url, not ordinary base64", Spec: spec.Ref{Name: "RFC 4648", Section: "5"}, Level: Must}, eachFlaw("b64_char", func(s *verification, p *Part, f *Flaw) Outcome {
			return failed("b64_char", fmt.Sprintf("Character `%s` at %d (%s, number %d) belongs to ordinary base64. JWTs use base64url: `-` for `+`, `_` for `/`.", f.Detail, p.Start+f.Start+1, p.Name, f.Start+1), "Encode with the URL-safe alphabet (Go: base64.RawURLEncoding).")
		})},
		{Rule{ID: "b64_pad", Title: "No padding", Spec: terms, Level: Must}, eachFlaw("b64_pad", func(_ *verification, p *Part, _ *Flaw) Outcome {
			return failed("b64_pad", "The "+p.Name+" ends with `=`. Padding is not allowed in a JWT.", "Leave the padding off (Go: base64.RawURLEncoding).").because("Some libraries accept it, so the same token has several spellings. golang-jwt does so only with WithPaddingAllowed.")
		})},
		{Rule{ID: "b64_other", Title: "No other characters", Spec: terms, Level: Must}, eachFlaw("b64_other", func(_ *verification, p *Part, f *Flaw) Outcome {
			return failed("b64_other", fmt.Sprintf("Character %s at %d (%s, number %d) is not in the base64url alphabet.", f.Detail, p.Start+f.Start+1, p.Name, f.Start+1), "Copy the token again. Its parts hold only A–Z, a–z, 0–9, `-` and `_`.")
		})},
		{Rule{ID: "b64_len", Title: "Each part has a possible length", Spec: spec.Ref{Name: "RFC 4648", Section: "4"}, Level: Must}, eachFlaw("b64_len", func(_ *verification, p *Part, _ *Flaw) Outcome {
			return failed("b64_len", fmt.Sprintf("The %s has %d characters, which cannot be base64url: one was lost or added.", p.Name, len(p.Encoded)), "Copy the whole token again; the last character is missed most often.")
		})},
		{Rule{ID: "b64_bits", Title: "The unused last bits are zero", Spec: spec.Ref{Name: "RFC 4648", Section: "3.5"}, Level: Should}, eachFlaw("b64_bits", func(s *verification, p *Part, _ *Flaw) Outcome {
			o := warned("b64_bits", fmt.Sprintf("The last character of the %s carries unused bits that are not zero. Several characters mean the same bytes there; this text was altered, or made by a bad encoder.", p.Name), "Never use the token's text as a key in a list of blocked tokens; use `jti`.")
			if !s.policy.Lenient {
				o.Status = StatusFail
			}
			return o.because("golang-jwt accepts this unless WithStrictDecoding is set, so two different texts count as one token.")
		})},
	}
}

// eachFlaw is a rule about one kind of flaw in any part: the first one is told.
func eachFlaw(id string, tell func(*verification, *Part, *Flaw) Outcome) func(*verification) Outcome {
	return func(s *verification) Outcome {
		if len(s.token.Parts) == 0 || s.token.Kind == Opaque {
			return notConcerned()
		}
		for i := range s.token.Parts {
			p := &s.token.Parts[i]
			if f := p.flaw(id); f != nil {
				o := tell(s, p, f)
				if o.Span == (Span{}) {
					o.Span = Span{p.Name, f.Start, f.End}
					if strings.HasPrefix(id, "json_") {
						o.Span = p.span(f.Start, f.End)
					}
				}
				return o
			}
		}
		return Pass()
	}
}

func jsonRules() []Check[verification] {
	grammar := spec.Ref{Name: "RFC 8259", Section: "2"}
	numbers := spec.Ref{Name: "RFC 8259", Section: "6"}
	return []Check[verification]{
		{Rule{ID: "json_syntax", Title: "Header and payload are JSON", Spec: spec.Ref{Name: "RFC 7519", Section: "7.2"}, Level: Must}, testSyntax},
		{Rule{ID: "json_type", Title: "Header and payload are objects", Spec: spec.Ref{Name: "RFC 7519", Section: "7.2"}, Level: Must}, testObjects},
		{Rule{ID: "json_trail", Title: "Nothing follows the object", Spec: grammar, Level: Must}, eachFlaw("json_trail", func(_ *verification, p *Part, f *Flaw) Outcome {
			return failed("json_trail", fmt.Sprintf("The %s has extra text after its end, at byte %d.", p.Name, f.Start+1), "Remove what follows the closing brace.").because("With WithJSONNumber golang-jwt v5.3.1 does not notice it.")
		})},
		{Rule{ID: "json_dup", Title: "No name occurs twice", Spec: spec.Ref{Name: "RFC 7519", Section: "4"}, Level: Must}, eachFlaw("json_dup", tellDuplicate)},
		{Rule{ID: "json_case", Title: "Registered names are in lower case", Spec: spec.Ref{Name: "RFC 7519", Section: "7.3"}, Level: Should}, testCase},
		{Rule{ID: "json_bom", Title: "No byte-order mark", Spec: spec.Ref{Name: "RFC 8259", Section: "8.1"}, Level: Must}, eachFlaw("json_bom", func(_ *verification, p *Part, _ *Flaw) Outcome {
			return failed("json_bom", "The "+p.Name+" starts with a byte-order mark. JSON in a token is plain UTF-8.", "Write the JSON without the mark; some editors add it.")
		})},
		{Rule{ID: "json_utf8", Title: "The text is UTF-8", Spec: spec.Ref{Name: "RFC 8725", Section: "3.7"}, Level: Must}, eachFlaw("json_utf8", func(_ *verification, p *Part, f *Flaw) Outcome {
			return failed("json_utf8", fmt.Sprintf("In the %s, %s at %d is not UTF-8.", p.Name, f.Detail, f.Start+1), "Encode the JSON in UTF-8 before you sign it.").because("golang-jwt accepts it and puts U+FFFD there, so two different names can become one.")
		})},
		{Rule{ID: "json_ctl", Title: "Values show as they are", Spec: spec.Ref{Name: "RFC 8259", Section: "7"}, Level: Choice}, eachFlaw("json_ctl", func(_ *verification, p *Part, f *Flaw) Outcome {
			return warned("json_ctl", fmt.Sprintf("The %s contains %s: what you see may not be what is there.", p.Name, f.Detail), "Show such values escaped, and refuse them in names of people and resources.")
		})},
		{Rule{ID: "json_bigint", Title: "Whole numbers survive every parser", Spec: numbers, Level: Should}, eachFlaw("json_bigint", tellBigInt)},
		{Rule{ID: "json_num", Title: "Numbers read the same everywhere", Spec: numbers, Level: Choice}, eachFlaw("json_num", func(_ *verification, p *Part, f *Flaw) Outcome {
			return warned("json_num", fmt.Sprintf("The %s has the number %s. Parsers print it differently, or refuse it.", p.Name, short(f.Detail)), "Write whole numbers without a fraction or an exponent; send anything longer as a string.")
		})},
		{Rule{ID: "json_depth", Title: "Not nested too deep", Spec: spec.Ref{Name: "RFC 8259", Section: "9"}, Level: Choice}, eachFlaw("json_depth", func(_ *verification, p *Part, _ *Flaw) Outcome {
			return failed("json_depth", fmt.Sprintf("The %s nests more than %d levels deep; refused.", p.Name, maxDepth), "Flatten it.").because("Deep nesting costs the reader stack and time. golang-jwt fails only past 10,000 levels.")
		})},
		{Rule{ID: "json_ws", Title: "Spaces and line breaks in the JSON", Spec: spec.Ref{Name: "RFC 7515", Section: "5.1"}, Level: Choice}, testWhitespace},
	}
}

// testSyntax tells the first part whose text is no JSON.
func testSyntax(s *verification) Outcome {
	var concerned bool
	for _, p := range []*Part{s.token.Header(), s.token.Payload()} {
		if p == nil || p.Encoded == "" || s.token.Kind == Opaque {
			continue
		}
		concerned = true
		f := p.flaw("json_syntax")
		if f == nil {
			continue
		}
		o := failed("json_syntax", fmt.Sprintf("The %s is not JSON: %s.", p.Name, describeFlaw(f)), "Sign JSON, and compare what was encoded with what you meant.").at(p.span(f.Start, max(f.End, f.Start+1)))
		switch {
		case p.Name == PartPayload && p.Value == nil && utf8.Valid(p.Bytes):
			o.Why = "As a signed message (JWS) this is fine; as a JWT it is not: its payload must be a JSON object. The text begins " + quoteShort(string(p.Bytes)) + "."
		case p.Name == PartPayload && p.Value == nil:
			o.Why = fmt.Sprintf("As a signed message (JWS) this is fine; as a JWT it is not. The bytes begin %x.", p.Bytes[:min(8, len(p.Bytes))])
		}
		return o
	}
	if !concerned {
		return notConcerned()
	}
	return Pass()
}

func testObjects(s *verification) Outcome {
	var concerned bool
	for _, p := range []*Part{s.token.Header(), s.token.Payload()} {
		if p == nil || p.Value == nil || p.flaw("json_syntax") != nil || s.token.Kind == Opaque {
			continue
		}
		concerned = true
		if p.Value.Kind == KindObject {
			continue
		}
		o := failed("json_type", fmt.Sprintf("The %s is JSON (%s), but it must be an object: {…}.", p.Name, p.Value.Kind), "Put the value into an object, under a name.").at(p.span(p.Value.Start, p.Value.End))
		if p.Value.Kind == KindNull && p.Name == PartPayload {
			o.Why = "golang-jwt v5.3.1 accepts a payload of null, as a token without claims."
		}
		return o
	}
	if !concerned {
		return notConcerned()
	}
	return Pass()
}

func tellDuplicate(s *verification, p *Part, f *Flaw) Outcome {
	o := failed("json_dup", fmt.Sprintf("In the %s, %s.", p.Name, describeFlaw(f)), "Write each name once.").
		because("golang-jwt and browsers take the last, other parsers the first, and go-jose refuses. Whoever checks one and uses the other has been deceived.")
	if p.Name == PartPayload && s.policy.Lenient {
		o.Status = StatusWarn
	}
	return o
}

func tellBigInt(_ *verification, p *Part, f *Flaw) Outcome {
	o := warned("json_bigint", fmt.Sprintf("The %s has the whole number %s. It is exact here; JavaScript, and Go unless told otherwise, keep about 16 digits of it.", p.Name, short(f.Detail)), "Send long identifiers as strings.")
	var rounded float64
	if _, err := fmt.Sscan(f.Detail, &rounded); err == nil && len(f.Detail) < 40 {
		o = o.compared(f.Detail, fmt.Sprintf("%.0f as a 64-bit float", rounded))
	}
	return o
}

// testCase finds registered names in another case, next to or instead of the right ones.
func testCase(s *verification) Outcome {
	if s.header == nil && s.payload == nil {
		return notConcerned()
	}
	for _, set := range []struct {
		part  *Part
		names []string
	}{
		{s.token.Header(), []string{"alg", "typ", "cty", "kid", "jku", "jwk", "crit", "enc", "zip", "x5u", "x5c", "x5t"}},
		{s.token.Payload(), []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}},
	} {
		v := set.part.Object()
		if v == nil {
			continue
		}
		for i := range v.Members {
			m := &v.Members[i]
			lower := strings.ToLower(m.Name)
			if lower == m.Name {
				continue
			}
			for _, name := range set.names {
				if name == lower {
					return warned("json_case", fmt.Sprintf("`%s` is not `%s`: names are case-sensitive.", m.Name, name), "Write `"+name+"`.").at(set.part.span(m.Start, m.Start+len(m.Name)+2)).
						because("Go structs match names in any case, so golang-jwt's RegisteredClaims reads `" + m.Name + "` where its MapClaims does not.")
				}
			}
		}
	}
	return Pass()
}

func testWhitespace(s *verification) Outcome {
	for _, p := range []*Part{s.token.Header(), s.token.Payload()} {
		if p.Object() != nil && p.flaw("json_ws") != nil {
			return informed("json_ws", "The "+p.Name+" has spaces or line breaks between its members. They are part of what is signed.")
		}
	}
	return notConcerned()
}

// short cuts a long number or text for a message.
func short(text string) string {
	const most = 48
	if len(text) <= most {
		return text
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

func quoteShort(text string) string {
	return fmt.Sprintf("%q", short(text))
}
