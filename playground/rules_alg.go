package playground

import (
	"slices"
	"strings"

	"claimcheck/playground/spec"
)

func algRules() []Check[verification] {
	return []Check[verification]{
		{Rule{ID: "alg", Title: "The header names a signature algorithm", Spec: spec.Ref{Name: "RFC 7515", Section: "4.1.1"}, Level: Must}, testAlg},
		{Rule{ID: "alg_specified", Title: "`alg` says all that there is to know", Spec: spec.Ref{Name: "RFC 9864", Section: "2.2"}, Level: Should}, testAlgSpecified},
		{Rule{ID: "alg_policy", Title: "`alg` is on the verifier's list", Spec: spec.Ref{Name: "RFC 8725", Section: "3.1"}, Level: Must, Switchable: true}, testAlgPolicy},
	}
}

// testAlg tells what the header names, and fills alg when it is one of ours.
func testAlg(s *verification) Outcome {
	if s.header == nil || s.token.Kind == JWE || s.token.Kind == Opaque {
		return notConcerned()
	}
	value := s.header.Get("alg")
	if value == nil || value.Kind != KindString || value.Text == "" {
		got := "no `alg`"
		if value != nil {
			got = "`alg` is " + string(value.Kind)
		}
		o := failed("alg_missing", "The header has no usable `alg`. Every signed token must name its algorithm.", "Put `alg` into the header, as a string.").compared("a string", got)
		if p := s.token.Payload(); value == nil && p != nil && p.Value == nil && len(p.Bytes) > 2 && len(p.Bytes) < 7 {
			o.Why = "This may be a signed cookie: some web frameworks write data, a time and a signature between dots, which is no JWT."
		}
		return o
	}
	span := s.token.Header().span(value.Start, value.End)
	name := value.Text
	if s.alg = algorithmOf(name); s.alg != nil {
		return Outcome{Status: StatusPass, Case: "alg_ok", Message: s.alg.words, Span: span}
	}
	return unknownAlg(s, name).at(span)
}

// unknownAlg has a word for each name that is none of ours.
func unknownAlg(s *verification, name string) Outcome {
	const list = "Keep a list of allowed algorithms, and compare names exactly."
	if name == "none" {
		if p := s.token.Signature(); p != nil && p.Encoded != "" {
			return failed("alg_none_sig", "`none` says that there is no signature, and yet there is one. With `none` the third part must be empty.", list)
		}
		return failed("alg_none", "An unsecured token: nothing proves who wrote it.", list).
			because("Anyone can write `none` into a header. golang-jwt refuses it unless the key is jwt.UnsafeAllowNoneSignatureType.")
	}
	for _, right := range append(Algorithms(), "none") {
		if strings.EqualFold(right, name) {
			return failed("alg_case", "`"+name+"` is not `"+right+"`: algorithm names are case-sensitive.", list).
				because("Spellings like `noNE` are made to get past a list of forbidden names. A list of allowed names has no such gap.")
		}
	}
	switch {
	case slices.Contains([]string{"RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512", "dir", "A128KW", "A192KW", "A256KW", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW", "PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW"}, name):
		return failed("alg_jwe", "`"+name+"` is an encryption algorithm, but this has the parts of a signed token.", "Sign with a signature algorithm, or encrypt into a token of five parts.")
	case name == "ES256K":
		return failed("alg_unknown", "`ES256K` (ECDSA on secp256k1) is a registered algorithm, but golang-jwt does not have it.", "Use ES256 or EdDSA, or a library that has it.")
	case name == "Ed448":
		return failed("alg_unknown", "`Ed448` is a fully specified name of RFC 9864: EdDSA on the larger curve, which golang-jwt does not have.", "Sign with an Ed25519 key, and write `Ed25519`, or use a library that has the curve.")
	case strings.HasPrefix(name, "ML-DSA-"):
		return failed("alg_unknown", "`"+name+"` is a post-quantum signature, which golang-jwt does not have.", "Use it only where every verifier knows it.")
	}
	return failed("alg_unknown", "`"+short(name)+"` is no signature algorithm that is known here.", "Use one of "+strings.Join(Algorithms(), ", ")+".")
}

// testAlgSpecified tells the two names of an Ed25519 signature apart. EdDSA is
// deprecated, which is no reason to refuse it.
func testAlgSpecified(s *verification) Outcome {
	if s.alg == nil || s.alg.family != familyEd25519 {
		return notConcerned()
	}
	if s.alg.name == ed25519Alg {
		return passed("alg_specified", "`Ed25519` names the curve too: nothing about the signature is left to the key.").
			because("The same signature goes by the older name `EdDSA` as well. To a verifier these are two names: its list must hold the one that the token says.")
	}
	o := informed("alg_polymorphic", "`EdDSA` names no curve: the key decides between Ed25519 and Ed448. RFC 9864 deprecates the name, and gives each curve one of its own.").
		because("Who offers `EdDSA` has not said which curve, so two sides can agree on the name and fail on the key. Verifiers still take it; many know no other name.")
	o.Fix = "Sign with `Ed25519` where every verifier knows it. The key and the signature stay the same kind."
	return o
}

func testAlgPolicy(s *verification) Outcome {
	switch {
	case s.alg == nil:
		if s.header != nil && s.header.String("alg") != "" && len(s.policy.Algorithms) > 0 && s.token.Kind != JWE {
			return s.notAllowed(s.header.String("alg"))
		}
		return notConcerned()
	case len(s.policy.Algorithms) == 0:
		s.allowed = true
		return warned("alg_any", "You allow every algorithm that fits the key. The token says `"+s.alg.name+"`.", "Set a list, best of one name. The verifier decides, never the token.").
			because("With an open list the token picks how it is judged. Typed keys stop the worst of it here: an RSA key never serves as a secret.")
	case !slices.Contains(s.policy.Algorithms, s.alg.name):
		return s.notAllowed(s.alg.name)
	}
	s.allowed = true
	return Outcome{Status: StatusPass, Message: "`" + s.alg.name + "` is in the list."}
}

func (s *verification) notAllowed(name string) Outcome {
	o := failed("alg_policy", "The token says `"+short(name)+"`; you allow "+strings.Join(s.policy.Algorithms, ", ")+". The verifier decides, never the token.", "If the issuer really signs so, add it to the list. If not, the token is a forgery or is meant for somebody else.").
		compared(strings.Join(s.policy.Algorithms, ", "), short(name))
	if v := s.header.Get("alg"); v != nil {
		o.Span = s.token.Header().span(v.Start, v.End)
	}
	return o
}
