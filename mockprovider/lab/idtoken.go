package lab

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"time"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// An idToken is the state of one ID token that reached a client.
type idToken struct {
	token, access         string
	keys                  []byte // the issuer's JWK Set as it was fetched
	issuer, client, nonce string
	now                   time.Time
	verdict               *playground.Result
	claims                idClaims
}

// idClaims are what a client looks at beside what every JWT has.
type idClaims struct {
	Subject    string `json:"sub"`
	Authorized string `json:"azp"`
	Nonce      string `json:"nonce"`
	AccessHash string `json:"at_hash"`
	Session    string `json:"sid"` // OpenID Connect Back-Channel Logout 1.0 §2.1
}

// idTokenChecks are the validation of an ID token (OpenID Connect Core 1.0
// §3.1.3.7). The rows of the token's own verdict come before id_token.
func idTokenChecks() []playground.Check[idToken] {
	return []playground.Check[idToken]{
		{
			Rule: playground.Rule{ID: "id_token_present", Title: "There is an ID token", Spec: oidc("3.1.3.3"), Level: playground.Must},
			Test: func(t *idToken) playground.Outcome {
				if t.token == "" {
					return playground.Fail("id_token", "none", "Ask for the scope openid: without it, it is OAuth and no login.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "issuer_keys", Title: "The issuer’s keys are at hand", Spec: oidc("10.1"), Level: playground.Must},
			Test: func(t *idToken) playground.Outcome {
				if len(t.keys) == 0 {
					return playground.Fail("the JWK Set of the issuer", "none", "Fetch it from jwks_uri before the token is judged. Never from an address that the token names.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "id_token", Title: "The issuer signed it, for this client, and it has not expired", Spec: oidc("3.1.3.7"), Level: playground.Must},
			Test: (*idToken).verify,
		},
		{
			Rule: playground.Rule{ID: "azp_equal", Title: "If azp is there, it names this client", Spec: oidc("3.1.3.7"), Level: playground.Should},
			Test: func(t *idToken) playground.Outcome {
				if t.claims.Authorized != "" && t.claims.Authorized != t.client {
					return playground.Fail(t.client, t.claims.Authorized, "Use the ID token that was issued to this client.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "nonce_equal", Title: "The nonce is the one of this login in this browser", Spec: oidc("3.1.3.7"), Level: playground.Must, Switchable: true},
			Test: func(t *idToken) playground.Outcome {
				if t.claims.Nonce == t.nonce {
					return playground.Pass()
				}
				o := playground.Fail(t.nonce, orNone(t.claims.Nonce), "Start the login again, in this browser.")
				o.Why = "An ID token from another login, of somebody else or of long ago, would be taken for the answer to this one."
				return o
			},
		},
		{
			Rule: playground.Rule{ID: "at_hash_equal", Title: "If at_hash is there, the access token belongs to it", Spec: oidc("3.1.3.8"), Level: playground.Choice, Switchable: true},
			Test: func(t *idToken) playground.Outcome {
				want := leftHalf(t.verdict, t.access)
				if t.claims.AccessHash != "" && want != "" && t.claims.AccessHash != want {
					return playground.Fail(want, t.claims.AccessHash, "Use both tokens of the same answer.")
				}
				return playground.Pass()
			},
		},
	}
}

// verify asks the playground's engine, with keys of the issuer alone.
func (t *idToken) verify() playground.Outcome {
	keys, _, err := publishedKeys(t.keys)
	if err != nil {
		return playground.Fail("a JWK Set", "none", "Fetch the issuer’s keys again.")
	}
	var refused *playground.Outcome
	t.verdict, refused = judgedByClient(t.token, keys, playground.Policy{
		Issuer: t.issuer, Audience: t.client, Require: []string{"iss", "sub", "aud", "exp", "iat"}, Now: t.now,
	}, oidc("3.1.3.7"), "Nobody is logged in.")
	if refused != nil {
		return *refused
	}
	if err := json.Unmarshal(t.verdict.Token.Payload().Bytes, &t.claims); err != nil {
		return playground.Fail("sub, azp, nonce and at_hash as strings", "something else", "Use the token as the issuer made it.")
	}
	return playground.Pass()
}

// judgedByClient is what the playground's engine says of a token of AcmeID's for a
// client, and why the client refuses it, nil if it does not. Only algorithms that
// the clients have agreed on are taken, whatever the policy says. The section is
// the one that asks for all this; otherwise is what does not happen now.
func judgedByClient(token string, keys *playground.KeySet, policy playground.Policy, section spec.Ref, otherwise string) (*playground.Result, *playground.Outcome) {
	policy.Algorithms = signedWith()
	verdict := playground.VerifyAlone(token, keys, policy)
	accepted := verdict.Verdict != playground.Undecided
	for i := range verdict.Findings {
		f := &verdict.Findings[i]
		audNamesClient(f, section)
		if f.Status == playground.StatusFail {
			accepted = false
		}
	}
	if !accepted {
		o := playground.Fail("a token that passes every test above", "one that does not", "Look at the first test above that failed. "+otherwise)
		return verdict, &o
	}
	return verdict, nil
}

// audNamesClient words the engine's rule about the audience for a client: the
// engine speaks of APIs. The rule itself belongs to everybody and stays as it is.
func audNamesClient(f *playground.Finding, ref spec.Ref) {
	if f.ID != "aud" {
		return
	}
	own := *f.Rule
	own.Title, own.Spec = "`aud` names this client", ref
	f.Rule = &own
}

// leftHalf is at_hash for this access token (OpenID Connect Core 1.0 §3.1.3.6).
func leftHalf(v *playground.Result, access string) string {
	if v == nil {
		return ""
	}
	var header struct {
		Alg string `json:"alg"`
	}
	if json.Unmarshal(v.Token.Header().Bytes, &header) != nil {
		return ""
	}
	if header.Alg == "EdDSA" || header.Alg == "Ed25519" {
		sum := sha512.Sum512([]byte(access))
		return base64.RawURLEncoding.EncodeToString(sum[:32])
	}
	sum := sha256.Sum256([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// takeIDToken validates the ID token of a token response and keeps who it is
// about. The first refusal, if any, is also the client's problem.
func (a *app) takeIDToken(s *Session, tokens *Tokens) []playground.Finding {
	t := &idToken{
		token: tokens.IDToken, access: tokens.AccessToken, keys: s.Keys,
		issuer: a.issuer(s), client: a.at(s).ClientID, nonce: s.Nonce, now: a.lab.Now(),
	}
	rows, refused, _ := playground.Run(a.lab.mode(), t, idTokenChecks())
	rows = t.verdict.Before(rows, "id_token")
	s.Subject, s.SID = t.claims.Subject, t.claims.Session
	if refused != nil {
		s.Subject, s.SID, s.Tokens = "", "", Tokens{}
		s.Problem = "The ID token is not good: " + refused.Title + "."
	}
	return rows
}
