package playground

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"claimcheck/playground/spec"
)

// jweRules are the rules of [Decrypt], in the order in which they run.
func jweRules() []Check[decryption] {
	rfc := func(name, section string) spec.Ref { return spec.Ref{Name: name, Section: section} }
	return []Check[decryption]{
		{Rule{ID: "jwe_shape", Title: "Five parts, base64url", Spec: rfc("RFC 7516", "7.1"), Level: Must}, testJWEShape},
		{Rule{ID: "jwe_header", Title: "The header is one JSON object", Spec: rfc("RFC 7516", "5.2"), Level: Must}, testJWEHeader},
		{Rule{ID: "jwe_alg", Title: "`alg` is a way to get at the key", Spec: rfc("RFC 7518", "4.1"), Level: Must}, testJWEAlg},
		{Rule{ID: "jwe_enc", Title: "`enc` is a known encryption", Spec: rfc("RFC 7518", "5.1"), Level: Must}, testJWEEnc},
		{Rule{ID: "jwe_sizes", Title: "Initialization vector and tag have their size", Spec: rfc("RFC 7518", "5.1"), Level: Must}, testJWESizes},
		{Rule{ID: "jwe_direct", Title: "No encrypted key where none is sent", Spec: rfc("RFC 7516", "5.2"), Level: Must}, testJWEDirect},
		{Rule{ID: "jwe_crit", Title: "Nothing critical is left unread", Spec: rfc("RFC 7516", "4.1.13"), Level: Must}, testJWECrit},
		{Rule{ID: "jwe_p2c", Title: "The password is not hashed without end", Spec: rfc("RFC 7518", "4.8.1.2"), Level: Choice}, testJWEIterations},
		{Rule{ID: "jwe_zip", Title: "Not compressed before it was encrypted", Spec: rfc("RFC 8725", "3.6"), Level: Should}, testJWEZip},
		{Rule{ID: "jwe_key", Title: "The key fits and may be used for it", Spec: rfc("RFC 7516", "5.2"), Level: Must}, testJWEKey},
		{Rule{ID: "jwe_open", Title: "It opens", Spec: rfc("RFC 7516", "5.2"), Level: Must}, testJWEOpen},
		{Rule{ID: "jwe_signed", Title: "What is inside is signed", Spec: rfc("RFC 7519", "11.2"), Level: Should}, testJWESigned},
	}
}

// refuse is a failed outcome after which nothing is opened.
func (s *decryption) refuse(message, fix string) Outcome {
	s.refused = true
	return Outcome{Status: StatusFail, Message: message, Fix: fix}
}

func testJWEShape(s *decryption) Outcome {
	if s.token.Kind != JWE || len(s.token.Parts) != 5 {
		return s.refuse("This is not a JWE: an encrypted token in the compact form has five parts.", "To check a signed token, verify it.")
	}
	for i := range s.token.Parts {
		if p := &s.token.Parts[i]; !p.Good {
			return s.refuse("The part `"+p.Name+"` is not base64url in its one right spelling.", "Copy the whole token again.").at(Span{Part: p.Name, End: len(p.Encoded)})
		}
	}
	return Pass()
}

func testJWEHeader(s *decryption) Outcome {
	if len(s.token.Parts) != 5 {
		return notConcerned()
	}
	if s.header == nil {
		return s.refuse("The header is not a JSON object.", "Copy the whole token again.")
	}
	for i := range s.token.Header().JSON {
		switch f := &s.token.Header().JSON[i]; f.ID {
		case "json_syntax", "json_trail", "json_dup", "json_bom", "json_utf8", "json_depth":
			return s.refuse("The header is not sound JSON: "+describeFlaw(f)+".", "Two parsers could read different things in it. Have its issuer repair it.")
		}
	}
	return Pass()
}

