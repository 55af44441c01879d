package mockprovider

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	strictjson "github.com/go-jose/go-jose/v4/json"

	"claimcheck/playground"
)

// registrationTTL is how long a dynamic registration lives, on the provider's
// clock. Its secret ends with it.
const registrationTTL = 7 * 24 * time.Hour

// registration is what the rules of the registration endpoint and of the client
// configuration endpoint know. Each field names the rule that fills it.
type registration struct {
	p *Provider
	r *http.Request

	body     []byte
	tooLarge bool

	members map[string]json.RawMessage // registration_json
	meta    clientMetadata             // registration_types
	old     *Client                    // registration_access_token; nil for a new client
	client  *Client                    // registration_stored
	secret  string                     // registration_stored: one that was made now
	token   string                     // registration_access_token, or registration_stored for a new client

	wanted string // client_id_own: an ID that the request asks for, where that is let through

	statement *foreignJWT // software_statement_readable
}

// registrationChecks are the client registration endpoint (RFC 7591 §3.1).
var registrationChecks = append([]playground.Check[registration]{
	{Test: (*registration).initialToken, Rule: playground.Rule{
		ID: "registration_initial_token", Title: "Registration is open, or the request has the initial access token",
		Spec: rfc("7591", "3"), Level: playground.Choice, Refusal: "invalid_token",
	}},
	{Test: (*registration).readable, Rule: registrationJSON},
}, metadataChecks...)

// registrationJSON is the first rule about the body.
var registrationJSON = playground.Rule{
	ID: "registration_json", Title: "The body is one JSON object, sent as application/json",
	Spec: rfc("7591", "3.1"), Level: playground.Must, Refusal: "invalid_client_metadata",
}

// metadataChecks judge the metadata of a client (RFC 7591 §2), also when it
// changes. What this server can't do is refused where leaving it out would weaken
// the client; members that nobody here knows are ignored, as §2 asks.
var metadataChecks = []playground.Check[registration]{
	{Test: (*registration).statementReadable, Rule: playground.Rule{
		ID: "software_statement_readable", Title: "The software statement is a signed JWT with an iss",
		Spec: rfc("7591", "2.3"), Level: playground.Must, Refusal: "invalid_software_statement",
	}},
	{Test: (*registration).statementApproved, Rule: playground.Rule{
		ID: "software_statement_approved", Title: "This server trusts who made the software statement",
		Spec: rfc("7591", "3.2.2"), Level: playground.Must, Refusal: "unapproved_software_statement",
	}},
	{Test: (*registration).statementSigned, Rule: playground.Rule{
		ID: "software_statement_signature", Title: "Its issuer signed the software statement",
		Spec: rfc("7591", "2.3"), Level: playground.Must, Refusal: "invalid_software_statement",
	}},
	{Test: (*registration).typed, Rule: playground.Rule{
		ID: "registration_types", Title: "Every member has the type that it must have",
		Spec: rfc("7591", "2"), Level: playground.Must, Refusal: "invalid_client_metadata",
	}},
	{Test: (*registration).supported, Rule: playground.Rule{
		ID: "registration_supported", Title: "It asks for nothing that this server can't do",
		Spec: rfc("7591", "2"), Level: playground.Choice, Refusal: "invalid_client_metadata",
	}},
	{Test: (*registration).grantsConsistent, Rule: playground.Rule{
		ID: "registration_grants", Title: "Grant types and response types go together",
		Spec: rfc("7591", "2.1"), Level: playground.Should, Refusal: "invalid_client_metadata",
	}},
	{Test: (*registration).redirectPresent, Rule: playground.Rule{
		ID: "registration_redirect_present", Title: "A grant with a redirect has a redirect URI",
		Spec: rfc("7591", "2"), Level: playground.Must, Refusal: "invalid_redirect_uri",
	}},
	{Test: (*registration).redirectURIs, Rule: playground.Rule{
		ID: "registration_redirect_uris", Title: "Each redirect URI is one that this kind of app can keep",
		Spec: rfc("7591", "5"), Level: playground.Must, Refusal: "invalid_redirect_uri",
	}},
	{Test: (*registration).keysOnce, Rule: playground.Rule{
		ID: "registration_keys", Title: "jwks or jwks_uri, not both",
		Spec: rfc("7591", "2"), Level: playground.Must, Refusal: "invalid_client_metadata",
	}},
	{Test: (*registration).secretNeeded, Rule: playground.Rule{
		ID: "registration_confidential", Title: "A client that acts for itself authenticates",
		Spec: rfc("6749", "4.4"), Level: playground.Must, Refusal: "invalid_client_metadata",
	}},
	{Test: (*registration).clientIDOwn, Rule: clientIDOwn},
	{Test: (*registration).stored, Rule: playground.Rule{
		ID: "registration_stored", Title: "Every other value is one that this server has",
		Spec: rfc("7591", "3.2.2"), Level: playground.Must, Refusal: "invalid_client_metadata",
	}},
}

