package walkthrough

import (
	"net/http"
	"slices"
	"strings"

	"claimcheck/mockprovider/trace"
	"claimcheck/mockprovider/witness"
)

// The grant types of device and exchange requests (RFC 8628 §3.4, RFC 8693 §2.1).
const (
	deviceGrant   = "urn:ietf:params:oauth:grant-type:device_code"
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// A sight tells an own app's message by what it is. An own app sends without the
// pages of the flow, so nothing says which step was under way.
type sight = func(*trace.Entry) bool

// owns says whether a message is one of the step's own.
func (w *Walk) owns(a *action, e *trace.Entry) bool {
	if w.watch != nil && a.seen != nil {
		return a.seen(e)
	}
	return a.owns(w, e)
}

// all is what each of some sights tells.
func all(of ...sight) sight {
	return func(e *trace.Entry) bool {
		return !slices.ContainsFunc(of, func(one sight) bool { return !one(e) })
	}
}

func not(one sight) sight { return func(e *trace.Entry) bool { return !one(e) } }

// grants tells an own app's token request by its grant type.
func grants(name string) sight {
	return func(e *trace.Entry) bool {
		return e.To.Role == trace.RoleAS && e.Request.Param("grant_type") == name
	}
}

// posts tells an own app's request to an endpoint of AcmeID by its path.
func posts(path string) sight {
	return func(e *trace.Entry) bool {
		return e.To.Role == trace.RoleAS && e.Request.Method == http.MethodPost && strings.HasSuffix(e.Path(), path)
	}
}

// calls tells an own app's request to an API.
func calls(e *trace.Entry) bool { return e.To.Role == trace.RoleRS }

// callsAt tells one by its path, too.
func callsAt(path string) sight {
	return func(e *trace.Entry) bool { return calls(e) && strings.HasSuffix(e.Path(), path) }
}

// endedBy tells a message by the rule that refused it, no rule if there is no name.
func endedBy(rules ...string) sight {
	return func(e *trace.Entry) bool {
		f := e.Refusal()
		return f == nil && len(rules) == 0 || f != nil && slices.Contains(rules, f.ID)
	}
}

// carries tells a request by a parameter, proves by a DPoP proof (RFC 9449 §5).
func carries(param string) sight {
	return func(e *trace.Entry) bool { return e.Request.Param(param) != "" }
}

func proves(e *trace.Entry) bool { return e.Request.Header.Get("DPoP") != "" }

// signed tells a message by its token, got, sent or taken back: it looks like a JWT.
func signed(e *trace.Entry) bool {
	var got struct {
		AccessToken string `json:"access_token"`
	}
	token := witness.Token(&e.Request)
	switch {
	case token != "":
	case e.Response.JSON(&got) && got.AccessToken != "":
		token = got.AccessToken
	default:
		token = e.Request.Param("token")
	}
	return strings.Count(token, ".") == 2
}