// encSizes are the content encryptions of RFC 7518 §5.1 and the length of
// their keys in bytes.
func encSizes() map[string]int {
	return map[string]int{"A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64, "A128GCM": 16, "A192GCM": 24, "A256GCM": 32}
}

// jweKey is the family of key that an "alg" takes (RFC 7518 §4.1) and, for a
// secret, its length in bytes; 0 is any.
func jweKey(alg, enc string) (f family, size int) {
	switch alg {
	case "RSA-OAEP", "RSA-OAEP-256", "RSA1_5":
		return familyRSA, 0
	case "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW":
		return familyEC, 0
	case "A128KW", "A128GCMKW":
		return familyHMAC, 16
	case "A192KW", "A192GCMKW":
		return familyHMAC, 24
	case "A256KW", "A256GCMKW":
		return familyHMAC, 32
	case "dir":
		return familyHMAC, encSizes()[enc]
	case "PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW":
		return familyHMAC, 0
	}
	return "", 0
}

func testJWEAlg(s *decryption) Outcome {
	f, _ := jweKey(s.alg, s.enc)
	switch {
	case s.header == nil:
		return notConcerned()
	case f == "":
		return s.refuse("`"+short(s.alg)+"` is no algorithm that is decrypted with here.", "Use RSA-OAEP-256, ECDH-ES, a key wrap such as A256KW, or dir.").compared("one of RFC 7518 §4.1", short(s.alg))
	}
	if s.alg == "RSA1_5" {
		return warned("jwe_rsa1_5", "`RSA1_5` is old padding that RFC 8725 §3.2 says to avoid. It is opened here, with your own key and for you alone; an API should refuse it.", "Use RSA-OAEP-256, or ECDH-ES.").
			because("A server that lets anybody learn, by its answer or by its time, whether the padding was right gives away what is in the token (Bleichenbacher’s attack).").
			at(s.token.Header().span(s.header.Get("alg").Start, s.header.Get("alg").End))
	}
	return passed("jwe_alg", "`"+s.alg+"`.")
}

func testJWEEnc(s *decryption) Outcome {
	switch {
	case s.header == nil:
		return notConcerned()
	case encSizes()[s.enc] == 0:
		return s.refuse("`"+short(s.enc)+"` is no encryption that is known here.", "Use A256GCM or A128CBC-HS256.").compared("one of RFC 7518 §5.1", short(s.enc))
	}
	return passed("jwe_enc", "`"+s.enc+"`.")
}

// testJWESizes holds the third and the fifth part to their lengths (RFC 7518
// §5.2.2.1, §5.3). go-jose looks at the two last parts as one text: without
// this, moving bytes from one to the other made another token that opens.
func testJWESizes(s *decryption) Outcome {
	key := encSizes()[s.enc]
	if key == 0 || len(s.token.Parts) != 5 {
		return notConcerned()
	}
	iv, tag := 12, 16
	if strings.Contains(s.enc, "CBC") {
		iv, tag = 16, key/2
	}
	for i, want := range map[int]int{2: iv, 4: tag} {
		if p := &s.token.Parts[i]; len(p.Bytes) != want {
			return s.refuse(fmt.Sprintf("The part `%s` has %s; with `%s` it has %d.", p.Name, count(len(p.Bytes), "byte", "bytes"), s.enc, want), "Copy the whole token again.").
				compared(count(want, "byte", "bytes"), count(len(p.Bytes), "byte", "bytes")).at(Span{Part: p.Name, End: len(p.Encoded)})
		}
	}
	return Pass()
}

// testJWEDirect holds the second part empty where both sides have the key
// already (RFC 7516 §5.2 step 10), and filled where it has to be unwrapped.
func testJWEDirect(s *decryption) Outcome {
	if f, _ := jweKey(s.alg, s.enc); f == "" || len(s.token.Parts) != 5 {
		return notConcerned()
	}
	p := &s.token.Parts[1]
	direct := s.alg == "dir" || s.alg == "ECDH-ES"
	switch {
	case direct && p.Encoded != "":
		return s.refuse("With `"+s.alg+"` no key is sent, and yet the second part is not empty.", "Refuse it: nothing protects that part.").at(Span{Part: p.Name, End: len(p.Encoded)})
	case !direct && p.Encoded == "":
		return s.refuse("With `"+s.alg+"` the key to the content is in the second part, which is empty.", "Copy the whole token again.")
	}
	return Pass()
}

func testJWECrit(s *decryption) Outcome {
	if s.header.Get("crit") == nil {
		return notConcerned()
	}
	return s.refuse("The header has `crit`: it asks for an extension that is not understood here.", "Refuse it, or implement what it lists.")
}

func testJWEIterations(s *decryption) Outcome {
	if !strings.HasPrefix(s.alg, "PBES2-") {
		return notConcerned()
	}
	var n int
	if v := s.header.Get("p2c"); v == nil || v.Kind != KindNumber || json.Unmarshal([]byte(v.Text), &n) != nil || n <= 0 {
		return s.refuse("`p2c` is missing or no positive whole number: it says how often the hash is run.", "Have its issuer repair it.")
	}
	switch {
	case n > MaxIterations:
		return s.refuse(fmt.Sprintf("The token asks for %d runs of a hash before anything can be checked: that is an attack on your CPU, not on your key.", n), "Set a limit, as this one of a million.").compared("at most "+strconv.Itoa(MaxIterations), strconv.Itoa(n))
	case n < 1000:
		return warned("jwe_p2c", fmt.Sprintf("Only %d runs of the hash: RFC 7518 recommends at least 1000, and today hundreds of thousands are usual.", n), "Raise `p2c` where the token is made.")
	}
	return passed("jwe_p2c", fmt.Sprintf("%d runs.", n))
}

func testJWEZip(s *decryption) Outcome {
	if s.header.Get("zip") == nil {
		return notConcerned()
	}
	return warned("jwe_zip", "`zip`: the text was compressed before it was encrypted, so its length tells something about its content. Opening stops at 250 kB.", "Leave `zip` out where the token is made.")
}

// testJWEKey fills usable.
func testJWEKey(s *decryption) Outcome {
	f, size := jweKey(s.alg, s.enc)
	switch {
	case f == "" || encSizes()[s.enc] == 0:
		return notConcerned()
	case s.keys == nil || len(s.keys.raw) == 0 && len(s.keys.Keys) == 0 && s.keys.Problem == nil:
		s.refused = true
		return Outcome{Status: StatusInfo, Case: "jwe_key_none", Message: "To open it, give " + s.needs(f, size) + "."}
	case s.keys.Problem != nil:
		return s.refuse(s.keys.Problem.Message, s.keys.Problem.Fix)
	}
	kid := s.header.String("kid")
	var problem string
	for i := range s.keys.Keys {
		k := &s.keys.Keys[i]
		if len(s.keys.Keys) > 1 && kid != "" && k.ID != kid {
			continue
		}
		if p := s.unfit(k, f, size); p != "" {
			problem = p
		} else if len(s.usable) < maxCandidates {
			s.usable = append(s.usable, k)
		}
	}
	switch {
	case len(s.usable) > 0:
		return passed("jwe_key", s.alg+" with a key from you, not from the token.")
	case problem == "":
		problem = "The token names the key `" + short(kid) + "`, which is not in the set."
	}
	return s.refuse(problem, "Give "+s.needs(f, size)+".").compared(s.needs(f, size), "")
}

func (s *decryption) needs(f family, size int) string {
	switch {
	case f == familyRSA:
		return "the RSA private key"
	case f == familyEC:
		return "the EC private key"
	case size > 0:
		return "the secret of " + count(size, "byte", "bytes")
	}
	return "the password"
}

// unfit says why a key may not be used to open the token; "" if it may.
func (s *decryption) unfit(k *Key, f family, size int) string {
	have, _ := familyOf(k.Public)
	secret, _ := k.Public.([]byte)
	opens := func(op string) bool {
		return slices.Contains([]string{"decrypt", "unwrapKey", "deriveKey", "deriveBits"}, op)
	}
	switch {
	case have != f:
		return fmt.Sprintf("%s needs %s; you gave %s.", s.alg, s.needs(f, size), k.Words())
	case f != familyHMAC && k.Private == nil:
		return "To open it, the private half is needed; this is " + k.Words() + "."
	case f == familyHMAC && len(secret) == 0:
		return "The secret is empty."
	case size > 0 && len(secret) != size:
		return fmt.Sprintf("%s with %s needs a secret of %d bytes; this one has %d.", s.alg, s.enc, size, len(secret))
	case k.Algorithm != "" && k.Algorithm != s.alg && (s.alg != "dir" || k.Algorithm != s.enc):
		return fmt.Sprintf("The key says it is for `%s` only, and the token says `%s`.", k.Algorithm, s.alg)
	case k.Use != "" && k.Use != "enc":
		return "The key’s `use` is `" + k.Use + "`: it is not for encryption."
	case len(k.Operations) > 0 && !slices.ContainsFunc(k.Operations, opens):
		return "The key’s `key_ops` are " + strings.Join(k.Operations, ", ") + ": none of them opens a token."
	}
	if f == familyRSA {
		if p := k.weak(); p != nil {
			return p.Message
		}
	}
	return ""
}

func testJWEOpen(s *decryption) Outcome {
	switch {
	case s.refused || len(s.usable) == 0:
		return Skip("not run: nothing is opened with what was found before")
	case !s.open():
		return failed("jwe_open", "It does not open with this key: it is another key, or the token was changed on its way.", "Check the key. If it is the right one, the token is not what was sent.").
			because("One answer for both cases, on purpose: a decrypter that tells them apart helps whoever guesses (RFC 7516 §11.4).")
	}
	return passed("jwe_open", fmt.Sprintf("%d bytes, and the authentication tag is right.", len(s.plaintext)))
}

func testJWESigned(s *decryption) Outcome {
	if !s.opened {
		return notConcerned()
	}
	if inner := Decode(string(s.plaintext), true); inner.Kind == JWS && len(inner.Parts) == 3 {
		return informed("jwe_signed", "Inside is a signed token. It has to be verified on its own.")
	}
	o := warned("jwe_signed", "What is inside has no signature. Whoever has the public key, or the secret, can have written it.", "Have it signed first and encrypted then, and verify the inner token.")
	return o.because("A verifier that took what it could decrypt for genuine was CVE-2023-51774.")
}
