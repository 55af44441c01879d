package playground

import (
	"fmt"
	"slices"
	"strings"

	"claimcheck/playground/spec"
)

func claimRules() []Check[verification] {
	return []Check[verification]{
		{Rule{ID: "iss", Title: "`iss` is the trusted issuer", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1.1"}, Level: Must}, testIss},
		{Rule{ID: "aud", Title: "`aud` names this API", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1.3"}, Level: Must, Switchable: true}, testAud},
		{Rule{ID: "sub", Title: "`sub` is a name", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1.2"}, Level: Should}, testSub},
		{Rule{ID: "jti", Title: "`jti`, the token's number", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1.7"}, Level: Choice}, testJti},
		{Rule{ID: "require", Title: "Every required claim is there", Spec: spec.Ref{Name: "RFC 7519", Section: "4"}, Level: Choice, Switchable: true}, testRequired},
		{Rule{ID: "claims_none", Title: "There are registered claims", Spec: spec.Ref{Name: "RFC 7519", Section: "4.1"}, Level: Choice}, testNoClaims},
		{Rule{ID: "pii", Title: "Nothing that should be private", Spec: spec.Ref{Name: "RFC 7519", Section: "12"}, Level: Should}, testPrivate},
	}
}

func testIss(s *verification) Outcome {
	if s.payload == nil {
		return notConcerned()
	}
	v, want := s.payload.Get("iss"), s.policy.Issuer
	span := s.payloadSpan("iss")
	switch {
	case v == nil && want == "":
		return notConcerned()
	case v == nil:
		return failed("iss_missing", "You trust the issuer "+short(want)+"; the token names none.", "Let the issuer put `iss` in.").compared(want, "no `iss`")
	case v.Kind != KindString:
		return failed("iss_type", "`iss` must be a string, and is "+string(v.Kind)+".", "Write the issuer's name as a string.").at(span)
	case want == "":
		return informed("iss_unchecked", "You check no issuer; the token says "+short(v.Text)+".").at(span)
	case v.Text != want:
		return failed("iss_mismatch", "You trust "+short(want)+"; the token is from "+short(v.Text)+"."+nearMiss(want, v.Text), "Set the issuer to the exact text that the authorization server publishes as `issuer`, if you trust it.").compared(want, short(v.Text)).at(span).
			because("Issuers are compared byte by byte. Keys shared by several issuers make this the only thing that tells them apart.")
	}
	return passed("iss_ok", "Equal, byte for byte.").at(span)
}

// nearMiss says what is different between two names that are nearly equal.
func nearMiss(want, got string) string {
	switch {
	case strings.TrimRight(want, "/") == strings.TrimRight(got, "/"):
		return " They differ in a slash at the end."
	case strings.EqualFold(want, got):
		return " They differ in upper and lower case."
	case strings.TrimSpace(got) == want:
		return " They differ in a space."
	}
	strip := func(s string) string { return strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://") }
	if strip(want) == strip(got) {
		return " They differ in http and https."
	}
	n := 0
	for n < len(want) && n < len(got) && want[n] == got[n] {
		n++
	}
	if n >= 8 {
		return fmt.Sprintf(" They differ from character %d on.", n+1)
	}
	return ""
}

func testAud(s *verification) Outcome {
	if s.payload == nil {
		return notConcerned()
	}
	v, want := s.payload.Get("aud"), s.policy.Audience
	span := s.payloadSpan("aud")
	list, ok := s.payload.Strings("aud")
	switch {
	case v == nil && want == "":
		return notConcerned()
	case v == nil:
		return failed("aud_missing", "You are "+short(want)+"; the token does not say for whom it is.", "Let the issuer put `aud` in, with this API's name.").compared(want, "no `aud`")
	case !ok:
		return failed("aud_type", "`aud` must be a string or a list of strings, and is "+audKind(v)+".", "Write the names as strings.").at(span).
			because("golang-jwt v5.3.1 reports a number here as a missing claim.")
	case len(list) == 0:
		return failed("aud_empty", "`aud` is an empty list: the token is for nobody.", "Let the issuer name this API.").at(span)
	case want == "":
		return informed("aud_unchecked", "You check no audience; the token is for "+short(strings.Join(list, ", "))+".").at(span).
			because("Without this check, a token that another API received can be used here.")
	case !slices.Contains(list, want):
		miss := ""
		if len(list) == 1 {
			miss = nearMiss(want, list[0])
		}
		return failed("aud_mismatch", "You are "+short(want)+"; the token is for "+short(strings.Join(list, ", "))+"."+miss, "Ask for a token for this API. An ID token is for the client, never for an API.").compared(want, short(strings.Join(list, ", "))).at(span).
			because("Without this check, any API that receives a token could use it at the others.")
	case v.Kind == KindString:
		return passed("aud_ok", "One name, as a plain string: the same as a list of one.").at(span)
	case len(list) > 1:
		return passed("aud_ok", fmt.Sprintf("One of %d names. Each of those APIs could use this token at the others.", len(list))).at(span)
	}
	return passed("aud_ok", "").at(span)
}

func audKind(v *Value) string {
	if v.Kind == KindArray {
		return "a list with something else in it"
	}
	return string(v.Kind)
}

func testSub(s *verification) Outcome {
	v := s.payload.Get("sub")
	switch {
	case v == nil:
		return notConcerned()
	case v.Kind != KindString:
		return warned("sub_type", "`sub` must be a string, and is "+string(v.Kind)+".", "Write it in quotes. Long numbers lose digits in many parsers.").at(s.payloadSpan("sub"))
	case v.Text == "":
		return warned("sub_empty", "`sub` is empty.", "Name the user or the client, or leave `sub` out.").at(s.payloadSpan("sub"))
	}
	return Outcome{Status: StatusPass, Span: s.payloadSpan("sub")}
}

func testJti(s *verification) Outcome {
	v := s.payload.Get("jti")
	switch {
	case v == nil:
		return notConcerned()
	case v.Kind != KindString:
		return warned("jti_type", "`jti` must be a string, and is "+string(v.Kind)+".", "Write it in quotes.").at(s.payloadSpan("jti"))
	}
	return informed("jti", "A name for this one token. It stops a replay only where somebody remembers the numbers already seen.").at(s.payloadSpan("jti"))
}

// testRequired reports the required claims that are missing. A missing `exp` is
// refused by its own rule; this one must not pass then.
func testRequired(s *verification) Outcome {
	if s.payload == nil || len(s.policy.Require) == 0 {
		return notConcerned()
	}
	var missing []string
	for _, name := range s.policy.Require {
		if name != "exp" && s.payload.Get(name) == nil {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) == 0 && slices.Contains(s.policy.Require, "exp") && s.payload.Get("exp") == nil:
		return Skip("`exp` is missing: the rule `exp` refuses the token for that")
	case len(missing) == 0:
		return Pass()
	}
	return failed("claim_missing", "The token lacks what you require: "+short(strings.Join(missing, ", "))+".", "Let the issuer put it in.").compared(short(strings.Join(s.policy.Require, ", ")), "no "+short(strings.Join(missing, ", ")))
}

func testNoClaims(s *verification) Outcome {
	if s.payload == nil {
		return notConcerned()
	}
	for _, name := range []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"} {
		if s.payload.Get(name) != nil {
			return notConcerned()
		}
	}
	return informed("claims_none", "None of the seven registered claims is there. That is allowed; then issuer and reader have to agree on everything else.")
}

// testPrivate looks for what should not be readable by whoever holds the token.
func testPrivate(s *verification) Outcome {
	if s.payload == nil {
		return notConcerned()
	}
	for i := range s.payload.Members {
		m := &s.payload.Members[i]
		span := s.token.Payload().span(m.Start, m.Value.End)
		name := strings.ToLower(m.Name)
		switch {
		case slices.Contains([]string{"password", "passwd", "pwd", "secret", "client_secret", "api_key", "apikey", "private_key", "credit_card", "ssn"}, name), strings.Contains(m.Value.Text, "PRIVATE KEY-----"):
			return warned("pii", "`"+short(m.Name)+"` looks like a secret. Anyone who holds the token can read it: signing is not encryption.", "Take it out, and change it: it has been shown.").at(span)
		case slices.Contains([]string{"email", "phone_number", "address", "birthdate"}, name), m.Value.Kind == KindString && looksLikeMail(m.Value.Text):
			return warned("pii", "`"+short(m.Name)+"` is personal. Anyone who holds the token can read it: signing is not encryption.", "Send a number for the person, and let those who may know ask for the rest.").at(span)
		}
	}
	return notConcerned()
}

func looksLikeMail(text string) bool {
	user, host, ok := strings.Cut(text, "@")
	return ok && user != "" && strings.Contains(host, ".") && !strings.ContainsAny(text, " /:?")
}
