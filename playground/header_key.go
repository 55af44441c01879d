package playground

import (
	"crypto/x509"
	"encoding/base64"
	"strings"
)

// CarriedKey says in words what key a header brings in its "jwk" or "x5c": its
// kind, a JWK's thumbprint (RFC 7638), a certificate's subject, issuer and time
// (RFC 7515 §4.1.6). It is for showing and trusts nothing; the result is empty
// when there is no such member or it cannot be read.
func (p *Part) CarriedKey(name string) string {
	v := p.Object().Get(name)
	switch {
	case v == nil:
		return ""
	case name == "jwk" && v.Kind == KindObject:
		return carriedJWK(p.Bytes[v.Start:v.End])
	case name == "x5c" && v.Kind == KindArray && len(v.Items) > 0:
		return carriedCertificate(v.Items)
	}
	return ""
}

func carriedJWK(raw []byte) string {
	k, p := parseOne(raw)
	if p != nil {
		return "It cannot be read: " + lowerFirst(p.Message)
	}
	words := "It is " + k.Words() + " with the thumbprint " + Thumbprint(k.Public) + "."
	if k.Private != nil {
		words += " It brings even the private half: whoever has the token can sign like its writer."
	}
	return words
}

// carriedCertificate tells the first of a chain; the key of the first is the
// one that is said to have signed.
func carriedCertificate(chain []Value) string {
	text := chain[0].Text
	if len(text) > maxPEM {
		return "The first certificate is longer than 16 KiB."
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "The first certificate is not base64. In `x5c` it is the ordinary alphabet, with padding, unlike everything else in a token."
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return "The first certificate cannot be read."
	}
	const day = "2 January 2006"
	words := "The first of " + count(len(chain), "certificate", "certificates") + " is for " + named(c.Subject.String()) + ", by " + named(c.Issuer.String()) +
		", valid from " + c.NotBefore.UTC().Format(day) + " until " + c.NotAfter.UTC().Format(day) + ", with "
	if k := NewKey(c.PublicKey, "", ""); k.verifies() {
		return words + k.Words() + ". Who signed it was not checked."
	}
	return words + "a key that no JWS algorithm here uses."
}

// named cuts a distinguished name for a sentence.
func named(name string) string {
	if name = strings.TrimSpace(name); name == "" {
		return "nobody named"
	}
	return "`" + short(name) + "`"
}

// verifies says whether the key is of a kind that some algorithm takes.
func (k Key) verifies() bool {
	f, _ := familyOf(k.Public)
	return f != ""
}
