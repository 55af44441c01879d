package playground

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"math/big"

	"claimcheck/playground/spec"
)

func signatureRules() []Check[verification] {
	return []Check[verification]{
		{Rule{ID: "sig", Title: "The signature matches", Spec: spec.Ref{Name: "RFC 7515", Section: "5.2"}, Level: Must}, testSignature},
		{Rule{ID: "sig_highs", Title: "Low or high `s`", Spec: spec.Ref{Name: "RFC 7518", Section: "3.4"}, Level: Choice}, testHighS},
	}
}

// testSignature checks the signature, if nothing before it makes that
// impossible, and fills signature and key.
func testSignature(s *verification) Outcome {
	p := s.token.Signature()
	switch {
	case p == nil || s.token.Kind != JWS && s.token.Kind != SDJWT || len(s.token.Parts) != 3:
		return notConcerned()
	case s.alg == nil:
		return Skip("not run: there is no algorithm to check it with")
	case !s.allowed:
		return Skip("not run: the algorithm is not on the list")
	case s.critical():
		return Skip("not run: the header asks for what is not understood here")
	case s.twofold():
		return Skip("not run: the header is not sound JSON, so parsers may read different things in it")
	case len(s.usable) == 0:
		return Skip("not run: there is no key that may be used")
	case p.Encoded == "":
		s.signature = SignatureInvalid
		return failed("sig_bad", "There is no signature.", "Copy the whole token.").compared(s.expectedSize(), "0 bytes")
	case p.flaw("b64_char") != nil || p.flaw("b64_pad") != nil || p.flaw("b64_other") != nil || p.flaw("b64_len") != nil:
		return Skip("not run: the signature is not base64url")
	case !s.sound(s.token.Header()) || !s.sound(s.token.Payload()):
		return Skip("not run: a part is not base64url, so it is not clear what was signed")
	case !s.policy.Lenient && p.flaw("b64_bits") != nil:
		return Skip("not run: the signature is not in its one right spelling")
	}
	for _, k := range s.usable {
		s.key = k
		if VerifySignature(s.alg.name, s.token.SigningInput, p.Bytes, k.Public) == nil {
			s.signature = SignatureValid
			return passed("sig_ok", fmt.Sprintf("Made by someone who holds %s, over exactly these %d bytes. It says nothing about time or audience.", s.holder(), len(s.token.SigningInput))).at(Span{Part: PartSignature})
		}
	}
	s.signature = SignatureInvalid
	return s.tellMismatch(p.Bytes).at(Span{Part: PartSignature, Start: 0, End: len(p.Encoded)})
}

// critical says that the header changes the meaning of the signature, or may.
func (s *verification) critical() bool {
	b64 := s.header.Get("b64")
	return s.header.Get("crit") != nil || b64 != nil && b64.Text != "true"
}

// twofold says that two parsers may read the header differently, or one not at
// all: it must be one JSON object with unique names (RFC 7515 §4, §5.2).
func (s *verification) twofold() bool {
	for _, f := range s.token.Header().JSON {
		switch f.ID {
		case "json_syntax", "json_trail", "json_dup", "json_bom", "json_utf8", "json_depth":
			return true
		}
	}
	return false
}

// sound says that a part's text can be covered by a signature: it is base64url.
func (s *verification) sound(p *Part) bool {
	return p.Good || len(p.Base64) == 1 && p.Base64[0].ID == "b64_bits" && s.policy.Lenient
}

func (s *verification) holder() string {
	if s.alg.family == familyHMAC {
		return "this secret"
	}
	return "the private key to this public key"
}

func (s *verification) expectedSize() string {
	n := s.alg.size
	if key, ok := s.key.Public.(*rsa.PublicKey); ok {
		n = key.Size()
	}
	return count(n, "byte", "bytes")
}

// tellMismatch says what kind of mismatch it is.
func (s *verification) tellMismatch(signature []byte) Outcome {
	o := failed("sig_bad", "The signature does not match the key and these bytes.", "Check, in this order: the key, the secret's encoding, whether the token was changed or cut after signing, whether the key has been rotated.")
	o.Why = s.diagnose(signature)
	if o.Why != "" {
		o.Fix = "Change that one thing and check again."
	}
	size := s.alg.size
	if key, ok := s.key.Public.(*rsa.PublicKey); ok {
		size = key.Size()
	}
	switch {
	case len(signature) != size:
		o.Case, o.Message = "sig_len", s.wrongSize(signature, size)
		o = o.compared(count(size, "byte", "bytes"), count(len(signature), "byte", "bytes"))
	case s.alg.family == familyEC && allZero(signature):
		o.Case, o.Message = "sig_zero", "All bytes of the signature are zero. Some versions of Java accepted this for every message (CVE-2022-21449)."
		o.Fix = "Refuse it, and update a verifier that does not."
	case s.alg.name[0] == 'P' && s.otherSalt(signature):
		o.Case, o.Message = "sig_pss", "The signature is made with a salt of another length than the hash. PS algorithms want exactly the hash's length."
		o.Why, o.Fix = "golang-jwt and go-jose accept a salt of any length.", "Sign with a salt as long as the hash (OpenSSL: rsa_pss_saltlen:digest)."
	}
	return o
}

func (s *verification) wrongSize(signature []byte, size int) string {
	text := fmt.Sprintf("A signature by %s with this key has %d bytes; this one has %d.", s.alg.name, size, len(signature))
	if s.alg.family == familyEC && len(signature) > 8 && signature[0] == 0x30 {
		return text + " It begins with 0x30: the DER form. A JWS wants r and s side by side."
	}
	for i := range algorithms {
		if a := &algorithms[i]; a.family == s.alg.family && a.size == len(signature) && a.name != s.alg.name {
			return text + " That is the length of " + a.name + "."
		}
	}
	return text
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// otherSalt says whether the signature holds with a salt of any length.
func (s *verification) otherSalt(signature []byte) bool {
	key, ok := s.key.Public.(*rsa.PublicKey)
	if !ok {
		return false
	}
	h := s.alg.hash.New()
	h.Write([]byte(s.token.SigningInput))
	return rsa.VerifyPSS(key, s.alg.hash, h.Sum(nil), signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}) == nil
}

// testHighS notes that ECDSA has two signatures for everything.
func testHighS(s *verification) Outcome {
	if s.signature != SignatureValid || s.alg.family != familyEC {
		return notConcerned()
	}
	key, ok := s.key.Public.(*ecdsa.PublicKey)
	if !ok {
		return notConcerned()
	}
	b := s.token.Signature().Bytes
	value := new(big.Int).SetBytes(b[len(b)/2:])
	if value.Lsh(value, 1).Cmp(key.Curve.Params().N) <= 0 {
		return notConcerned()
	}
	return informed("sig_highs", "`s` is in the upper half. Its counterpart in the lower half is valid too, so the text of an ECDSA token is no unique name for it.")
}
