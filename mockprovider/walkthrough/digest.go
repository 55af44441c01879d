package walkthrough

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
)

// basic is HTTP Basic as RFC 6749 §2.3.1 wants it: both parts form-encoded first.
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

// A Digest is the comparison at the heart of PKCE (RFC 7636 §4.6).
type Digest struct {
	// Verifier is what was shown, or what the client keeps to show later.
	Verifier string
	// Hash is BASE64URL(SHA256(Verifier)).
	Hash string
	// Challenge is what went out with the authorization request.
	Challenge string
	// Shown says that the verifier was sent.
	Shown bool
}

// Equal says whether the two fit.
func (d Digest) Equal() bool { return d.Challenge != "" && d.Hash == d.Challenge }

// Digest compares the values of the walk as they were sent. ok is false while
// there is nothing to compare.
func (w *Walk) Digest() (d Digest, ok bool) {
	if w.flow.value("code_verifier") == nil || !w.v.PKCE() {
		return d, false
	}
	if w.run != nil {
		s := w.run.Session()
		d.Verifier, d.Challenge = s.Verifier, s.Challenge
	}
	if e := w.current("authorization-request"); e != nil {
		d.Challenge = e.Request.Param("code_challenge")
	}
	if e := w.current("token-request"); e != nil {
		d.Verifier, d.Shown = e.Request.Param("code_verifier"), true
	}
	sum := sha256.Sum256([]byte(d.Verifier))
	d.Hash = base64.RawURLEncoding.EncodeToString(sum[:])
	return d, d.Verifier != "" && d.Challenge != ""
}
