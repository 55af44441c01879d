package mockprovider

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"net/url"
	"strings"
	"time"

	"claimcheck/playground"
)

const (
	// dpopTyp is the typ of a proof (RFC 9449 §4.2).
	dpopTyp = "dpop+jwt"
	// dpopWindow is how old a proof may be, and how long a nonce is the current
	// one; the one before it is taken too.
	dpopWindow = 5 * time.Minute
)

// dpopProof is what the rules about one DPoP proof know. Each field of the second
// half names the rule that fills it.
type dpopProof struct {
	p           *Provider
	ctx         context.Context //nolint:containedctx // the state of one request
	headers     []string        // of the name DPoP
	method, url string          // of the request that the proof is for
	token       string          // the access token that comes with it, empty at the token endpoint
	bound       string          // the thumbprint that must be the key's, empty for any key
	needNonce   bool

	proof      *foreignJWT // dpop_readable
	key        any         // dpop_jwk
	thumbprint string      // dpop_jwk
}

// dpopReadable is the first rule about the proof itself.
var dpopReadable = playground.Rule{
	ID: "dpop_readable", Title: "The proof is a signed JWT",
	Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof",
}

// dpopVerified is decided by the rules of the playground's engine, whose rows
// stand before it. A proof brings its own key, which for every other token would
// prove nothing: dpop_jwk takes it out of the header and hands it to the engine as
// the one key that there is, and dpop_key says later whether it is the right one.
// When the proof was made is for dpop_iat, which can be switched off.
var dpopVerified = playground.Rule{
	ID: "dpop_verified", Title: "The private key to that key signed it, with an algorithm that the metadata lists",
	Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof",
}

// dpopChecks are a DPoP proof (RFC 9449 §4.3), at every place that takes one.
var dpopChecks = []playground.Check[dpopProof]{
	{Test: (*dpopProof).oneHeader, Rule: playground.Rule{
		ID: "dpop_one_header", Title: "There is one DPoP header",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof",
	}},
	{Test: (*dpopProof).readable, Rule: dpopReadable},
	{Test: (*dpopProof).typed, Rule: playground.Rule{
		ID: "dpop_typ", Title: "Its typ is dpop+jwt",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof",
	}},
	{Test: (*dpopProof).algStrong, Rule: playground.Rule{
		ID: "dpop_alg_strong", Title: "The algorithm is PS256, ES256, EdDSA or Ed25519",
		Spec: fapi("5.4.1"), Level: playground.Must, Refusal: "invalid_dpop_proof", In: inFAPI2,
	}},
	{Test: (*dpopProof).publicKey, Rule: playground.Rule{
		ID: "dpop_jwk", Title: "It carries the public key, and no private one",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof",
	}},
	{Test: (*dpopProof).verified, Rule: dpopVerified},
	{Test: (*dpopProof).claims, Rule: playground.Rule{
		ID: "dpop_claims", Title: "It has jti, htm, htu and iat",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof",
	}},
	{Test: (*dpopProof).sameMethod, Rule: playground.Rule{
		ID: "dpop_htm", Title: "It is for this method",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof",
	}},
	{Test: (*dpopProof).sameURI, Rule: playground.Rule{
		ID: "dpop_htu", Title: "It is for this URI",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof", Switchable: true,
	}},
	{Test: (*dpopProof).recent, Rule: playground.Rule{
		ID: "dpop_iat", Title: "It was made within the last minutes",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof", Switchable: true,
	}},
	{Test: (*dpopProof).nonce, Rule: playground.Rule{
		ID: "dpop_nonce", Title: "It has the nonce that this server gave",
		Spec: rfc("9449", "8"), Level: playground.Must, Refusal: "use_dpop_nonce", Switchable: true,
	}},
	{Test: (*dpopProof).tokenHash, Rule: playground.Rule{
		ID: "dpop_ath", Title: "It is for this access token",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof", Switchable: true,
	}},
	{Test: (*dpopProof).sameKey, Rule: playground.Rule{
		ID: "dpop_key", Title: "It is the key that the token is bound to",
		Spec: rfc("9449", "4.3"), Level: playground.Must, Refusal: "invalid_dpop_proof", Switchable: true,
	}},
	{Test: (*dpopProof).once, Rule: playground.Rule{
		ID: "dpop_once", Title: "The proof is used for the first time",
		Spec: rfc("9449", "11.1"), Level: playground.Should, Refusal: "invalid_dpop_proof", Switchable: true,
	}},
}

