package mockprovider

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4"
	strictjson "github.com/go-jose/go-jose/v4/json"

	"claimcheck/playground"
)

// clockSkew is how far the clocks of two parties may differ (RFC 7519 §4.1.4).
const clockSkew = 10 * time.Second

// A foreignJWT is a JWT that somebody else signed: a client assertion, the
// assertion of a grant, a request object, a software statement, a DPoP proof; or
// one of our own that comes back as a hint. The playground's engine reads and
// judges it, so that the learner sees the same rows here as on the playground and
// at the APIs. What OAuth asks for beyond JWT is judged by rules of ours. Nothing
// of it is believed before it is accepted.
type foreignJWT struct {
	raw string
	// header and claims are nil where they could not be read.
	header, claims *playground.Value
	token          *playground.Token
	verdict        *playground.Result // nil before judge
}

// readForeign takes a JWT apart.
func readForeign(raw string) *foreignJWT {
	t := &foreignJWT{raw: raw, token: playground.Decode(raw, true)}
	t.header, t.claims = t.token.Header().Object(), t.token.Payload().Object()
	return t
}

// compact tells whether it has the form of a signed JWT in the compact
// serialization.
func (t *foreignJWT) compact() bool {
	return t.token.Kind == playground.JWS && len(t.token.Parts) == 3 && t.header != nil && t.claims != nil
}

// readable is compact for the first rule about the JWT. Where it is not, the
// engine's rows say why.
func (t *foreignJWT) readable() bool {
	if !t.compact() {
		t.judge(nil, playground.Policy{})
	}
	return t.compact()
}

// judge runs the engine. Of the keys, the one that kid names must be among them,
// and a kid that names none is refused: with whose key it was signed can't be
// known then (RFC 7515 §6), and RFC 7517 §4.5 has kid for exactly this choice.
// go-oidc, go-jose and Nimbus do the same. A key that was registered without a
// kid may be meant by any.
func (t *foreignJWT) judge(keys *playground.KeySet, policy playground.Policy) {
	policy.LeewaySeconds, policy.ExactKeyID = int(clockSkew/time.Second), true
	t.verdict = playground.VerifyAlone(t.raw, keys, policy)
}

// accepted tells whether the engine has judged it and refuses nothing.
func (t *foreignJWT) accepted() bool { return t.verdict != nil && t.verdict.Accepted() }

// outcome is that of the rule which the engine decides: the first row that failed.
// The parameter is where the JWT was, empty for a header.
func (t *foreignJWT) outcome(parameter string) playground.Outcome {
	if t.accepted() {
		return playground.Pass()
	}
	o := playground.Fail("a JWT that passes every test above", "one that does not", "look at the first test above that failed")
	if parameter != "" {
		o.Span.Part = "param:" + parameter
	}
	o.Message = t.verdict.Sentence
	if refused := t.verdict.Refused; refused != nil {
		o.Message, o.Why = refused.Message, refused.Why
		o.Expected, o.Got, o.Fix = refused.Expected, refused.Got, refused.Fix
	}
	return o
}

// explain puts the engine's rows before the rule that they decide: the one about
// the form of a JWT that can't be read, else the one that verifies it.
func (j *judgement) explain(t *foreignJWT, readable, verified string) {
	if t == nil || t.verdict == nil {
		return
	}
	rule := verified
	if !t.compact() {
		rule = readable
	}
	j.rows = t.verdict.Before(j.rows, rule) // a new list: j.refused points into the old one
}

// alg is the algorithm that the header names.
func (t *foreignJWT) alg() string { return t.header.String("alg") }

// text is a claim that is a string, else empty.
func (t *foreignJWT) text(claim string) string { return t.claims.String(claim) }

// date is a NumericDate (RFC 7519 §2), nil where there is none. What no calendar
// holds becomes a far day.
func (t *foreignJWT) date(claim string) *time.Time {
	const far = 1 << 36 // more than two thousand years from 1970
	v := t.claims.Get(claim)
	if v == nil || v.Kind != playground.KindNumber {
		return nil
	}
	n, err := strconv.ParseFloat(v.Text, 64)
	if err != nil && n == 0 {
		return nil
	}
	date := time.Unix(int64(min(max(n, -far), far)), 0)
	return &date
}

// assertionPolicy is what the engine asks of an assertion (RFC 7523 §3): that the
// issuer signed it, that it is for this server and that it has an end. iat may be
// missing, but not be in the future.
func (p *Provider) assertionPolicy(t *foreignJWT, issuer string, algs []string) playground.Policy {
	policy := playground.Policy{Algorithms: algs, Issuer: issuer, Audience: p.cfg.Issuer, Require: []string{"exp"}, Now: p.now()}
	if t.claims.Get("iat") != nil {
		policy.Require = append(policy.Require, "iat")
	}
	if aud, _ := t.claims.Strings("aud"); !slices.Contains(aud, p.cfg.Issuer) && slices.Contains(aud, p.url("/token")) {
		policy.Audience = p.url("/token") // RFC 7523 §3 takes it too
	}
	return policy
}

// onlyIssuer tells whether aud is the issuer of this server as one string, and
// nothing else (RFC 10070 §4).
func (p *Provider) onlyIssuer(t *foreignJWT) bool {
	aud := t.claims.Get("aud")
	return aud != nil && aud.Kind == playground.KindString && aud.Text == p.cfg.Issuer
}

// hint judges an ID token of this provider that comes back as an id_token_hint.
func (p *Provider) hint(raw string) (*foreignJWT, error) {
	t := readForeign(raw)
	jwks, err := p.keys.JWKS()
	if err != nil {
		return nil, err
	}
	keys, err := playground.ParseKey(jwks, playground.UTF8)
	if err != nil {
		return nil, err
	}
	keys.Source = "the JWK Set of this server itself"
	t.judge(keys, playground.Policy{Algorithms: p.keys.algs, Issuer: p.cfg.Issuer, Type: typIDToken, Hint: true, Now: p.now()})
	return t, nil
}

// keySet are keys as the engine takes them.
func keySet(source string, keys []jose.JSONWebKey) *playground.KeySet {
	out := make([]playground.Key, len(keys))
	for i := range keys {
		out[i] = playground.NewKey(keys[i].Key, keys[i].KeyID, keys[i].Algorithm)
		out[i].Use = keys[i].Use
	}
	return playground.NewKeySet(source, out...)
}

// assertionAlgs are the algorithms that a client may sign with. The last two are
// one signature under two names (RFC 9864 §2.2).
func assertionAlgs() []string { return []string{"RS256", "PS256", "ES256", "EdDSA", "Ed25519"} }

// foreignAlgs are the algorithms that a client may sign with under the policy.
// FAPI 2.0 leaves out PKCS #1 v1.5 signatures.
func foreignAlgs(policy playground.PolicySet) []string {
	return slices.DeleteFunc(assertionAlgs(), func(alg string) bool { return policy == inFAPI2 && alg == "RS256" })
}

// parseJWKS reads a JWK Set of public signing keys (RFC 7517 §5).
func parseJWKS(raw []byte) ([]jose.JSONWebKey, error) {
	var set jose.JSONWebKeySet
	if err := strictjson.Unmarshal(raw, &set); err != nil || len(set.Keys) == 0 {
		return nil, errors.New("the JWK Set has no key that can be read")
	}
	for i := range set.Keys {
		if key := &set.Keys[i]; !key.Valid() || !key.IsPublic() {
			return nil, errors.New("the JWK Set has a key that is not public")
		}
	}
	return set.Keys, nil
}
