package playground

import (
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
)

// testDisclosures compares each disclosure's digest with those in the payload
// (RFC 9901 §7.1 step 3).
func testDisclosures(s *verification) Outcome {
	if s.token.Kind != SDJWT {
		return notConcerned()
	}
	known := map[string]bool{}
	collectDigests(s.payload, known)
	var unmatched, disclosures, binding int
	for i := range s.token.Disclosures {
		d := &s.token.Disclosures[i]
		if d.Name != "disclosure" {
			binding++
			continue
		}
		disclosures++
		collectDigests(d.Value, known)
	}
	for i := range s.token.Disclosures {
		if d := &s.token.Disclosures[i]; d.Name == "disclosure" && !known[disclosureDigest(s.payload.String("_sd_alg"), d.Encoded)] {
			unmatched++
		}
	}
	tail := "no key-binding JWT"
	if binding > 0 {
		tail = "and a key-binding JWT"
	}
	if unmatched > 0 {
		return failed("shape_sd", fmt.Sprintf("SD-JWT with %s, of which %d match no digest in the payload.", count(disclosures, "disclosure", "disclosures"), unmatched), "A disclosure that the issuer did not put its digest in for proves nothing. Send only those that came with this token.")
	}
	return informed("shape_sd", fmt.Sprintf("SD-JWT (RFC 9901): a signed JWT, %s, %s. Every disclosure matches a digest that the issuer signed.", count(disclosures, "disclosure", "disclosures"), tail))
}

// collectDigests gathers the digests of "_sd" arrays and of "..." array elements.
func collectDigests(v *Value, into map[string]bool) {
	if v == nil {
		return
	}
	for i := range v.Members {
		m := &v.Members[i]
		switch {
		case m.Name == "_sd" && m.Value.Kind == KindArray:
			for j := range m.Value.Items {
				into[m.Value.Items[j].Text] = true
			}
		case m.Name == "..." && m.Value.Kind == KindString:
			into[m.Value.Text] = true
		default:
			collectDigests(&m.Value, into)
		}
	}
	for i := range v.Items {
		collectDigests(&v.Items[i], into)
	}
}

// disclosureDigest is the digest of a disclosure's text (RFC 9901 §4.2.3). An
// unknown hash gives "", which matches nothing.
func disclosureDigest(hash, disclosure string) string {
	switch hash {
	case "", "sha-256":
		sum := sha256.Sum256([]byte(disclosure))
		return encode64(sum[:])
	case "sha-384":
		sum := sha512.Sum384([]byte(disclosure))
		return encode64(sum[:])
	case "sha-512":
		sum := sha512.Sum512([]byte(disclosure))
		return encode64(sum[:])
	}
	return ""
}
