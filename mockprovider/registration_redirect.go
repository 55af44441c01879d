package mockprovider

import (
	"net/url"
	"slices"
	"strings"

	"claimcheck/playground"
)

func (s *registration) redirectPresent() playground.Outcome {
	redirected := slices.Contains(s.meta.GrantTypes, grantAuthorizationCode) || slices.Contains(s.meta.GrantTypes, grantImplicit)
	if redirected && len(s.meta.RedirectURIs) == 0 {
		return failAt("redirect_uris", "one redirect URI or more", "none", "register the address of your callback")
	}
	return playground.Pass()
}

func (s *registration) redirectURIs() playground.Outcome {
	for _, raw := range s.meta.RedirectURIs {
		u, problem := parseRedirectURI(raw)
		if problem == "" {
			problem = misplaced(u, s.meta.ApplicationType)
		}
		if problem != "" {
			return failAt("redirect_uris", "a redirect URI of a "+s.meta.ApplicationType+" app", raw+": "+problem, "register an address that only this app receives")
		}
	}
	return playground.Pass()
}

// misplaced says why a redirect URI is not one for the kind of app. A web app has
// https, and on this machine http, where a developer tries it. A native app has
// a claimed https address, a loopback address, or a scheme that comes from a
// domain of its own (RFC 8252 §7).
func misplaced(u *url.URL, application string) string {
	switch scheme := strings.ToLower(u.Scheme); {
	case scheme == "https":
		return ""
	case scheme == "http" && isLoopback(u.Hostname()):
		return ""
	case scheme == "http":
		return "http on another machine: everybody on the way can read the code"
	case application == applicationWeb:
		return "a scheme of its own, which only a native app can have"
	case !strings.Contains(scheme, "."):
		return "the scheme is no reversed domain name, so another app could take it"
	}
	return ""
}
