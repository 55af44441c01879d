package playground

import (
	"fmt"
	"strings"

	"claimcheck/playground/spec"
)

func shapeRules() []Check[verification] {
	return []Check[verification]{
		{Rule{ID: "shape", Title: "Three parts: header, payload, signature", Spec: spec.Ref{Name: "RFC 7515", Section: "7.1"}, Level: Must}, testShape},
		{Rule{ID: "shape_3e", Title: "The signature is not empty", Spec: spec.Ref{Name: "RFC 7515", Section: "5.2"}, Level: Must}, testNullSignature},
		{Rule{ID: "shape_sd", Title: "Disclosures match their digests", Spec: spec.Ref{Name: "RFC 9901", Section: "7.1"}, Level: Must}, testDisclosures},
	}
}

func testShape(s *verification) Outcome {
	t := s.token
	n := len(t.Parts)
	switch {
	case strings.TrimSpace(t.Text) == "" || len(t.Input) > MaxToken:
		return notConcerned()
	case t.Kind == JSON:
		return failed("shape_json", "This is a JSON serialisation. A JWT is always in the compact form: parts joined by dots.", "Use the compact form. If your API takes both, take them at different places.").
			because("A program that reads both forms at one place can be made to check one payload and use another: CVE-2022-39227.")
	case t.Kind == Opaque:
		return informed("shape_opaque", "No dot, no JSON: an opaque token, a string without a meaning of its own. Its issuer can look it up.").
			because("An API asks the issuer about it (introspection, RFC 7662).")
	case n == 0 || t.Kind == Other && foreignName(t.Text) != "":
		return s.otherShape()
	case n == 1:
		return s.onePart()
	case n == 2:
		return failed("shape_2", "Two parts: the signature and its dot are missing.", "Copy the whole token. An unsigned token still ends with a dot.").compared("3 parts", "2 parts")
	case t.Kind == JWE:
		return s.encrypted()
	case n > 3:
		at := t.Parts[3].Start
		return failed("shape_4", fmt.Sprintf("%d parts. Three make a signed token (JWS), five an encrypted one (JWE). The fourth begins at character %d.", n, at+1), "Look for two tokens glued together, or a dot too many.").
			at(Span{PartToken, at, len(t.Text)}).compared("3 parts", count(n, "part", "parts"))
	case t.Parts[0].Encoded == "":
		return failed("shape_empty", "The header is empty: the text begins with a dot.", "Copy the whole token.").at(Span{PartToken, 0, 1})
	case t.Parts[1].Encoded == "":
		return failed("shape_empty", "The payload is empty. A token with its payload elsewhere is a detached JWS, and no JWT.", "Copy the whole token, or put the payload back between the dots.").at(Span{PartToken, t.Parts[1].Start - 1, t.Parts[1].Start + 1})
	}
	return Pass()
}

func (s *verification) otherShape() Outcome {
	if name := foreignName(strings.TrimSpace(s.token.Text)); name != "" {
		return informed("shape_other", "This is "+name+", not a JWT.")
	}
	if v, _ := ScanJSON([]byte(strings.TrimSpace(s.token.Text))); v.Get("kty") != nil || v.Get("keys") != nil {
		return informed("shape_other", "This is a key (JWK), not a token. It belongs in the field for the key.")
	}
	return informed("shape_other", "This is JSON as it stands, not a token. A JWT is made of it by signing: its place is under “Build a token”.")
}

func (s *verification) onePart() Outcome {
	p := &s.token.Parts[0]
	o := failed("shape_1", "One part only. A signed JWT has three: header.payload.signature.", "Copy the whole token.").compared("3 parts", "1 part")
	switch v := p.Object(); {
	case v != nil && v.Get("alg") != nil:
		o.Message += " This part looks like a header."
	case v != nil:
		o.Message += " This part looks like a payload."
	case strings.HasPrefix(p.Encoded, "eyJ"):
		o.Message += " It begins like a header and breaks off."
	}
	return o
}

// encrypted describes a JWE, of which only the header can be read.
func (s *verification) encrypted() Outcome {
	if s.header != nil && s.header.Get("enc") == nil {
		return failed("shape_5", "Five parts, as in an encrypted token, but the header has no `enc`.", "See whether two tokens were glued together.").at(Span{Part: PartHeader})
	}
	sizes := make([]string, 0, 4)
	for i := 1; i < 5; i++ {
		sizes = append(sizes, fmt.Sprintf("%s %d bytes", strings.ReplaceAll(s.token.Parts[i].Name, "_", " "), len(s.token.Parts[i].Bytes)))
	}
	o := informed("shape_5", fmt.Sprintf("This is an encrypted token (JWE): alg `%s`, enc `%s`. Only its header can be read here. Parts: %s.", s.header.String("alg"), s.header.String("enc"), strings.Join(sizes, ", ")))
	return o.because("golang-jwt does not read JWE. Decrypted is not signed: what is inside must still be verified.")
}

func testNullSignature(s *verification) Outcome {
	p := s.token.Signature()
	if p == nil || p.Encoded != "" {
		return notConcerned()
	}
	if strings.EqualFold(s.header.String("alg"), "none") {
		return notConcerned() // the rule about alg has the word
	}
	return failed("shape_3e", "The signature is empty: the token was cut off, or this is the null-signature attack.", "Copy the whole token. With any `alg` but `none` a verifier must refuse an empty signature.").at(Span{PartToken, max(p.Start-1, 0), p.Start})
}