// VerifyDPoP runs the rules about the DPoP proof of a request to an API in the
// same process: target is the URL of the request as the client sees it, token
// the access token that it brings, thumbprint what the token is bound to
// (TokenInfo.Thumbprint). It returns a row for each rule, and the one that
// refuses, or nil. The error is a fault of our own.
func (p *Provider) VerifyDPoP(r *http.Request, target, token, thumbprint string) (rows []playground.Finding, refused *playground.Finding, err error) {
	d := &dpopProof{p: p, ctx: r.Context(), headers: r.Header.Values("DPoP"), method: r.Method, url: target, token: token, bound: thumbprint}
	j := p.newJudgement(p.strictnessFor(nil).run) // the caller keeps the rows
	d.judge(j)
	return j.rows, j.refused, j.err
}

// judge runs the rules, and puts the rows of the engine before what they decide.
func (d *dpopProof) judge(j *judgement) {
	judge(j, d, dpopChecks)
	j.explain(d.proof, dpopReadable.ID, dpopVerified.ID)
}

// DPoPAlgs are the algorithms that proofs can be signed with now.
func (p *Provider) DPoPAlgs() []string { return foreignAlgs(p.strictnessFor(nil).bit) }

// TokenHash is the ath claim of a proof that comes with the access token
// (RFC 9449 §4.2).
func TokenHash(token string) string { return hashOf(token) }

// DPoPNonce is the nonce that proofs must carry now, where one is asked for
// (RFC 9449 §8). It needs no memory: it is a MAC of the time.
func (p *Provider) DPoPNonce() string { return p.nonceAt(0) }

