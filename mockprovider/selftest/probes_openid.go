package selftest

import (
	"net/http"

	"claimcheck/playground"
)

// openIDProbes are what is said about the user, and how it is signed.
func openIDProbes() []probe {
	notThere := []string{"azp", "c_hash", "s_hash", "sub_jwk", "groups"}
	return []probe{
		{Rule: member("subject_types_supported", "sub is given that way", discovery()), known: []string{"public", "pairwise"}, try: (*tester).trySubject, refusals: []string{"the same sub for everybody"}},
		{Rule: member("id_token_signing_alg_values_supported", "An ID token is signed with it", discovery()), known: signatures(), try: (*tester).tryIDTokenAlg, refusals: []string{"no key for it"}},
		{Rule: member("claim_types_supported", "Claims come that way", discovery()), known: []string{"normal", "aggregated", "distributed"}, try: (*tester).tryClaimType, refusals: []string{"not used"}},
		{Rule: member("claims_supported", "The claim can be had", discovery()), known: notThere, try: (*tester).tryClaim, refusals: []string{"not there"}},
	}
}

func (t *tester) trySubject(value string) string {
	var subs []string
	for _, client := range []string{clientWeb, clientLogout} {
		out, code := t.tokens(client)
		if code != "" {
			return code
		}
		subs = append(subs, text(part(text(out["id_token"]), 1)["sub"]))
	}
	same := subs[0] == subs[1]
	switch {
	case value == "public" && same, value == "pairwise" && !same:
		return ""
	case same:
		return "the same sub for everybody"
	}
	return "another sub for each client"
}

// tryIDTokenAlg checks the signature of an ID token of the client that is
// registered for the algorithm.
func (t *tester) tryIDTokenAlg(alg string) string {
	if !lists(t.algsOf(), alg) {
		return "no key for it"
	}
	out, code := t.tokens(clientAlg + alg)
	if code != "" {
		return code
	}
	token := text(out["id_token"])
	if part(token, 0)["alg"] != alg {
		return "another algorithm"
	}
	sent := t.sent
	set := t.get(t.document.JWKS)
	t.sent = sent
	keys, err := playground.ParseKey(set.body, playground.UTF8)
	if err != nil {
		return "keys that can't be read"
	}
	verdict := playground.VerifyAlone(token, keys, playground.Policy{
		Algorithms: []string{alg}, Issuer: t.document.Issuer, Audience: clientAlg + alg, Now: t.target.Now(), LeewaySeconds: 5,
	})
	if !verdict.Accepted() {
		return "a token that does not verify"
	}
	return ""
}

func (t *tester) tryClaimType(value string) string {
	claims, code := t.claimsOfTess()
	if code != "" {
		return code
	}
	switch {
	case value == "normal":
		return ""
	case claims["_claim_names"] || claims["_claim_sources"]:
		return ""
	}
	return "not used"
}

func (t *tester) tryClaim(name string) string {
	claims, code := t.claimsOfTess()
	if code != "" {
		return code
	}
	if !claims[name] {
		return "not there"
	}
	return ""
}

// claimsOfTess are the names of all that ID token and UserInfo say when
// everything is asked for. They are fetched once.
func (t *tester) claimsOfTess() (map[string]bool, string) {
	if t.claims == nil {
		out, code := t.tokens(clientLogout, "scope", "openid profile email address phone", "acr_values", "urn:selftest")
		if code != "" {
			return nil, code
		}
		t.claims = map[string]bool{}
		for name := range part(text(out["id_token"]), 1) {
			t.claims[name] = true
		}
		r := t.send(t.app(), http.MethodGet, t.document.UserInfo, nil, t.shows(out))
		for name := range r.object() {
			t.claims[name] = true
		}
	}
	t.sent, t.came = "GET /userinfo scope=openid profile email address phone", "200"
	return t.claims, ""
}
