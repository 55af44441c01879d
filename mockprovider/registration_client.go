package mockprovider

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"claimcheck/playground"
)

// configurationChecks open the client configuration endpoint (RFC 7592 §2).
var configurationChecks = []playground.Check[registration]{
	{Test: (*registration).accessToken, Rule: playground.Rule{
		ID: "registration_access_token", Title: "It has the registration access token of this client",
		Spec: rfc("7592", "2"), Level: playground.Must, Refusal: "invalid_token",
	}},
}

// updateChecks are for new metadata (RFC 7592 §2.2).
var updateChecks = append([]playground.Check[registration]{
	configurationChecks[0],
	{Test: (*registration).readable, Rule: registrationJSON},
	{Test: (*registration).updateClientID, Rule: playground.Rule{
		ID: "registration_client_id", Title: "The metadata names the client that it is for",
		Spec: rfc("7592", "2.2"), Level: playground.Must, Refusal: "invalid_client_metadata",
	}},
	{Test: (*registration).updateSecret, Rule: playground.Rule{
		ID: "registration_secret", Title: "A secret in it is the one that the client has",
		Spec: rfc("7592", "2.2"), Level: playground.Must, Refusal: "invalid_client_metadata",
	}},
	{Test: (*registration).updateOwn, Rule: playground.Rule{
		ID: "registration_own_members", Title: "It leaves out what only the server sets",
		Spec: rfc("7592", "2.2"), Level: playground.Must, Refusal: "invalid_client_metadata",
	}},
}, metadataChecks...)

// configuration is the client configuration endpoint: read, replace, delete.
func (p *Provider) configuration(w http.ResponseWriter, r *http.Request) {
	s := &registration{p: p, r: r}
	switch r.Method {
	case http.MethodPut:
		s.read()
		if s.answer(w, updateChecks) {
			s.write(w, http.StatusOK)
		}
	case http.MethodDelete:
		if !s.answer(w, configurationChecks) {
			return
		}
		if err := p.registry.RemoveClient(s.old.ID); err != nil && !errors.Is(err, ErrNotRegistered) {
			p.unavailable(w, err)
			return
		}
		noStore(w.Header())
		w.WriteHeader(http.StatusNoContent)
	default:
		if s.answer(w, configurationChecks) {
			s.client = s.old
			s.write(w, http.StatusOK)
		}
	}
}

// accessToken gives a client that is not there the same answer as a wrong token.
func (s *registration) accessToken() playground.Outcome {
	id := strings.TrimPrefix(s.r.URL.Path, s.p.issuer.Path+registerPath)
	token := s.bearer()
	c := s.p.Client(id)
	if token == "" || c == nil || c.registered == nil || !equal(hashOf(token), c.registered.token) {
		return playground.Fail("the registration access token of this client", "none, another one, or another client", "send registration_access_token of the registration response as a bearer token")
	}
	s.old, s.token = c, token
	return playground.Pass()
}

// pages are what the client registered for people to read (RFC 7591 §2), with
// what a page calls each. The logo's address is one of them: the consent page
// says where it is and does not load it, because that would tell the app's server
// who looks at the page.
func (c *Client) pages() []clientPage {
	if c == nil || c.registered == nil {
		return nil
	}
	m := &c.registered.meta
	all := []clientPage{{"home page", m.URI}, {"privacy policy", m.PolicyURI}, {"terms of service", m.TermsURI}, {"logo", m.LogoURI}}
	return slices.DeleteFunc(all, func(one clientPage) bool { return one.URL == "" })
}

func (s *registration) updateClientID() playground.Outcome {
	if got, _ := textOf(s.members["client_id"]); got != s.old.ID {
		return failAt("client_id", s.old.ID, got, "send the client_id that the client has")
	}
	return playground.Pass()
}

func (s *registration) updateSecret() playground.Outcome {
	raw, ok := s.members["client_secret"]
	if secret, _ := textOf(raw); ok && !s.old.secretIs(secret) {
		o := failAt("client_secret", "the secret of this client, or none", "another one", "leave client_secret out: a client can't choose its secret")
		o.Why = "A chosen secret can be a weak one, or one that others use too."
		return o
	}
	return playground.Pass()
}

func (s *registration) updateOwn() playground.Outcome {
	for _, name := range []string{"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"} {
		if _, ok := s.members[name]; ok {
			return failAt(name, "no "+name, "a value for it", "leave it out of the request")
		}
	}
	return playground.Pass()
}
