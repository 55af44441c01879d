package lab

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"claimcheck/playground"
	"claimcheck/playground/spec"
)

// GetMetadata is a client's request for the provider's metadata, at the place of
// OpenID Connect Discovery 1.0 §4. The client keeps where the keys are.
func GetMetadata() Call {
	return Call{
		request: func(ctx context.Context, a *app, _ *Session) (*http.Request, error) {
			return getJSON(ctx, a.lab.Issuer()+"/.well-known/openid-configuration", "")
		},
		take: func(_ context.Context, a *app, s *Session, _ *http.Request, answer reply) []playground.Finding {
			t := &metadataAnswer{reply: answer, issuer: a.lab.Issuer()}
			rows, refused, _ := playground.Run(a.lab.mode(), t, metadataAnswerChecks())
			s.JWKSURI, s.Problem = "", ""
			if refused != nil {
				s.Problem = "AcmeID’s metadata could not be used: " + refused.Got + "."
			} else {
				s.JWKSURI = t.JWKSURI
			}
			return rows
		},
	}
}

// metadataAnswer is the state of one answer with metadata.
type metadataAnswer struct {
	reply     reply
	issuer    string   // that was asked
	Issuer    string   `json:"issuer"`
	JWKSURI   string   `json:"jwks_uri"`
	Token     string   `json:"token_endpoint"`
	Authorize string   `json:"authorization_endpoint"`
	PKCE      []string `json:"code_challenge_methods_supported"`
}

func discovery(section string) spec.Ref {
	return spec.Ref{Name: "OpenID Connect Discovery 1.0", Section: section}
}

// metadataAnswerChecks are what a client tests before it sets itself up by
// metadata.
func metadataAnswerChecks() []playground.Check[metadataAnswer] {
	return []playground.Check[metadataAnswer]{
		{
			Rule: playground.Rule{ID: "metadata_status", Title: "The metadata came with 200", Spec: discovery("4.2"), Level: playground.Must},
			Test: func(t *metadataAnswer) playground.Outcome {
				return status200(t.reply.status, "Look at the address: the well-known part comes after the issuer.")
			},
		},
		{
			Rule: playground.Rule{ID: "metadata_json", Title: "It is a JSON object", Spec: discovery("4.2"), Level: playground.Must},
			Test: func(t *metadataAnswer) playground.Outcome {
				if err := json.Unmarshal(t.reply.body, t); err != nil {
					return playground.Fail("a JSON object", "something else", "Look at the answer’s body: a network’s login page, perhaps.")
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "metadata_issuer", Title: "It names the issuer that was asked", Spec: discovery("4.3"), Level: playground.Must},
			Test: func(t *metadataAnswer) playground.Outcome {
				if t.Issuer == t.issuer {
					return playground.Pass()
				}
				o := playground.Fail(t.issuer, orNone(t.Issuer), "Ask the issuer that you mean, spelled as it spells itself.")
				o.Why = "Who follows metadata of another issuer sends codes, secrets and people to wherever it says."
				return o
			},
		},
		{
			Rule: playground.Rule{ID: "metadata_complete", Title: "It says where the endpoints and the keys are", Spec: discovery("3"), Level: playground.Must},
			Test: func(t *metadataAnswer) playground.Outcome {
				for _, x := range [][2]string{{"authorization_endpoint", t.Authorize}, {"token_endpoint", t.Token}, {"jwks_uri", t.JWKSURI}} {
					if x[1] == "" {
						return playground.Fail(x[0], "none", "The provider must publish it.")
					}
				}
				return playground.Pass()
			},
		},
		{
			Rule: playground.Rule{ID: "metadata_s256", Title: "It offers PKCE with S256", Spec: rfc("9700", "2.1.1"), Level: playground.Should},
			Test: func(t *metadataAnswer) playground.Outcome {
				if slices.Contains(t.PKCE, "S256") {
					return playground.Pass()
				}
				o := playground.Fail("code_challenge_methods_supported with S256", "none", "A provider that says nothing may ignore the challenge. Use the nonce, or another provider.")
				o.Status = playground.StatusWarn
				return o
			},
		},
	}
}
