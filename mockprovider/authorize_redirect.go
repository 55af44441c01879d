package mockprovider

import (
	"net/url"
	"slices"
	"strings"

	"claimcheck/playground"
)

// redirectChecks decide where the answer may go. None of them is answered with
// a redirect: that would make the provider an open redirector (RFC 9700 §4.11.2).
var redirectChecks = []playground.Check[authorization]{
	{Test: (*authorization).redirectURIPresent, Rule: playground.Rule{
		ID: "redirect_uri_present", Title: "There is one redirect URI",
		Spec: rfc("6749", "3.1.2.3"), Level: playground.Must,
	}},
	{Test: (*authorization).redirectURIAbsolute, Rule: playground.Rule{
		ID: "redirect_uri_absolute", Title: "The redirect URI is absolute, without a fragment",
		Spec: rfc("6749", "3.1.2"), Level: playground.Must,
	}},
	{Test: (*authorization).redirectURIExact, Rule: playground.Rule{
		ID: "redirect_uri_exact", Title: "The redirect URI is registered, character by character",
		Spec: rfc("9700", "2.1"), Level: playground.Must, In: inCore, Switchable: true,
	}},
}

func (s *authorization) redirectURIPresent() playground.Outcome {
	sent := s.params.values["redirect_uri"]
	openID := slices.Contains(strings.Fields(s.params.get("scope")), "openid")
	switch {
	case len(sent) == 1:
		s.redirectURI = sent[0]
	case len(sent) > 1:
		o := failAt("redirect_uri", "one redirect_uri", "several", "send it once: which one counts would be a guess")
		o.Case = "redirect_uri_twice"
		return o
	case openID:
		o := failAt("redirect_uri", "redirect_uri", "nothing", "send it: OpenID Connect Core 1.0 §3.1.2.1 requires it")
		o.Case = "redirect_uri_openid"
		return o
	case len(s.client.RedirectURIs) == 1:
		s.redirectURI = s.client.RedirectURIs[0]
	default:
		return failAt("redirect_uri", "redirect_uri, because several are registered", "nothing", "say which of the registered URIs to use")
	}
	return playground.Pass()
}

func (s *authorization) redirectURIAbsolute() playground.Outcome {
	u, problem := parseRedirectURI(s.redirectURI)
	if problem != "" {
		return failAt("redirect_uri", "an absolute URI without a fragment", problem, "send the registered redirect URI")
	}
	s.redirect = u
	return playground.Pass()
}

func (s *authorization) redirectURIExact() playground.Outcome {
	if slices.Contains(s.client.RedirectURIs, s.redirectURI) {
		return playground.Pass()
	}
	for _, registered := range s.client.RedirectURIs {
		if !s.client.Native || !samePortAside(registered, s.redirect, s.redirectURI) {
			continue
		}
		if s.redirect.Hostname() == "localhost" {
			return playground.Outcome{
				Status: playground.StatusWarn, Case: "redirect_uri_localhost",
				Got: s.redirectURI, Expected: "a loopback IP address",
				Why: "localhost may resolve to another interface or to nothing (RFC 8252 §8.3).",
				Fix: "register http://127.0.0.1/… and listen there",
			}
		}
		return playground.Pass()
	}
	o := failAt("redirect_uri", strings.Join(s.client.RedirectURIs, " or "), s.redirectURI, "register exactly this URI, or send exactly a registered one")
	o.Why = "Whoever chooses the redirect URI receives the code. A comparison with any freedom in it has been got round before (RFC 9700 §4.1)."
	return o
}

// samePortAside compares loopback redirect URIs of native apps, where the port
// is the operating system's choice (RFC 8252 §7.3). All else must be equal.
func samePortAside(registered string, u *url.URL, sent string) bool {
	reg, err := url.Parse(registered)
	if err != nil || reg.Scheme != "http" || !isLoopback(reg.Hostname()) || reg.Hostname() != u.Hostname() {
		return false
	}
	return withoutPort(reg, registered) == withoutPort(u, sent)
}

func withoutPort(u *url.URL, raw string) string {
	host, port := u.Host, u.Port()
	return strings.Replace(raw, host, strings.TrimSuffix(host, ":"+port), 1)
}
