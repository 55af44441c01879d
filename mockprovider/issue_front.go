package mockprovider

import (
	"net/http"
	"strings"
	"time"
)

// issueFront makes the tokens that come from the authorization endpoint itself:
// the implicit flow (RFC 6749 §4.2.2) and the hybrid flow (OpenID Connect Core 1.0
// §3.3.2.5). There is never a refresh token among them.
func (p *Provider) issueFront(r *http.Request, strict *strictness, i *interactionRecord, grant *grantRecord, out *authorizationResponse) (err error) {
	if i.Type.has("token") {
		resources := i.Resources
		s := &tokenRequest{
			p: p, r: r, strict: *strict, client: p.Client(i.Client), grant: grant,
			scope: p.scopeAt(grant.Scope, resources), resources: resources, details: p.detailsAt(grant.Details, resources),
		}
		if out.AccessToken, err = s.issueAccess(); err != nil {
			return err
		}
		out.TokenType, out.ExpiresIn, out.Scope = "Bearer", int64(s.life()/time.Second), strings.Join(s.scope, " ")
	}
	if i.Type.has("id_token") {
		out.IDToken, err = p.issueFrontID(i, grant, out)
	}
	return err
}

// issueFrontID makes the ID token, which names what comes with it by hashes
// (OpenID Connect Core 1.0 §3.3.2.11). Where it comes alone there is nothing to
// ask UserInfo with, so what the scope opens stands in it (§5.4).
func (p *Provider) issueFrontID(i *interactionRecord, grant *grantRecord, with *authorizationResponse) (string, error) {
	c := p.Client(i.Client)
	alg := p.algFor(c, c.IDTokenAlg)
	claims := p.idTokenOf(c, grant)
	claims.Nonce = grant.Nonce
	if with.AccessToken != "" {
		claims.ATHash = leftHalfHash(alg, with.AccessToken)
	}
	if with.Code != "" {
		claims.CHash = leftHalfHash(alg, with.Code)
	}
	more := make(map[string]any)
	if i.Type == "id_token" {
		more = claimsOf(p.user(grant.User), grant.Scope)
		delete(more, "sub")
	}
	return p.signIDToken(c, claims, grant, more)
}