func (p *Provider) nonceAt(ago int64) string {
	mac := hmac.New(sha256.New, p.nonceKey)
	var window [8]byte
	binary.BigEndian.PutUint64(window[:], uint64(p.now().Unix()/int64(dpopWindow/time.Second)-ago)) //nolint:gosec // any 64 bits
	mac.Write(window[:])
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// directProof is the proof of a request to an endpoint that clients call.
func (s *tokenRequest) directProof(path string) *dpopProof {
	d := &dpopProof{p: s.p, ctx: s.r.Context(), headers: s.r.Header.Values("DPoP"), method: s.r.Method, url: s.p.url(path)}
	if c := s.p.Client(s.auth.id); c != nil {
		d.needNonce = c.RequireDPoPNonce || s.askNonce
	}
	return d
}

// judgeProof runs the rules where there is a proof, and where the client must
// send one: in a token request (RFC 9449 §5.2). A pushed request may do without
// (§10.1). It fills the thumbprint of the new tokens.
func (s *tokenRequest) judgeProof(j *judgement, path, bound string) {
	c := s.p.Client(s.auth.id)
	required := path == "/token" && c != nil && c.DPoPBoundAccessTokens
	if len(s.r.Header.Values("DPoP")) == 0 && !required {
		return
	}
	d := s.directProof(path)
	d.bound = bound
	d.judge(j)
	s.thumbprint = d.thumbprint
}

func (d *dpopProof) oneHeader() playground.Outcome {
	switch len(d.headers) {
	case 1:
		return playground.Pass()
	case 0:
		return failAs("dpop_missing", "a DPoP header", "none", "send a proof with every request")
	}
	return playground.Fail("one DPoP header", "several", "send one proof")
}

func (d *dpopProof) readable() playground.Outcome {
	d.proof = readForeign(d.headers[0])
	if !d.proof.readable() {
		return playground.Fail("header.payload.signature, each in base64url", "something else", "let a library make the proof")
	}
	return playground.Pass()
}

func (d *dpopProof) typed() playground.Outcome {
	if got := d.proof.header.String("typ"); got != dpopTyp {
		return playground.Fail("typ "+dpopTyp, got, "set typ, so that no other JWT passes for a proof")
	}
	return playground.Pass()
}

func (d *dpopProof) algStrong() playground.Outcome {
	if d.proof.alg() == "RS256" {
		return playground.Fail(strings.Join(foreignAlgs(inFAPI2), ", "), "RS256", "sign with PS256: the key can stay")
	}
	return playground.Pass()
}

func (d *dpopProof) publicKey() playground.Outcome {
	jwk := d.proof.header.Get("jwk")
	if jwk == nil || jwk.Kind != playground.KindObject {
		return playground.Fail("jwk: the public key", "no key", "put the public key into the header, as a JWK")
	}
	set, err := playground.ParseKey(d.proof.token.Header().Bytes[jwk.Start:jwk.End], playground.UTF8)
	key, ok := set.First()
	secret := false
	if ok {
		_, secret = key.Public.([]byte)
	}
	switch {
	case err != nil, !ok, set.Form != "jwk":
		return playground.Fail("jwk: the public key", "a key that can't be read", "use an RSA, EC or OKP key")
	case key.Private != nil, secret:
		return playground.Fail("jwk: the public key", "a private key", "put the public key into the header, and nothing of the private one")
	}
	d.key, d.thumbprint = key.Public, playground.Thumbprint(key.Public)
	return playground.Pass()
}

func (d *dpopProof) verified() playground.Outcome {
	keys := playground.NewKeySet("the public key in the proof itself: it says who made the proof, and nothing about who that is", playground.NewKey(d.key, "", ""))
	d.proof.judge(keys, playground.Policy{Algorithms: assertionAlgs(), Now: d.p.now()})
	return d.proof.outcome("")
}

func (d *dpopProof) claims() playground.Outcome {
	t := d.proof
	if t.text("jti") == "" || t.text("htm") == "" || t.text("htu") == "" || t.date("iat") == nil {
		return playground.Fail("jti, htm, htu and iat", "not all of them", "add what is missing")
	}
	return playground.Pass()
}

func (d *dpopProof) sameMethod() playground.Outcome {
	if got := d.proof.text("htm"); got != d.method {
		return playground.Fail("htm "+d.method, got, "make the proof for the request that it goes with")
	}
	return playground.Pass()
}

func (d *dpopProof) sameURI() playground.Outcome {
	if got := d.proof.text("htu"); normalURI(got) == "" || normalURI(got) != normalURI(d.url) {
		o := playground.Fail("htu "+d.url, got, "make the proof for the request that it goes with")
		o.Why = "Otherwise another server could use the proof that was sent to it."
		return o
	}
	return playground.Pass()
}

// normalURI is a URI for comparison: without query and fragment, its scheme and
// host in small letters, without the default port (RFC 9449 §4.3).
func normalURI(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if port := u.Port(); scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return scheme + "://" + host + path
}

func (d *dpopProof) recent() playground.Outcome {
	iat, now := *d.proof.date("iat"), d.p.now()
	if iat.After(now.Add(clockSkew)) || !iat.After(now.Add(-dpopWindow)) {
		return playground.Fail("iat within the last five minutes of "+clockTime(now), clockTime(iat), "make a new proof for each request, and set the client's clock")
	}
	return playground.Pass()
}

func (d *dpopProof) nonce() playground.Outcome {
	if !d.needNonce {
		return playground.Skip(playground.WhyNotConcerned)
	}
	got := d.proof.text("nonce")
	if got == "" || !equal(got, d.p.nonceAt(0)) && !equal(got, d.p.nonceAt(1)) {
		o := playground.Fail("the nonce of the last DPoP-Nonce header", "another one, or none", "make a new proof with the nonce of this answer, and send the request again")
		o.Why = "Without a nonce a proof can be made long before it is used."
		return o
	}
	return playground.Pass()
}

func (d *dpopProof) tokenHash() playground.Outcome {
	if d.token == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if want := TokenHash(d.token); !equal(want, d.proof.text("ath")) {
		return playground.Fail("ath "+want, d.proof.text("ath"), "hash the access token that goes with the proof")
	}
	return playground.Pass()
}

func (d *dpopProof) sameKey() playground.Outcome {
	if d.bound == "" {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if d.thumbprint != d.bound {
		o := playground.Fail(d.bound, d.thumbprint, "sign with the key that the token was asked for with")
		o.Why = "Whoever stole the token does not have the key."
		return o
	}
	return playground.Pass()
}

func (d *dpopProof) once() playground.Outcome {
	first, err := d.p.firstUse(d.ctx, "dpop "+d.thumbprint+" "+d.url+" "+d.proof.text("jti"), d.proof.date("iat").Add(dpopWindow))
	if err != nil {
		return playground.Broken(err)
	}
	if !first {
		return playground.Fail("a jti that was not used before", "a used one", "make a new proof for each request")
	}
	return playground.Pass()
}
