package mockprovider

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

const (
	// typRequestObject is the typ of a request object (RFC 9101 §10.8).
	typRequestObject = "oauth-authz-req+jwt"
	// maxObjectLife is how long a request object of FAPI may live. RFC 9101 sets no
	// limit, nor does the security profile: it is our choice.
	maxObjectLife = time.Hour
)

// objectChecks are a signed request object (RFC 9101 §6): the parameters of the
// authorization request as a JWT that the client signed. They stand before all
// other rules, which then judge what is in the object and nothing from around it.
var objectChecks = []playground.Check[authorization]{
	{Test: (*authorization).objectSender, Rule: playground.Rule{
		ID: "request_object_sender", Title: "The client_id beside it is registered",
		Spec: rfc("9101", "5"), Level: playground.Must,
	}},
	{Test: (*authorization).objectAlone, Rule: playground.Rule{
		ID: "request_object_alone", Title: "One request object, and no request_uri beside it",
		Spec: rfc("9101", "5"), Level: playground.Must, Refusal: "invalid_request",
	}},
	{Test: (*authorization).objectKeysFetched, Rule: playground.Rule{
		ID: "request_object_keys_fetched", Title: "The client's keys could be fetched, if they are at an address",
		Spec: rfc("6749", "4.1.2.1"), Level: playground.Choice, Refusal: "temporarily_unavailable",
	}},
	{Test: (*authorization).objectKeys, Rule: playground.Rule{
		ID: "request_object_keys", Title: "The client registered keys to sign with",
		Spec: rfc("9101", "6.2"), Level: playground.Must, Refusal: "invalid_request_object",
	}},
	{Test: (*authorization).objectAlg, Rule: playground.Rule{
		ID: "request_object_alg", Title: "FAPI takes the algorithm that the client registered for it",
		Spec: fapi("5.4.1"), Level: playground.Must, Refusal: "invalid_request_object", In: inFAPI2,
	}},
	{Test: (*authorization).objectSigned, Rule: playground.Rule{
		ID: "request_object_signed", Title: "The request object is signed: its alg is not none",
		Spec: rfc("9101", "10.5"), Level: playground.Must, Refusal: "invalid_request_object",
	}},
	{Test: (*authorization).objectVerified, Rule: requestObjectVerified},
	{Test: (*authorization).objectTyped, Rule: playground.Rule{
		ID: "request_object_typ", Title: "Its typ is that of a request object, if it has one",
		Spec: rfc("9101", "10.8"), Level: playground.Should, Refusal: "invalid_request_object",
	}},
	{Test: (*authorization).objectNoSubject, Rule: playground.Rule{
		ID: "request_object_sub", Title: "It can't pass for a client assertion",
		Spec: rfc("9101", "10.8"), Level: playground.Should, Refusal: "invalid_request_object",
	}},
	{Test: (*authorization).objectLife, Rule: playground.Rule{
		ID: "request_object_life", Title: "It lives for an hour at most, and says from when on",
		Spec: rfc("7519", "4.1.4"), Level: playground.Choice, Refusal: "invalid_request_object", In: inFAPI2,
	}},
	{Test: (*authorization).objectClient, Rule: playground.Rule{
		ID: "request_object_client_id", Title: "The client_id in it is the one beside it",
		Spec: rfc("9101", "6.3"), Level: playground.Must, Refusal: "invalid_request_object",
	}},
	{Test: (*authorization).objectNotNested, Rule: playground.Rule{
		ID: "request_object_nested", Title: "There is no request object in the request object",
		Spec: rfc("9101", "4"), Level: playground.Must, Refusal: "invalid_request_object",
	}},
	{Test: (*authorization).objectParameters, Rule: playground.Rule{
		ID: "request_object_parameters", Title: "Its claims can be read as parameters",
		Spec: rfc("9101", "4"), Level: playground.Must, Refusal: "invalid_request_object",
	}},
}

// requestObjectVerified is decided by the rules of the playground's engine, whose
// rows stand before it.
var requestObjectVerified = playground.Rule{
	ID: "request_object_verified", Title: "The client signed it, for this server, and it has not expired",
	Spec: rfc("9101", "6.2"), Level: playground.Must, Refusal: "invalid_request_object",
}

