package playground

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"claimcheck/playground/spec"
)

// maxCandidates is how many keys of a set are tried when the token names none.
const maxCandidates = 8

func keyRules() []Check[verification] {
	identification := spec.Ref{Name: "RFC 7515", Section: "6"}
	return []Check[verification]{
		{Rule{ID: "key", Title: "You have a key that you trust", Spec: identification, Level: Must}, testKey},
		{Rule{ID: "key_set", Title: "The key is found", Spec: spec.Ref{Name: "RFC 7517", Section: "4.5"}, Level: Must}, testKeySet},
		{Rule{ID: "key_type", Title: "The key fits `alg` and may be used for it", Spec: spec.Ref{Name: "RFC 7518", Section: "3.1"}, Level: Must}, testKeyType},
		{Rule{ID: "key_short", Title: "The secret is at least as long as the hash", Spec: spec.Ref{Name: "RFC 7518", Section: "3.2"}, Level: Must}, testKeyShort},
		{Rule{ID: "key_private", Title: "Only the public half is needed", Spec: spec.Ref{Name: "RFC 7517", Section: "9.2"}, Level: Choice}, testKeyPrivate},
		{Rule{ID: "key_pem", Title: "How the key was read", Spec: identification, Level: Choice}, testKeyNotes},
		{Rule{ID: "key_enc", Title: "The secret's encoding", Spec: spec.Ref{Name: "RFC 7518", Section: "3.2"}, Level: Choice}, testKeyEncoding},
		{Rule{ID: "key_zero", Title: "The secret does not end with zero bytes", Spec: spec.Ref{Name: "RFC 2104", Section: "2"}, Level: Choice}, testKeyZero},
	}
}

func testKey(s *verification) Outcome {
	if s.token.Kind != JWS && s.token.Kind != SDJWT {
		return notConcerned()
	}
	switch {
	case s.keys == nil || len(s.keys.raw) == 0 && len(s.keys.Keys) == 0 && s.keys.Problem == nil:
		need := "the issuer's key"
		if s.alg != nil {
			need = s.alg.needs()
		}
		return informed("key_none", "Decoded, not verified: anyone could have written this. To verify it, give "+need+".").because("A key comes from you, never from the token.")
	case s.keys.Problem != nil:
		p := s.keys.Problem
		return failed(p.ID, p.Message, p.Fix)
	}
	source := s.keys.Source
	if source == "" {
		source = "pasted by you"
	}
	return passed("key_source", "The key: "+source+". Not taken from the token.")
}

// testKeySet fills candidates: the keys among those trusted that the token may mean.
func testKeySet(s *verification) Outcome {
	if s.keys == nil || s.keys.Problem != nil || len(s.keys.Keys) == 0 {
		return notConcerned()
	}
	kid := s.header.String("kid")
	if s.policy.ExactKeyID && kid != "" {
		return s.byExactKid(kid)
	}
	if len(s.keys.Keys) == 1 {
		k := &s.keys.Keys[0]
		s.candidates = []*Key{k}
		if kid != "" && k.ID != "" && k.ID != kid {
			return warned("key_kid", fmt.Sprintf("The token names the key `%s`; yours is `%s`. Tried it all the same, as you have only one.", short(kid), short(k.ID)), "See whether the issuer has a newer key.").compared(short(kid), short(k.ID))
		}
		return notConcerned()
	}
	if kid == "" {
		return s.withoutKid()
	}
	if s.named(kid); len(s.candidates) == 0 {
		return s.kidUnknown(kid)
	}
	return Outcome{Status: StatusPass, Message: fmt.Sprintf("One of %d keys: the one that `kid` %s names.", len(s.keys.Keys), short(kid))}
}

// named takes every key of the set with this name.
func (s *verification) named(kid string) {
	for i := range s.keys.Keys {
		if k := &s.keys.Keys[i]; k.ID == kid && len(s.candidates) < maxCandidates {
			s.candidates = append(s.candidates, k)
		}
	}
}

// byExactKid takes the keys of this name, or else those without one, and no
// others: which key it was must be known (RFC 7515 §6).
func (s *verification) byExactKid(kid string) Outcome {
	if s.named(kid); len(s.candidates) > 0 {
		return Outcome{Status: StatusPass, Message: "The set has the key that `kid` names, " + short(kid) + "."}
	}
	if s.named(""); len(s.candidates) == 0 {
		return s.kidUnknown(kid)
	}
	return informed("key_jwks", "No key of the set is named "+short(kid)+"; tried those without a name.")
}

func (s *verification) kidUnknown(kid string) Outcome {
	names := make([]string, len(s.keys.Keys))
	for i := range s.keys.Keys {
		names[i] = s.keys.Keys[i].ID
	}
	return failed("key_jwks", fmt.Sprintf("The token names the key `%s`, which is not in the set: %s.", short(kid), short(strings.Join(names, ", "))), "The issuer may have changed its keys since: fetch the set again. If the name is still missing, refuse.").compared(short(kid), short(strings.Join(names, ", "))).at(s.headerSpan("kid"))
}

// withoutKid takes every key of the set that fits.
func (s *verification) withoutKid() Outcome {
	if s.alg == nil {
		return notConcerned()
	}
	for i := range s.keys.Keys {
		if k := &s.keys.Keys[i]; k.unfit(s.alg.name) == nil && len(s.candidates) < maxCandidates {
			s.candidates = append(s.candidates, k)
		}
	}
	if len(s.candidates) == 0 {
		return failed("key_jwks", fmt.Sprintf("The token has no `kid`, and none of the %d keys fits %s.", len(s.keys.Keys), s.alg.name), "Give the set that the issuer signs with.")
	}
	return informed("key_jwks", fmt.Sprintf("The token has no `kid`; %s of the set fit %s.", count(len(s.candidates), "key", "keys"), s.alg.name))
}

