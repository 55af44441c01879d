package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/witness"
	"claimcheck/playground"
	"claimcheck/web"
)

// An errorView is an error code with everything that leads to it here.
type errorView struct {
	witness.ErrorCode

	// Causes are the rules that refuse with it, each once.
	Causes []causeView
	// Happen are places where one gets it without a cause of its own.
	Happen []web.Tab
	// Unsent says why AcmeID never sends it, empty if it does.
	Unsent string
}

// A causeView is a rule that refuses with the code.
type causeView struct {
	playground.Rule

	// At names the endpoints that run it.
	At []string
	// Happen says where to make it refuse.
	Happen []web.Tab
}

// newErrorViews reads the causes out of the rules of the provider and of the APIs.
func newErrorViews(h happenings) []errorView {
	lists := append(mockprovider.RuleLists(), mockprovider.RuleList{Name: "API", Rules: lab.Rules()})
	all := witness.ErrorCodes()
	out := make([]errorView, len(all))
	for i, code := range all {
		out[i] = errorView{ErrorCode: code, Unsent: unsent(code.Name), Causes: causesOf(code.Name, lists, h)}
		out[i].Happen = slices.Concat(h.byFault(code.Name), elsewhere(code.Name))
		if len(out[i].Causes) == 0 && len(out[i].Happen) == 0 {
			out[i].Happen = h.byCode[code.Name]
		}
	}
	return out
}

func causesOf(code string, lists []mockprovider.RuleList, h happenings) []causeView {
	var out []causeView
	for _, list := range lists {
		for _, r := range list.Rules {
			if r.Refusal != code {
				continue
			}
			n := slices.IndexFunc(out, func(c causeView) bool { return c.ID == r.ID })
			if n < 0 {
				n = len(out)
				out = append(out, causeView{Rule: r, Happen: h.byRule[r.ID]})
				if len(out[n].Happen) == 0 {
					out[n].Happen = []web.Tab{placeOf(list.Name)}
				}
			}
			out[n].at(list.Name)
		}
	}
	return out
}

// at notes an endpoint. Of the grants of the token endpoint one is named, several
// are "token endpoint".
func (c *causeView) at(list string) {
	endpoint, _, _ := strings.Cut(list, ": ")
	same := func(o string) bool { return o == endpoint || strings.HasPrefix(o, endpoint+": ") }
	if n := slices.IndexFunc(c.At, same); n >= 0 {
		c.At[n] = endpoint
	} else {
		c.At = append(c.At, list)
	}
}

// byFault are the faults of the provider whose answer is the error code.
func (happenings) byFault(code string) []web.Tab {
	var out []web.Tab
	for _, prefix := range []string{"az_", "tok_", "api_401_", "api_403_"} {
		for _, suffix := range []string{"", "_once"} {
			if f, ok := mockprovider.FaultNamed(prefix + code + suffix); ok {
				out = append(out, web.Tab{Text: "Let the server do it: " + f.Deviation, Href: "/faults#" + f.Name})
			}
		}
	}
	return out
}

// elsewhere is where to get a code that no flow brings about.
func elsewhere(code string) []web.Tab {
	switch code {
	case "login_required":
		return []web.Tab{{Text: "Let the server forget the session", Href: "/faults#session_gone"}}
	case "use_dpop_nonce":
		return []web.Tab{{Text: "Let an API ask for a nonce", Href: "/faults#api_dpop_nonce"}}
	case "insufficient_user_authentication":
		return []web.Tab{{Text: "Let an API ask for a fresh login", Href: "/faults#api_401_step_up"}}
	default:
		return nil
	}
}

// unsent says why AcmeID never sends a code that is defined.
func unsent(code string) string {
	switch code {
	case "interaction_required":
		return "AcmeID says which page it is that is needed: login_required or consent_required."
	case "account_selection_required":
		return "At AcmeID a browser is logged in to one account at a time."
	case "invalid_request_uri":
		return "AcmeID shows an error page instead: a reference that it does not know names no client to send an answer to."
	case "request_not_supported":
		return "AcmeID takes request objects."
	case "unsupported_token_type":
		return "AcmeID revokes both kinds of token."
	default:
		return ""
	}
}

// An endpoint's own place: where a request to it can be edited.
func placeOf(list string) web.Tab {
	switch list {
	case "authorization endpoint", "login page", "consent page", "authorization response":
		return web.Tab{Text: "Edit the authorization request", Href: "/flows/openid-connect-login/authorization-request"}
	case "authorization endpoint: pushed requests", "authorization endpoint: request objects", "pushed authorization request endpoint":
		return web.Tab{Text: "Edit the pushed request", Href: "/flows/pushed-authorization-request/push"}
	case "token endpoint: refresh_token":
		return web.Tab{Text: "Edit the refresh", Href: "/flows/refresh-token-rotation/refresh-request"}
	case "token endpoint: client_credentials":
		return web.Tab{Text: "Edit the token request", Href: "/flows/client-credentials/token-request"}
	case "client authentication with an assertion":
		return web.Tab{Text: "Edit the assertion’s request", Href: "/flows/private-key-jwt/token-request"}
	case "DPoP proof":
		return web.Tab{Text: "Edit the request with the proof", Href: "/flows/dpop/token-request"}
	case "device authorization endpoint":
		return web.Tab{Text: "Edit the device’s request", Href: "/flows/device-authorization/device-request"}
	case "token endpoint: device_code", "device verification page":
		return web.Tab{Text: "Edit the device’s poll", Href: "/flows/device-authorization/poll"}
	case "token endpoint: token-exchange":
		return web.Tab{Text: "Edit the exchange", Href: "/flows/token-exchange/exchange-request"}
	case "token endpoint: password":
		return web.Tab{Text: "Edit the token request", Href: "/flows/password/token-request"}
	case "introspection endpoint":
		return web.Tab{Text: "Edit the question", Href: "/flows/introspection-and-revocation/introspection"}
	case "revocation endpoint":
		return web.Tab{Text: "Edit the revocation", Href: "/flows/introspection-and-revocation/jwt-revoke"}
	case "end session endpoint":
		return web.Tab{Text: "Edit the logout", Href: "/flows/logout/end-session"}
	case "UserInfo endpoint":
		return web.Tab{Text: "Edit the UserInfo request", Href: "/flows/openid-connect-login/userinfo-request"}
	case "API":
		return web.Tab{Text: "Edit the request to the API", Href: "/flows/authorization-code-pkce/api-request"}
	case "registration endpoint", "client configuration endpoint", "token endpoint: jwt-bearer":
		return web.Tab{Text: "Send it from an app of your own", Href: "/connect"}
	default:
		return web.Tab{Text: "Edit the token request", Href: "/flows/authorization-code-pkce/token-request"}
	}
}

// errorCodes is every error code on one page. It is the same for everybody.
func (s *server) errorCodes(c *gin.Context) error {
	return s.page(c, http.StatusOK, "errorcodes", web.Page{
		Title: "Error codes", Description: "What each error code of OAuth 2.0 and OpenID Connect says, everything that causes it, and how to make it happen.",
		Nav: "learn", Data: s.looked().Errors,
	}, cachePublic)
}
