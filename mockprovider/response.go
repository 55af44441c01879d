package mockprovider

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The response modes (OAuth 2.0 Multiple Response Type Encoding Practices §2.1,
// OAuth 2.0 Form Post Response Mode §2).
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeFormPost = "form_post"
)

func responseModes() []string { return []string{modeQuery, modeFragment, modeFormPost} }

// target is where an authorization response goes: a redirect URI that was
// validated, and the mode that the client asked for.
type target struct {
	redirectURI string
	mode        string
	state       string
	client      *Client
	// repost answers with 307 (see loginSeeOther).
	repost bool
}

// authorizationResponse is the success or the error response of the
// authorization endpoint (RFC 6749 §4.1.2, §4.1.2.1, §4.2.2). With an error
// nothing else is set.
type authorizationResponse struct {
	Code  string
	Error string
	// ErrorURI goes out with Error; respond sets it.
	ErrorURI string

	// What comes through the browser in the implicit and the hybrid flow.
	AccessToken string
	TokenType   string
	ExpiresIn   int64
	Scope       string
	IDToken     string
}

// parameter is one name and value, in the order in which they go out.
type parameter struct{ Name, Value string }

func (o parameter) encoded() string { return url.QueryEscape(o.Name) + "=" + url.QueryEscape(o.Value) }

// parameters adds state, exactly as it was received, and iss (RFC 9207 §2).
func (a authorizationResponse) parameters(state, issuer string) []parameter {
	var out []parameter
	expires := ""
	if a.ExpiresIn > 0 {
		expires = strconv.FormatInt(a.ExpiresIn, 10)
	}
	for _, one := range []parameter{
		{"code", a.Code},
		{"access_token", a.AccessToken},
		{"token_type", a.TokenType},
		{"expires_in", expires},
		{"scope", a.Scope},
		{"id_token", a.IDToken},
		{"error", a.Error},
		{"error_uri", a.ErrorURI},
		{"state", state},
		{"iss", issuer},
	} {
		if one.Value != "" {
			out = append(out, one)
		}
	}
	return out
}

// respond sends the authorization response by way of the browser. The status
// of a redirect is 303, so that a browser never posts a password again
// (RFC 9700 §4.12), unless the lab has that switched off.
func (p *Provider) respond(w http.ResponseWriter, t target, a authorizationResponse) {
	if a.Error != "" {
		a.ErrorURI = errorURI(w)
	}
	t, out := p.faultyResponse(w, t, a, a.parameters(t.state, p.cfg.Issuer))
	if t.mode == modeFormPost {
		p.pageFormPost(w, t, out)
		return
	}
	h := w.Header()
	noStore(h)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Location", locationOf(t, out))
	if t.repost {
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	w.WriteHeader(http.StatusSeeOther)
}

// locationOf adds the parameters to the redirect URI and keeps the query that
// it has (RFC 6749 §3.1.2).
func locationOf(t target, out []parameter) string {
	encoded := make([]string, len(out))
	for i, one := range out {
		encoded[i] = one.encoded()
	}
	sep := "?"
	switch {
	case t.mode == modeFragment:
		sep = "#"
	case strings.HasSuffix(t.redirectURI, "?"), strings.HasSuffix(t.redirectURI, "&"):
		sep = ""
	case strings.Contains(t.redirectURI, "?"):
		sep = "&"
	}
	return t.redirectURI + sep + strings.Join(encoded, "&")
}
