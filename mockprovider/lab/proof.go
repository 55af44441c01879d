package lab

import (
	"context"
	"crypto"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// A Proof is the claims set of a DPoP proof (RFC 9449 §4.2).
type Proof struct {
	ID       string `json:"jti"`
	Method   string `json:"htm"`
	URI      string `json:"htu"`
	IssuedAt int64  `json:"iat"` // seconds since 1970
	// TokenHash is of the access token that goes with it, empty at AcmeID.
	TokenHash string `json:"ath,omitempty"`
	// Nonce is what AcmeID gave last, if it asks for one.
	Nonce string `json:"nonce,omitempty"`
}

// proofHeader is the JOSE header of a proof.
type proofHeader struct {
	Typ string          `json:"typ"`
	Alg string          `json:"alg"`
	JWK jose.JSONWebKey `json:"jwk"`
}

// signedAhead is a JWT that was shown before it is sent. Shown again, it is to be
// the same one, although time goes by.
type signedAhead struct {
	at  time.Time
	jwt string
}

// aheadFor is how long such a JWT is shown before a new one is made: less than
// the five minutes that AcmeID takes.
const aheadFor = 4 * time.Minute

// ahead returns the JWT that was made for a purpose a short while ago, or makes
// one. A run that sends something forgets them all.
func (r *Run) ahead(purpose string, make func() (string, error)) (string, error) {
	now := r.lab.Now()
	r.mu.Lock()
	had, ok := r.signed[purpose]
	r.mu.Unlock()
	if age := now.Sub(had.at); ok && age >= 0 && age < aheadFor {
		return had.jwt, nil
	}
	fresh, err := make()
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.signed == nil || len(r.signed) > 32 {
		r.signed = map[string]signedAhead{}
	}
	r.signed[purpose] = signedAhead{now, fresh}
	return fresh, nil
}

// spend forgets what was made ahead, because something was sent.
func (r *Run) spend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.signed)
}

// Prove signs a proof with the key of somebody of the story. A proof without ID
// or time gets them now; until something is sent the same request gets the same
// proof, so that what was shown is what goes out.
func (r *Run) Prove(ctx context.Context, who trace.Party, p Proof) (string, error) {
	ctx = r.context(ctx)
	if p.ID != "" && p.IssuedAt != 0 {
		return r.lab.prove(ctx, who.ID, p)
	}
	purpose := "proof " + who.ID + " " + p.Method + " " + p.URI + " " + p.TokenHash + " " + p.Nonce
	return r.ahead(purpose, func() (string, error) { return r.lab.prove(ctx, who.ID, p) })
}

// prove signs a proof.
func (l *Lab) prove(ctx context.Context, party string, p Proof) (string, error) {
	if p.ID == "" {
		p.ID = l.value(ctx, "dpop_jti", 12)
	}
	if p.IssuedAt == 0 {
		p.IssuedAt = l.Now().Unix()
	}
	key, err := l.keyOf(party)
	if err != nil {
		return "", err
	}
	public, err := l.publicJWK(party)
	if err != nil {
		return "", err
	}
	return sign(key, proofHeader{"dpop+jwt", "ES256", public}, p)
}

// PartyKey is the public key that a party of the story signs with, as a JWK, and
// its thumbprint (RFC 7638).
func (l *Lab) PartyKey(who trace.Party) (jwk []byte, thumbprint string, err error) {
	public, err := l.publicJWK(who.ID)
	if err != nil {
		return nil, "", err
	}
	sum, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, "", err
	}
	jwk, err = public.MarshalJSON()
	return jwk, base64.RawURLEncoding.EncodeToString(sum), err
}

// bind puts a proof into a request of the client's, if its tokens are bound to its
// key. Its access token goes with it at an API, its last nonce at AcmeID.
func (a *app) bind(ctx context.Context, req *http.Request, token, nonce string) error {
	if !a.bound {
		return nil
	}
	target := *req.URL
	target.RawQuery, target.Fragment = "", ""
	p := Proof{Method: req.Method, URI: target.String(), Nonce: nonce}
	if token != "" {
		p.TokenHash = mockprovider.TokenHash(token)
	}
	var proof string
	var err error
	if r := a.run(ctx); r != nil {
		proof, err = r.Prove(ctx, ClientParty(a.id), p)
	} else {
		proof, err = a.lab.prove(ctx, a.id, p)
	}
	if err != nil {
		return err
	}
	req.Header.Set("DPoP", proof)
	return nil
}

// wantsNonce: AcmeID asks for a proof with its nonce (RFC 9449 §8).
func wantsNonce(e *trace.Entry) bool {
	var body struct {
		Error string `json:"error"`
	}
	return e != nil && e.Response.JSON(&body) && body.Error == "use_dpop_nonce"
}

// boundAnswerChecks are what a client tests whose tokens are bound to its key. A
// bearer token in the answer is refused: whoever steals it could use it.
func boundAnswerChecks() []playground.Check[tokenAnswer] {
	checks := tokenAnswerChecks()
	for i := range checks {
		if checks[i].ID == "token_type_bearer" {
			checks[i] = boundType()
		}
	}
	return checks
}

func boundType() playground.Check[tokenAnswer] {
	return playground.Check[tokenAnswer]{
		Rule: playground.Rule{
			ID: "token_type_dpop", Title: "The token is bound, as was asked for",
			Spec: rfc("9449", "5"), Level: playground.Must, Switchable: true,
		},
		Test: func(t *tokenAnswer) playground.Outcome {
			if strings.EqualFold(t.tokens.TokenType, "DPoP") {
				return playground.Pass()
			}
			o := playground.Fail("DPoP", orNone(t.tokens.TokenType), "Throw the token away, and ask the authorization server's operators.")
			o.Why = "The client sent a proof and got a token that is not bound to its key. Used all the same, it would be worth something to a thief."
			return o
		},
	}
}