// signedRequired is for clients that must sign their requests.
var signedRequired = playground.Rule{
	ID: "request_object_required", Title: "A client that must sign its requests has signed",
	Spec: rfc("9101", "10.5"), Level: playground.Must, Refusal: "invalid_request", Switchable: true,
}

// byValue tells whether the request comes as a request object.
func (s *authorization) byValue() bool { return s.params.has("request") }

// judgeObject runs the rules for a request object, and puts the rows of the
// engine before the rule that they decide.
func (s *authorization) judgeObject(j *judgement) {
	judge(j, s, objectChecks)
	if s.object == nil || s.object.verdict == nil {
		return
	}
	j.rows = s.object.verdict.Before(j.rows, requestObjectVerified.ID) // a new list: j.refused points into the old one
}

func (s *authorization) objectAlone() playground.Outcome {
	switch {
	case len(s.params.values["request"]) > 1:
		return failAt("request", "one request object", "several", "send one request object")
	case s.params.has("request_uri"):
		return failAt("request_uri", "request or request_uri", "both", "send the request object, or the request_uri of a pushed request")
	}
	return playground.Pass()
}

// objectSender finds whose keys count. A pushed request comes from a client that
// has authenticated.
func (s *authorization) objectSender() playground.Outcome {
	if s.client == nil && len(s.params.values["client_id"]) == 1 {
		s.client = s.p.Client(s.params.get("client_id"))
	}
	if s.client == nil {
		return failAt("client_id", "the client_id of a registered client", s.params.get("client_id"), "send client_id beside request too: this server looks for the keys by it")
	}
	return playground.Pass()
}

// objectKeysFetched says nothing about the object: the client may send it again.
func (s *authorization) objectKeysFetched() playground.Outcome {
	object := readForeign(s.params.get("request"))
	keys, err := s.p.clientKeys(s.r.Context(), s.client, object.header.String("kid"))
	if err != nil {
		return noClientKeys(err)
	}
	s.object, s.clientKeys = object, keys
	return playground.Pass()
}

// objectKeys needs a key of the client: without one nothing can be verified.
func (s *authorization) objectKeys() playground.Outcome {
	if len(s.clientKeys) == 0 {
		return failAt("request", "a client with a JWK Set", "a client without one", "register the client's public keys as jwks, or send plain parameters")
	}
	return playground.Pass()
}

// objectAlg is about what the client registered. One that registered nothing may
// sign with what the policy leaves: the engine judges the object by that.
func (s *authorization) objectAlg() playground.Outcome {
	if alg := s.client.RequestObjectSigningAlg; alg != "" && !slices.Contains(foreignAlgs(s.strict.bit), alg) {
		return failAt("request", strings.Join(foreignAlgs(s.strict.bit), ", "), alg, "register another request_object_signing_alg, with a key for it")
	}
	return playground.Pass()
}

func (s *authorization) objectSigned() playground.Outcome {
	s.object.judge(keySet("the keys that "+s.client.displayName()+" registered", s.clientKeys), playground.Policy{
		Algorithms: s.objectAlgs(), Issuer: s.client.ID, Audience: s.p.cfg.Issuer, Now: s.p.now(),
	})
	if s.object.alg() == "none" {
		o := failAt("request", strings.Join(s.objectAlgs(), ", "), "none", "sign the request object with a key that the client registered")
		o.Why = "Without a signature anybody can write the object, and the browser that carries it can change it."
		return o
	}
	return playground.Pass()
}

// objectAlgs are the algorithms that the client may sign request objects with.
func (s *authorization) objectAlgs() []string {
	if alg := s.client.RequestObjectSigningAlg; alg != "" {
		return []string{alg}
	}
	return foreignAlgs(s.strict.bit)
}

func (s *authorization) objectVerified() playground.Outcome { return s.object.outcome("request") }

