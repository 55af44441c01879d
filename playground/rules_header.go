package playground

import (
	"fmt"
	"slices"
	"strings"

	"claimcheck/playground/spec"
)

func headerRules() []Check[verification] {
	claims := spec.Ref{Name: "RFC 8725", Section: "3.10"}
	return []Check[verification]{
		{Rule{ID: "crit", Title: "Every critical extension is understood", Spec: spec.Ref{Name: "RFC 7515", Section: "4.1.11"}, Level: Must}, testCrit},
		{Rule{ID: "hdr_b64", Title: "The payload is encoded", Spec: spec.Ref{Name: "RFC 7797", Section: "7"}, Level: Must}, testB64},
		{Rule{ID: "hdr_typ", Title: "`typ` is the expected kind of token", Spec: spec.Ref{Name: "RFC 8725", Section: "3.11"}, Level: Should, Switchable: true}, testTyp},
		{Rule{ID: "hdr_cty", Title: "The payload is claims, not another token", Spec: spec.Ref{Name: "RFC 7519", Section: "5.2"}, Level: Must}, testCty},
		{Rule{ID: "hdr_key", Title: "The token brings no key of its own", Spec: claims, Level: Should}, testHeaderKey},
		{Rule{ID: "hdr_kid", Title: "`kid` is a plain name", Spec: claims, Level: Should}, testKid},
		{Rule{ID: "hdr_zip", Title: "Not compressed", Spec: spec.Ref{Name: "RFC 7516", Section: "4.1.3"}, Level: Should}, testZip},
	}
}

// headerSpan marks a member of the header.
func (s *verification) headerSpan(name string) Span {
	v := s.header.Get(name)
	if v == nil {
		return Span{}
	}
	return s.token.Header().span(v.Start, v.End)
}

// testCrit refuses every extension, because none is understood here.
func testCrit(s *verification) Outcome {
	v := s.header.Get("crit")
	if v == nil {
		return notConcerned()
	}
	const fix = "Refuse the token. A producer lists in `crit` only what every receiver must understand."
	const why = "golang-jwt v5.3.1 ignores `crit`. The same fault in other libraries is CVE-2025-59420 and CVE-2026-32597."
	fault := func(id, message string) Outcome {
		return failed(id, message, fix).because(why).at(s.headerSpan("crit"))
	}
	if v.Kind != KindArray {
		return fault("crit_type", "`crit` must be a list of names, and is "+string(v.Kind)+".")
	}
	if len(v.Items) == 0 {
		return fault("crit_empty", "`crit` is an empty list, which is not allowed.")
	}
	var seen []string
	for i := range v.Items {
		name := v.Items[i].Text
		switch {
		case v.Items[i].Kind != KindString:
			return fault("crit_type", "`crit` must be a list of names, and holds "+string(v.Items[i].Kind)+".")
		case slices.Contains(seen, name):
			return fault("crit_duplicate", "`crit` lists `"+short(name)+"` twice.")
		case slices.Contains([]string{"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"}, name):
			return fault("crit_registered", "`crit` lists `"+name+"`, which is no extension: the standard defines it.")
		case s.header.Get(name) == nil:
			return fault("crit_missing", "`crit` lists `"+short(name)+"`, which the header does not have.")
		}
		seen = append(seen, name)
	}
	return fault("crit_unknown", "`crit` lists `"+short(strings.Join(seen, "`, `"))+"`, which this verifier does not understand, so the token must be refused.")
}

func testB64(s *verification) Outcome {
	v := s.header.Get("b64")
	if v == nil {
		return notConcerned()
	}
	if v.Text == "true" {
		return informed("hdr_b64", "`b64` is true, which is the default.").at(s.headerSpan("b64"))
	}
	return failed("hdr_b64", "`b64` asks for a payload that is not encoded. JWTs must not use it.", "Encode the payload and leave `b64` out.").
		because("golang-jwt v5.3.1 ignores `b64` and verifies as if it were not there.").at(s.headerSpan("b64"))
}

// mediaType is a "typ" or "cty" without the prefix that may be left off, in
// lower case: media types have no case (RFC 7515 §4.1.9).
func mediaType(value string) string {
	value = strings.ToLower(value)
	if short, ok := strings.CutPrefix(value, "application/"); ok && !strings.Contains(short, "/") {
		return short
	}
	return value
}

func testTyp(s *verification) Outcome {
	if s.header == nil || s.token.Kind == JWE {
		return notConcerned()
	}
	v, want := s.header.Get("typ"), s.policy.Type
	switch {
	case v != nil && v.Kind != KindString:
		return failed("hdr_typ_type", "`typ` must be a string, and is "+string(v.Kind)+".", "Write the type as a string, such as `at+jwt`.").at(s.headerSpan("typ"))
	case want != "" && v == nil:
		return failed("hdr_typ_missing", "You expect `typ` "+want+"; the token has none.", "See whether this is the right kind of token. An ID token, for instance, is not for an API.").compared(want, "no `typ`")
	case want != "" && mediaType(v.Text) != mediaType(want):
		return failed("hdr_typ_mismatch", "You expect `typ` "+want+"; the token is `"+short(v.Text)+"`.", "Send the kind of token that this place is for.").compared(want, short(v.Text)).at(s.headerSpan("typ")).
			because("Two kinds of token from one issuer share its keys. The type keeps one from passing for the other.")
	case v == nil:
		return informed("hdr_typ_missing", "The header has no `typ`. That is allowed, but then nothing tells this token from other kinds.")
	case want == "" && s.profile.Name != "" && s.profile.explicit:
		return informed("hdr_typ", "`typ` says "+s.profile.Name+".").at(s.headerSpan("typ"))
	case want == "" && v.Text == "JWT":
		return informed("hdr_typ", "`JWT` says only that this is a JWT, not which kind.")
	case want == "" && strings.EqualFold(v.Text, "JWT"):
		return informed("hdr_typ", "`"+v.Text+"`: the standard recommends upper case, `JWT`.")
	case want == "":
		return informed("hdr_typ", "`typ` is `"+short(v.Text)+"`. You do not ask for a type.")
	}
	return Outcome{Status: StatusPass, Message: "`" + v.Text + "`"}
}

