package mockprovider

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"claimcheck/playground"
)

// The limits of what a request asks us to keep for it, in bytes. Nothing is cut:
// state and nonce come back whole or are refused, a longer login_hint is not
// used.
const (
	maxState     = 4096
	maxNonce     = 4096
	maxLoginHint = 255
)

func (s *authorization) stateSize() playground.Outcome {
	if n := len(s.params.get("state")); n > maxState {
		return failAt("state", "at most 4096 bytes", strconv.Itoa(n)+" bytes", "keep the data at the client, and send a random value that finds it")
	}
	return playground.Pass()
}

// nonceFits is about the ID token: a JSON text can't carry bytes that are no
// UTF-8, and the nonce must come back unchanged.
func (s *authorization) nonceFits() playground.Outcome {
	nonce := s.nonce()
	switch {
	case len(nonce) > maxNonce:
		return failAt("nonce", "at most 4096 bytes", strconv.Itoa(len(nonce))+" bytes", "send a random value of 32 bytes, base64url")
	case !utf8.ValidString(nonce):
		o := failAt("nonce", "UTF-8", "bytes that are no UTF-8", "send a random value of 32 bytes, base64url")
		o.Case = "nonce_not_utf8"
		return o
	}
	return playground.Pass()
}

// nonce is the nonce of an OpenID Connect request. To others it is a parameter
// that nobody knows.
func (s *authorization) nonce() string {
	if !s.openID() {
		return ""
	}
	return s.params.get("nonce")
}

// loginHint is what the login page fills in. A hint may be ignored (OpenID
// Connect Core 1.0 §3.1.2.1).
func (s *authorization) loginHint() string {
	hint := s.params.get("login_hint")
	if len(hint) > maxLoginHint || !utf8.ValidString(hint) {
		return ""
	}
	return hint
}

// formFits tells whether the answer can go out as a form: a browser posts to
// http and https, and a form changes control characters and what is no UTF-8.
func (s *authorization) formFits() bool {
	state := s.params.get("state")
	return (s.redirect.Scheme == "http" || s.redirect.Scheme == "https") && utf8.ValidString(state) &&
		!strings.ContainsFunc(state, func(r rune) bool { return r < ' ' || r == 0x7f })
}