// objectTyped keeps other JWTs of the client from passing for a request. Many
// clients send no typ, or JWT.
func (s *authorization) objectTyped() playground.Outcome {
	typ := s.object.header.String("typ")
	switch got := strings.TrimPrefix(strings.ToLower(typ), "application/"); got {
	case typRequestObject:
		return playground.Pass()
	case "", "jwt":
		return playground.Outcome{
			Status: playground.StatusInfo, Expected: typRequestObject, Got: cmp.Or(typ, "no typ"),
			Fix: "set typ to " + typRequestObject + ", so that no other JWT of this client can pass for a request",
		}
	}
	return failAt("request", typRequestObject, typ, "send a JWT that was made as a request object")
}

func (s *authorization) objectNoSubject() playground.Outcome {
	if s.object.text("sub") == s.client.ID {
		o := failAt("request", "no sub", "sub="+s.client.ID, "leave sub out of the request object")
		o.Why = "With iss and sub of the client it looks like a client assertion: whoever sees it in the browser could try to log in with it."
		return o
	}
	return playground.Pass()
}

// objectLife is what this server asks of FAPI's clients: exp is at most an hour
// after nbf. As it has not expired, nbf then is no more than an hour ago either.
func (s *authorization) objectLife() playground.Outcome {
	exp, nbf := s.object.date("exp"), s.object.date("nbf")
	switch {
	case exp == nil || nbf == nil:
		return failAs("request_object_life_missing", "exp and nbf", "no exp, or no nbf", "set nbf to now and exp to a minute from now")
	case exp.After(nbf.Add(maxObjectLife)):
		return failAt("request", "exp within an hour of nbf", exp.Sub(*nbf).String()+" later", "set nbf to now and exp to a minute from now")
	}
	return playground.Pass()
}

func (s *authorization) objectClient() playground.Outcome {
	if got := s.object.text("client_id"); got != s.client.ID {
		o := failAt("client_id", s.client.ID, cmp.Or(got, "no client_id in the object"), "put client_id into the request object, the same as beside it")
		o.Why = "Otherwise one client could send what another one signed."
		return o
	}
	return playground.Pass()
}

func (s *authorization) objectNotNested() playground.Outcome {
	for _, name := range []string{"request", "request_uri"} {
		if s.object.claims.Get(name) != nil {
			return failAt("request", "no "+name+" in it", "a "+name+" claim", "put the parameters themselves into the request object")
		}
	}
	return playground.Pass()
}

// objectParameters puts the claims of the object in the place of what stands
// beside it (RFC 9101 §6.3). A string is the parameter's value, and so is a number
// as it is written; of an object or a list its JSON. Claims of the JWT itself are no
// parameters.
func (s *authorization) objectParameters() playground.Outcome {
	values := make(url.Values)
	payload := s.object.token.Payload()
	for _, member := range s.object.claims.Members {
		switch name, v := member.Name, &member.Value; {
		case slices.Contains([]string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}, name):
		case v.Kind == playground.KindNull, v.Text == "" && v.Kind == playground.KindString: // as if it were not there
		case name == "resource" && v.Kind == playground.KindArray:
			list, ok := s.object.claims.Strings(name)
			if !ok {
				return failAt("request", "resource as a string or a list of strings", "another list", "write each resource as a string")
			}
			values[name] = list
		case v.Kind == playground.KindObject, v.Kind == playground.KindArray:
			values.Set(name, string(payload.Bytes[v.Start:v.End]))
		default:
			values.Set(name, v.Text)
		}
	}
	s.params = params{values: values, contentType: formType}
	return playground.Pass()
}

func (s *authorization) objectRequired() playground.Outcome {
	switch {
	case !s.client.RequireSignedRequestObject, s.record != nil: // judged when it was pushed
		return playground.Skip(playground.WhyNotConcerned)
	case s.object == nil:
		return failAt("request", "a signed request object", "plain parameters", "sign the parameters, and send the result as request")
	}
	return playground.Pass()
}

// answerable tells whether an error of a request object may go to the client: the
// redirect URI beside the object is registered too. Nothing in the object counts,
// as long as nobody knows who wrote it.
func (s *authorization) answerable() bool {
	if s.redirect != nil {
		return true
	}
	if s.client == nil || !s.params.has("redirect_uri") {
		return false
	}
	_, refused, err := playground.Run(s.strict.run, s, redirectChecks)
	return refused == nil && err == nil
}
