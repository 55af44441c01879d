package lab

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"claimcheck/playground"
)

// keyFromIssuer is about the header parameters with which a token brings its key
// along, or an address to fetch it from (RFC 7515 §4.1.2, §4.1.3, §4.1.5, §4.1.6).
func keyFromIssuer() playground.Check[apiRequest] {
	return playground.Check[apiRequest]{
		Rule: playground.Rule{
			ID: "key_from_issuer", Title: "The token brings no key of its own",
			Spec: rfc("8725", "3.10"), Level: playground.Should, Refusal: "invalid_token", Switchable: true,
		},
		Test: func(a *apiRequest) playground.Outcome {
			if a.opaque() {
				return playground.Skip(playground.WhyNotConcerned)
			}
			header := headerOf(a.token)
			var brought []string
			for _, name := range []string{"jwk", "jku", "x5c", "x5u"} {
				if header[name] != nil {
					brought = append(brought, name)
				}
			}
			if len(brought) == 0 {
				return playground.Pass()
			}
			o := playground.Fail("no jwk, jku, x5c or x5u", strings.Join(brought, ", "), "Use the token as AcmeID issued it. Its keys are in AcmeID’s JWK Set.")
			o.Why = "Whoever writes a token can put a key into it and sign with that. The signature is then right, and proves nothing."
			return o
		},
	}
}

// headerOf is the header of a JWT, empty if it can't be read.
func headerOf(token string) map[string]json.RawMessage {
	first, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(first)
	var header map[string]json.RawMessage
	if err != nil || json.Unmarshal(raw, &header) != nil {
		return nil
	}
	return header
}

// keyOfToken is the mistake of an API that believes what a token says about its
// key: the jwk of its header, or the set at its jku. Nil if it has neither, or the
// rule is on.
func (a *apiRequest) keyOfToken() *playground.KeySet {
	header := headerOf(a.token)
	if !slices.Contains(a.lab.Off(), "key_from_issuer") {
		return nil
	}
	raw, source := []byte(header["jwk"]), "the jwk of the token’s own header"
	if raw == nil {
		raw, source = a.fetchJKU(header["jku"]), "the address in the token’s own header"
	}
	if raw == nil {
		return nil
	}
	set, err := playground.ParseKey(raw, playground.UTF8)
	if err != nil {
		return nil
	}
	set.Source = source
	return set
}

// fetchJKU fetches a key set from the address that the token names: from the
// attacker's site in the lab, and from nowhere else, so that the mistake shown here
// calls nobody.
func (a *apiRequest) fetchJKU(raw json.RawMessage) []byte {
	var at string
	if json.Unmarshal(raw, &at) != nil || at != a.lab.MalloryURL()+malloryKeysPath {
		return nil
	}
	ctx, cancel := context.WithTimeout(a.lab.meanwhile(a.ctx, a.api.party()), fetchTimeout)
	defer cancel()
	req, err := getJSON(ctx, at, "")
	if err != nil {
		return nil
	}
	out := &sending{wire: a.lab.world.wire}
	res, err := out.RoundTrip(req)
	if err != nil {
		return nil
	}
	_ = res.Body.Close() // it is in memory
	return out.reply.body
}