// testKeyType fills usable: the candidates that nothing speaks against.
func testKeyType(s *verification) Outcome {
	if s.alg == nil || len(s.candidates) == 0 {
		return notConcerned()
	}
	var problem *KeyError
	for _, k := range s.candidates {
		s.key = k
		if p := k.unfit(s.alg.name); p != nil {
			problem = p
			continue
		}
		s.usable = append(s.usable, k)
	}
	if len(s.usable) > 0 {
		s.key = s.usable[0]
		if secret, ok := s.key.Public.([]byte); ok && bytes.Contains(secret, []byte("-----BEGIN ")) {
			s.usable = nil
			return failed("key_pemsecret", "The secret is the text of a PEM key. If it is a public key, everybody has that secret.", "Give the key as a key, and allow only the algorithm that its issuer signs with.")
		}
		return passed("key_type", s.alg.name+" with "+s.key.Words()+".")
	}
	o := failed(problem.ID, problem.Message, problem.Fix).compared(s.alg.needs(), s.key.Words())
	if problem.ID == "key_pemsecret" && s.confused() {
		o.Message = "The token was signed with your public key taken as a secret: this is a forgery, the algorithm-confusion attack."
	}
	return o.because(confusionWhy(problem.ID))
}

func confusionWhy(id string) string {
	if id != "key_pemsecret" {
		return ""
	}
	return "The header says HS, and a verifier that lets the token choose would compute an HMAC with the text of the public key (CVE-2015-9235)."
}

// confused says whether the signature is an HMAC under the text of the public
// key, with or without its last line break.
func (s *verification) confused() bool {
	p := s.token.Signature()
	if p == nil {
		return false
	}
	text := bytes.TrimSpace(s.keys.raw)
	for _, secret := range [][]byte{s.keys.raw, text, append(slices.Clone(text), '\n')} {
		h := hmac.New(s.alg.hash.New, secret)
		h.Write([]byte(s.token.SigningInput))
		if hmac.Equal(h.Sum(nil), p.Bytes) {
			return true
		}
	}
	return false
}

func (s *verification) secret() ([]byte, bool) {
	if s.key == nil || s.alg == nil || s.alg.family != familyHMAC {
		return nil, false
	}
	secret, ok := s.key.Public.([]byte)
	return secret, ok && len(secret) > 0
}

func testKeyShort(s *verification) Outcome {
	secret, ok := s.secret()
	if !ok {
		return notConcerned()
	}
	least := s.alg.shortSecret()
	switch {
	case obviousSecret(secret):
		return warned("key_weak", "The secret is one of the first that anybody tries.", fmt.Sprintf("Use at least %d random bytes.", least)).
			because("Whoever has one token can try secrets at leisure, more than a million a second on one processor core, and then sign as the issuer.")
	case len(secret) < least:
		return warned("key_short", fmt.Sprintf("The secret is %s; %s needs at least %d.", count(len(secret), "byte", "bytes"), s.alg.name, least), fmt.Sprintf("Use at least %d random bytes.", least)).
			because("Whoever has one token can try secrets at leisure, more than a million a second on one processor core.").compared(count(least, "byte", "bytes"), count(len(secret), "byte", "bytes"))
	}
	return Outcome{Status: StatusPass, Message: count(len(secret), "byte", "bytes") + "."}
}

func testKeyPrivate(s *verification) Outcome {
	if s.key == nil || s.key.Private == nil || s.keys.Form == "keys" {
		return notConcerned()
	}
	return warned("key_private", "That is a private key. Verifying needs only the public half, and used only that.", "Never paste a private key that signs anything real.")
}

// testKeyNotes shows what was done to the key's text.
func testKeyNotes(s *verification) Outcome {
	if s.keys == nil || len(s.keys.Notes) == 0 {
		return notConcerned()
	}
	texts := make([]string, len(s.keys.Notes))
	for i, n := range s.keys.Notes {
		texts[i] = n.Message
	}
	return informed(s.keys.Notes[0].ID, strings.Join(texts, " "))
}

// testKeyEncoding hints that a secret read as text may be an encoded one.
func testKeyEncoding(s *verification) Outcome {
	secret, ok := s.secret()
	if !ok || s.keys.Form != "secret" || s.keys.encoding != UTF8 && s.keys.encoding != "" {
		return notConcerned()
	}
	text := string(secret)
	if b, err := hex.DecodeString(text); err == nil && len(b) >= 16 {
		return informed("key_enc", fmt.Sprintf("The secret was read as text. It looks like hexadecimal: %d bytes when decoded.", len(b)))
	}
	trimmed := strings.TrimRight(text, "=")
	for _, e := range []struct {
		name string
		enc  *base64.Encoding
	}{{"base64", base64.RawStdEncoding}, {"base64url", base64.RawURLEncoding}} {
		if b, err := e.enc.DecodeString(trimmed); err == nil && len(b) >= 16 && strings.ContainsAny(text, "0123456789+/=") {
			return informed("key_enc", fmt.Sprintf("The secret was read as text. It looks like %s: %d bytes when decoded.", e.name, len(b)))
		}
	}
	return notConcerned()
}

func testKeyZero(s *verification) Outcome {
	secret, ok := s.secret()
	if !ok || secret[len(secret)-1] != 0 {
		return notConcerned()
	}
	return informed("key_zero", "The secret ends with a zero byte. HMAC fills short keys up with zeros, so the same secret without it verifies too.")
}