// registerDynamic is the client registration endpoint (RFC 7591 §3).
func (p *Provider) registerDynamic(w http.ResponseWriter, r *http.Request) {
	s := &registration{p: p, r: r}
	s.read()
	if s.answer(w, registrationChecks) {
		s.write(w, http.StatusCreated)
	}
}

// clientIDOwn is about what this server does, and refuses nobody: a client_id in a
// request is no metadata, and is not looked at (RFC 7591 §2).
var clientIDOwn = playground.Rule{
	ID: "client_id_own", Title: "The server makes the client_id, whatever the request asks for",
	Spec: rfc("9700", "4.15.1"), Level: playground.Should, Switchable: true,
}

// clientIDOwn lets a client have the ID that it asks for where the rule is off. A
// client that somebody configured or confirmed is never replaced by that.
func (s *registration) clientIDOwn() playground.Outcome {
	id := s.meta.ClientID
	strict := s.p.strictnessFor(nil)
	switch there := s.p.registry.Client(id); {
	case s.old != nil || id == "":
		return playground.Skip(playground.WhyNotConcerned)
	case !strict.off(clientIDOwn.ID) || there != nil && (!there.Dynamic || there.Confirmed):
		return playground.Pass()
	}
	s.wanted = id
	o := failAt("client_id", "an ID that this server makes", id, "leave client_id out, and take the one in the answer")
	o.Why = "A token of the client credentials grant has the client_id as its sub. A client that is called like a user gets tokens that read like that user's."
	return o
}

// registers tells whether clients can register themselves here.
func (p *Provider) registers() bool {
	return p.cfg.InsecureOpenRegistration || p.cfg.InitialAccessToken != ""
}

// read takes the body. What is wrong with it is a matter of the rules.
func (s *registration) read() {
	var err error
	s.body, err = io.ReadAll(s.r.Body)
	_, s.tooLarge = errors.AsType[*http.MaxBytesError](err)
	if err != nil {
		s.body = nil
	}
}

// answer runs the rules, and answers if they refuse. It reports whether the
// request was accepted.
func (s *registration) answer(w http.ResponseWriter, checks []playground.Check[registration]) bool {
	if s.tooLarge {
		writeJSON(w, http.StatusRequestEntityTooLarge, oauthError{"invalid_request"})
		return false
	}
	strict := s.p.strictnessFor(nil)
	rows, refused, err := playground.Run(strict.run, s, checks)
	s.p.report(s.r.Context(), rows)
	switch {
	case err != nil:
		s.p.unavailable(w, err)
	case refused != nil && refused.Refusal == "invalid_token":
		s.p.bearerRefused(w, refused.Refusal, false)
	case refused != nil:
		writeJSON(w, http.StatusBadRequest, oauthError{refused.Refusal})
	}
	return refused == nil && err == nil
}

// write answers with the client information response (RFC 7591 §3.2.1, RFC 7592
// §3). A secret is shown once, in the answer in which it is made: what is kept is
// its hash.
func (s *registration) write(w http.ResponseWriter, status int) {
	meta := s.client.registered.meta
	meta.ClientID, meta.Secret = s.client.ID, s.secret
	meta.IssuedAt = s.client.registered.issued.Unix()
	if s.client.hasSecret() {
		expires := s.client.Expires.Unix()
		meta.SecretExpires = &expires
	}
	meta.ConfigurationURI = s.p.url("/register/" + s.client.ID)
	meta.AccessToken = s.token
	writeJSON(w, status, meta)
}

func (s *registration) initialToken() playground.Outcome {
	if s.p.cfg.InsecureOpenRegistration {
		return playground.Skip(playground.WhyNotConcerned)
	}
	if token := s.bearer(); token == "" || !equal(token, s.p.cfg.InitialAccessToken) {
		return playground.Fail("Authorization: Bearer and the initial access token", "none, or another one", "ask whoever runs this server for its initial access token")
	}
	return playground.Pass()
}

// bearer is the token of the Authorization header, or nothing.
func (s *registration) bearer() string {
	headers := s.r.Header.Values("Authorization")
	if len(headers) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func (s *registration) readable() playground.Outcome {
	if got, _, _ := mime.ParseMediaType(s.r.Header.Get("Content-Type")); got != "application/json" {
		return playground.Fail("Content-Type: application/json", "another media type", "send the metadata as JSON, not as a form")
	}
	if strictjson.Unmarshal(s.body, &s.members) != nil || s.members == nil {
		return playground.Fail("a JSON object, each name once", "something else", "send an object with the client's metadata")
	}
	return playground.Pass()
}

func (s *registration) typed() playground.Outcome {
	raw, err := json.Marshal(s.members)
	if err == nil {
		err = strictjson.Unmarshal(raw, &s.meta)
	}
	if err != nil {
		return playground.Fail("strings, arrays of strings, true and false as RFC 7591 §2 names them", "a member of another type", "compare the types with the names in the standard: scope is one string, redirect_uris an array")
	}
	s.meta.defaults()
	return playground.Pass()
}
