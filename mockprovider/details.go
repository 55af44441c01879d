package mockprovider

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	strictjson "github.com/go-jose/go-jose/v4/json"

	"claimcheck/playground"
)

// The limits of authorization_details: bytes, and elements.
const (
	maxDetailsSize = 4096
	maxDetails     = 10
)

// authorizationDetails are the elements of authorization_details (RFC 9396 §2), as
// compact JSON.
type authorizationDetails []json.RawMessage

// The rules about authorization details.
var (
	detailsKnown = playground.Rule{
		ID: "authorization_details_known", Title: "Each authorization detail is of a type of this server, with its fields",
		Spec: rfc("9396", "5"), Level: playground.Must, Refusal: "invalid_authorization_details",
	}
	detailsAllowed = playground.Rule{
		ID: "authorization_details_allowed", Title: "The client may ask for details of each type",
		Spec: rfc("9396", "5"), Level: playground.Must, Refusal: "invalid_authorization_details",
	}
	detailsGranted = playground.Rule{
		ID: "authorization_details_granted", Title: "It asks for no more details than were granted",
		Spec: rfc("9396", "6"), Level: playground.Must, Refusal: "invalid_authorization_details",
	}
	detailsOneAPI = playground.Rule{
		ID: "authorization_details_one_api", Title: "Scope and details belong to one API",
		Spec: rfc("9068", "3"), Level: playground.Should, Refusal: "invalid_authorization_details", In: inCurrent,
	}
)

// detailsChecks are authorization_details at the authorization endpoint.
var detailsChecks = []playground.Check[authorization]{
	{Test: (*authorization).detailsKnown, Rule: detailsKnown},
	{Test: (*authorization).detailsAllowed, Rule: detailsAllowed},
	{Test: (*authorization).detailsOneAPI, Rule: detailsOneAPI},
}

// readDetails reads the parameter. Without it there are no details and nothing
// is wrong.
func (p *Provider) readDetails(raw string) (details authorizationDetails, o playground.Outcome) {
	if raw == "" {
		return nil, playground.Skip(playground.WhyNotConcerned)
	}
	const fix = "send a JSON array of objects, each with a type that the metadata lists and the fields of that type"
	if len(raw) > maxDetailsSize {
		return nil, failAt("authorization_details", "at most 4096 bytes", strconv.Itoa(len(raw))+" bytes", "ask for fewer details")
	}
	if strictjson.Unmarshal([]byte(raw), &details) != nil || len(details) == 0 || len(details) > maxDetails {
		return nil, failAt("authorization_details", "a JSON array of 1 to 10 objects", raw, fix)
	}
	for n, one := range details {
		if _, problem := p.readDetail(one); problem != "" {
			return nil, failAt("authorization_details", "details of a type that this server knows", problem, fix)
		}
		var compact bytes.Buffer
		_ = json.Compact(&compact, one) // it was just read
		details[n] = compact.Bytes()
	}
	return details, playground.Pass()
}

// judgeDetails tells whether the client registered for each type.
func (c *Client) judgeDetails(p *Provider, details authorizationDetails) playground.Outcome {
	for _, one := range details {
		if d, _ := p.readDetail(one); !slices.Contains(c.DetailTypes, d.kind.Type) {
			return failAt("authorization_details", "one of the client's types: "+strings.Join(c.DetailTypes, ", "), d.kind.Type, "register the client for "+d.kind.Type)
		}
	}
	return playground.Pass()
}

// apisOfDetails is the APIs that the details are for.
func (p *Provider) apisOfDetails(details authorizationDetails) []string {
	var out []string
	for _, one := range details {
		if d, problem := p.readDetail(one); problem == "" && !slices.Contains(out, d.api.Audience) {
			out = append(out, d.api.Audience)
		}
	}
	return out
}

// detailsAt leaves the details that are for one of the resources. Without
// resources that is all of them (RFC 9396 §3.2).
func (p *Provider) detailsAt(details authorizationDetails, resources []string) authorizationDetails {
	return slices.DeleteFunc(slices.Clone(details), func(one json.RawMessage) bool {
		return len(resources) > 0 && !covers(resources, p.apisOfDetails(authorizationDetails{one}))
	})
}

// coversDetails tells whether every asked detail is within a granted one.
func (p *Provider) coversDetails(granted, asked authorizationDetails) bool {
	for _, one := range asked {
		wish, _ := p.readDetail(one)
		if !slices.ContainsFunc(granted, func(g json.RawMessage) bool {
			have, problem := p.readDetail(g)
			return problem == "" && have.covers(&wish)
		}) {
			return false
		}
	}
	return true
}

func (s *authorization) detailsKnown() (o playground.Outcome) {
	s.details, o = s.p.readDetails(s.params.get("authorization_details"))
	return o
}

func (s *authorization) detailsAllowed() playground.Outcome {
	return s.client.judgeDetails(s.p, s.details)
}

func (s *authorization) detailsOneAPI() playground.Outcome {
	if s.params.has("resource") { // resource_one asks when a token is made
		return playground.Skip(playground.WhyNotConcerned)
	}
	return s.p.judgeDetailsAudience(s.client, s.scope(), s.details)
}

func (p *Provider) judgeDetailsAudience(c *Client, scope []string, details authorizationDetails) playground.Outcome {
	if len(details) == 0 || c.OpaqueTokens {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if apis := p.audienceFor(scope, details); len(apis) > 1 {
		o := failAt("authorization_details", "scope and details of one API", strings.Join(apis, " and "), "ask for one token per API")
		o.Why = "One token for two APIs lets each of them act at the other one."
		return o
	}
	return playground.Pass()
}

// audienceFor is the APIs that scope and details are about, each once.
func (p *Provider) audienceFor(scope []string, details authorizationDetails) []string {
	apis := p.apisOf(scope)
	for _, one := range p.apisOfDetails(details) {
		if !slices.Contains(apis, one) {
			apis = append(apis, one)
		}
	}
	return apis
}

// detailsGranted narrows the details of the new access token, as scope is
// narrowed on a refresh. The grant keeps what was granted.
func (s *tokenRequest) detailsGranted() playground.Outcome {
	s.details = s.p.detailsAt(s.grant.Details, s.resources)
	asked, o := s.p.readDetails(s.params.get("authorization_details"))
	if o.Status != playground.StatusPass {
		return o
	}
	if !s.p.coversDetails(s.grant.Details, asked) {
		return failAt("authorization_details", "no more than was granted", s.params.get("authorization_details"), "ask for less, or start a new flow and ask for more there")
	}
	s.details = s.p.detailsAt(asked, s.resources)
	return o
}

// detailsExchanged is detailsGranted for a token that comes from another one: it
// has the details that the request names, of those that the subject token has.
// They are not handed on unasked, because the new token is for somebody else.
func (s *tokenRequest) detailsExchanged() playground.Outcome {
	if !s.params.has("authorization_details") {
		return playground.Skip(playground.WhyNotConcerned)
	}
	return s.detailsGranted()
}

// detailsKnown is for requests where nothing was granted before.
func (s *tokenRequest) detailsKnown() (o playground.Outcome) {
	s.details, o = s.p.readDetails(s.params.get("authorization_details"))
	return o
}

func (s *tokenRequest) detailsAllowed() playground.Outcome {
	return s.client.judgeDetails(s.p, s.details)
}

func (s *tokenRequest) detailsOneAPI() playground.Outcome {
	s.details = s.p.detailsAt(s.details, s.resources)
	return s.p.judgeDetailsAudience(s.client, s.scope, s.details)
}
