package mockprovider

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"

	"claimcheck/playground"
)

// errCodeIssue means that a code of our own broke the rules for codes.
var errCodeIssue = errors.New("an authorization code is not fit to go out")

// codeIssue is an authorization code that is about to go out, as the rules of
// the authorization response see it.
type codeIssue struct {
	code     string
	rec      *codeRecord
	grant    *grantRecord
	response authorizationResponse
	issuer   string
	params   []parameter
}

// codeIssueChecks are what an authorization server owes its own answer
// (RFC 6749 §4.1.2). They look at the code that really goes out.
var codeIssueChecks = []playground.Check[codeIssue]{
	{Test: (*codeIssue).unguessable, Rule: playground.Rule{
		ID: "code_unguessable", Title: "The code can't be guessed",
		Spec: rfc("6749", "10.10"), Level: playground.Must,
	}},
	{Test: (*codeIssue).shortLived, Rule: playground.Rule{
		ID: "code_short_lived", Title: "The code lives ten minutes or less",
		Spec: rfc("6749", "4.1.2"), Level: playground.Should,
	}},
	{Test: (*codeIssue).bound, Rule: playground.Rule{
		ID: "code_bound", Title: "The code is bound to client and redirect URI",
		Spec: rfc("6749", "4.1.2"), Level: playground.Must,
	}},
	{Test: (*codeIssue).boundToChallenge, Rule: playground.Rule{
		ID: "code_challenge_bound", Title: "The code is bound to the challenge",
		Spec: rfc("7636", "4.4"), Level: playground.Must,
	}},
	{Test: (*codeIssue).namesIssuer, Rule: playground.Rule{
		ID: "response_iss", Title: "The answer names its issuer",
		Spec: rfc("9207", "2"), Level: playground.Must,
	}},
}

// finish issues the authorization code that the interaction has led to, or the
// tokens of the older flows. A device gets its answer another way.
func (p *Provider) finish(w http.ResponseWriter, r *http.Request, i *interactionRecord) {
	if i.Device != "" {
		p.finishDevice(w, r, i)
		return
	}
	ctx, now := r.Context(), p.now()
	strict := p.strictnessFor(p.Client(i.Client))
	grant := &grantRecord{
		ID: p.value(ctx, "grant", ""), Client: i.Client, User: i.User, Scope: i.Scope,
		AuthTime: i.AuthTime, Nonce: i.Nonce, Created: now, Resources: i.Resources,
		Claims: i.Claims, ACR: i.ACR, Details: i.Details, Removals: p.removals(),
	}
	var err error
	if grant.SID, err = p.noteLogin(r, p.Client(i.Client), grant.ID); err != nil {
		p.pageUnavailable(w, err)
		return
	}
	rec := &codeRecord{
		Grant: grant.ID, Client: i.Client, RedirectURI: i.RedirectURI, RedirectURISent: i.RedirectURISent,
		Challenge: i.Challenge, Method: i.Method, Thumbprint: i.Thumbprint, Issued: now, Expires: now.Add(strict.codeTTL),
	}
	t, response := i.target(p), authorizationResponse{}
	p.faultyGrant(w, i, &t, grant, rec)
	if err := save(ctx, p.store, kindGrant, grant.ID, grant, strict.refreshMax); err != nil {
		p.pageUnavailable(w, err)
		return
	}
	if i.Type.has("code") {
		response.Code = p.value(ctx, "code", "cc_")
		if err := save(ctx, p.store, kindCode, response.Code, rec, strict.codeTTL); err != nil {
			p.pageUnavailable(w, err)
			return
		}
	}
	if err := p.issueFront(r, &strict, i, grant, &response); err != nil {
		p.pageUnavailable(w, err)
		return
	}
	if response.IDToken != "" {
		response.IDToken = p.faultyToken(w, response.IDToken, p.Client(i.Client), response.AccessToken, func(d *deviation) bool { return d.Group == GroupIDToken && !d.refresh })
	}
	if err := p.endPushed(r, i); err != nil {
		p.pageUnavailable(w, err)
		return
	}
	issue := &codeIssue{response.Code, rec, grant, response, p.cfg.Issuer, response.parameters(t.state, p.cfg.Issuer)}
	checks := codeIssueChecks
	if response.Code == "" {
		checks = codeIssueChecks[len(codeIssueChecks)-1:] // the rule about iss: there is no code to look at
	}
	j := p.newJudgement(playground.Mode{KeepGoing: true})
	defer j.end()
	judge(j, issue, checks)
	p.report(ctx, j.rows)
	if j.refused != nil || j.err != nil { // our own fault: such a code must not go out
		p.pageUnavailable(w, cmp.Or(j.err, errCodeIssue))
		return
	}
	p.respond(w, t, response)
}

func (c *codeIssue) unguessable() playground.Outcome {
	const prefix = len("cc_")
	if bits := (len(c.code) - prefix) * 6; bits < 128 {
		return playground.Fail("128 bits or more", strconv.Itoa(bits)+" bits", "make longer codes")
	}
	return playground.Pass()
}

func (c *codeIssue) shortLived() playground.Outcome {
	if ttl := c.rec.Expires.Sub(c.rec.Issued); ttl > 10*time.Minute {
		return playground.Fail("at most 10 minutes", ttl.String(), "shorten the lifetime of codes")
	}
	return playground.Pass()
}

func (c *codeIssue) bound() playground.Outcome {
	if c.rec.Client == "" || c.rec.RedirectURI == "" || c.rec.Client != c.grant.Client {
		return playground.Fail("client and redirect URI stored with the code", "a code without them", "store both with the code")
	}
	return playground.Pass()
}

func (c *codeIssue) boundToChallenge() playground.Outcome {
	if c.rec.Challenge == "" {
		return playground.Outcome{
			Status: playground.StatusInfo, Got: "no code_challenge in the request",
			Why: "Without PKCE whoever gets the code can use it in another session of this client.", Fix: fixPKCE,
		}
	}
	return playground.Pass()
}

func (c *codeIssue) namesIssuer() playground.Outcome {
	for _, one := range c.params {
		if one.Name == "iss" && one.Value == c.issuer {
			return playground.Pass()
		}
	}
	return playground.Fail("iss="+c.issuer, "none", "add iss to the authorization response")
}