func testCty(s *verification) Outcome {
	if s.header == nil {
		return notConcerned()
	}
	p := s.token.Payload()
	inner := p != nil && p.Value == nil && strings.Count(string(p.Bytes), ".") >= 2 && strings.HasPrefix(string(p.Bytes), "eyJ")
	switch says := mediaType(s.header.String("cty")) == "jwt"; {
	case says && inner:
		return informed("hdr_cty", "A nested JWT: the payload is itself a token. "+layers(string(p.Bytes))+" Each layer has to be verified on its own.").at(s.headerSpan("cty"))
	case says:
		return informed("hdr_cty", "`cty` says that the payload is a token.").at(s.headerSpan("cty"))
	case inner:
		return warned("hdr_cty", "The payload is itself a token, but `cty` does not say so.", "Put `\"cty\":\"JWT\"` into the header of the outer token.")
	case s.header.Get("cty") != nil:
		return informed("hdr_cty", "`cty` is `"+short(s.header.String("cty"))+"`. For a payload of claims it is best left out.").at(s.headerSpan("cty"))
	}
	return notConcerned()
}

// maxLayers is how deep tokens inside tokens are told.
const maxLayers = 3

// layers says what lies inside a token, from the outside in.
func layers(text string) string {
	var words []string
	for range maxLayers {
		t := Decode(text, true)
		header := t.Header().Object()
		if t.Kind != JWS && t.Kind != JWE || header == nil {
			break
		}
		name := "a signed token"
		if t.Kind == JWE {
			name = "an encrypted token"
		}
		words = append(words, name+" (`"+short(header.String("alg"))+"`)")
		p := t.Payload()
		if p == nil || p.Value != nil {
			break
		}
		text = string(p.Bytes)
	}
	if len(words) == 0 {
		return ""
	}
	return "Inside: " + strings.Join(words, ", and in that ") + "."
}

// testHeaderKey warns of a key that the token carries or points to.
func testHeaderKey(s *verification) Outcome {
	for _, name := range []string{"jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"} {
		v := s.header.Get(name)
		if v == nil {
			continue
		}
		if name == "jwk" && s.profile.Name == profileDPoP {
			return informed("hdr_key", "`jwk` is this proof's own key: DPoP wants it there. It proves possession of that key and nothing about who the sender is.").at(s.headerSpan(name))
		}
		verb := "points to"
		if name == "jwk" || name == "x5c" {
			verb = "brings"
		}
		message := "The token " + verb + " its own key (`" + name + "`). It was not used, and nothing was fetched."
		if carried := s.token.Header().CarriedKey(name); carried != "" {
			message += " " + carried
		}
		return warned("hdr_key", message, "Take keys from the issuer that you configured, and use `kid` to find one among them.").
			because("A verifier that trusts a key from the token accepts what anyone signs with a key of their own (CVE-2018-0114).").at(s.headerSpan(name))
	}
	return notConcerned()
}

func testKid(s *verification) Outcome {
	v := s.header.Get("kid")
	if v == nil {
		return notConcerned()
	}
	const fix = "Look the name up in the list of keys that you have, and nowhere else: never in a file path, a query or a URL."
	var look string
	switch text := v.Text; {
	case v.Kind != KindString:
		return warned("hdr_kid", "`kid` must be a string, and is "+string(v.Kind)+".", fix).at(s.headerSpan("kid"))
	case strings.Contains(text, "../") || strings.HasPrefix(text, "/") || strings.Contains(text, `..\`):
		look = "a file path"
	case strings.Contains(text, "://"):
		look = "a URL"
	case strings.ContainsAny(text, `'";`) || strings.Contains(strings.ToLower(text), "union select"):
		look = "a piece of a query"
	case strings.ContainsAny(text, "|`$\x00\n"):
		look = "a shell command"
	case len(text) > 256:
		return warned("hdr_kid", fmt.Sprintf("`kid` has %d characters.", len(text)), fix).at(s.headerSpan("kid"))
	default:
		return Pass()
	}
	return warned("hdr_kid", "`kid` looks like "+look+". It is only a name for a key that you already trust.", fix).at(s.headerSpan("kid")).
		because("Verifiers that open a file or ask a database by this name have been made to use a key of the attacker's choice.")
}

func testZip(s *verification) Outcome {
	if s.header.Get("zip") == nil || s.token.Kind == JWE {
		return notConcerned()
	}
	return warned("hdr_zip", "`zip` belongs to encrypted tokens; here it means nothing.", "Leave it out.").at(s.headerSpan("zip"))
}
