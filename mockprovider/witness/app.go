package witness

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"claimcheck/mockprovider/trace"
)

// Of are the exchanges of one own app among the items of a lab's log, in order:
// those that name its client_id, the pages of the provider that they led to, and
// the requests with a token that it was given. An empty client means any app that
// is not of the lab's cast.
//
// Requests from outside that name nobody (metadata, keys) are taken too: they may
// be the app's, and nobody can tell.
func Of(items []trace.Item, client string) []*trace.Entry {
	led, tokens := map[string]bool{}, map[string]bool{}
	var out []*trace.Entry
	for _, e := range trace.Entries(items) {
		if !belongs(e, client, led, tokens) {
			continue
		}
		out = append(out, e)
		for _, v := range interactions(e) {
			led[v] = true
		}
		var given struct {
			AccessToken string `json:"access_token"`
			IDToken     string `json:"id_token"`
		}
		if KindOf(&e.Request) == TokenRequest && e.Response.JSON(&given) {
			tokens[given.AccessToken], tokens[given.IDToken] = true, true
		}
	}
	return out
}

func belongs(e *trace.Entry, client string, led, tokens map[string]bool) bool {
	if e.Run != "" {
		return false
	}
	switch e.From.Role { //nolint:exhaustive // the cast has runs
	case trace.RoleOwnApp:
		return client == "" || e.From.ID == client
	case trace.RoleBrowser:
		return led[e.Request.Param("interaction")] || led[userCode(e.Request.Param("user_code"))]
	case trace.RoleOutside:
		if token := Token(&e.Request); token != "" {
			return client == "" || tokens[token]
		}
		if id := e.Request.Param("client_id"); id != "" {
			return client == "" || id == client
		}
		return client == "" || slices.Contains([]Kind{MetadataRequest, KeysRequest}, KindOf(&e.Request))
	}
	return false
}

// userCode is a user code as every way of typing it means it (RFC 8628 §6.1).
func userCode(typed string) string {
	return strings.ToUpper(strings.ReplaceAll(typed, "-", ""))
}

// interactions are the values by which the provider’s pages know a request again:
// those of its pages, and the code that somebody types for a device (RFC 8628 §3.3).
func interactions(e *trace.Entry) []string {
	var out []string
	var device struct {
		UserCode string `json:"user_code"`
	}
	if e.Response.JSON(&device) {
		out = append(out, userCode(device.UserCode))
	}
	if u := e.Response.Location(); u != nil {
		out = append(out, u.Query().Get("interaction"))
	}
	const field = `name="interaction" value="`
	for rest := string(e.Response.Body); ; {
		_, after, ok := strings.Cut(rest, field)
		if !ok {
			break
		}
		value, more, _ := strings.Cut(after, `"`)
		out, rest = append(out, value), more
	}
	return slices.DeleteFunc(out, func(v string) bool { return v == "" })
}

// An app is what was seen of one.
type app struct {
	asks  []*trace.Entry // authorization requests that carry their parameters, pushed ones too
	fetch []*trace.Entry // token requests
	uses  []*trace.Entry // requests with an access token
	// answered are the answers that came back through the browser.
	answered []*trace.Entry
	all      []*trace.Entry
	keys     bool // it fetched the provider’s keys

	// given is what the provider handed out, by value: the message that brought it.
	refresh, idTokens map[string]*trace.Entry
}

func newApp(entries []*trace.Entry) *app {
	a := &app{refresh: map[string]*trace.Entry{}, idTokens: map[string]*trace.Entry{}, all: entries}
	for _, e := range entries {
		switch KindOf(&e.Request) {
		case AuthorizationRequest, PushedRequest:
			if param(&e.Request, "response_type") != "" {
				a.asks = append(a.asks, e)
			}
		case TokenRequest:
			a.fetch = append(a.fetch, e)
			var given struct {
				RefreshToken string `json:"refresh_token"`
				IDToken      string `json:"id_token"`
			}
			if e.Response.JSON(&given) {
				a.refresh[given.RefreshToken], a.idTokens[given.IDToken] = e, e
			}
		case UserInfoRequest, APIRequest:
			a.uses = append(a.uses, e)
		case AuthorizationResponse:
			a.answered = append(a.answered, e)
		case KeysRequest:
			a.keys = true
		default:
		}
	}
	delete(a.refresh, "")
	delete(a.idTokens, "")
	return a
}

// param is a parameter of an authorization request, also where it stands in a
// request object (RFC 9101 §4). The object's signature is not checked here.
func param(m *trace.Message, name string) string {
	if v := m.Param(name); v != "" {
		return v
	}
	parts := strings.Split(m.Param("request"), ".")
	if len(parts) != 3 {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims map[string]any
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	v, _ := claims[name].(string)
	return v
}

// redeems says whether a token request spends an authorization code.
func redeems(e *trace.Entry) bool { return e.Request.Param("grant_type") == "authorization_code" }

// asked is the authorization request that a code came of, as far as the messages
// tell: the last one before the token request with the same client_id. Nil if
// none was seen.
func (a *app) asked(fetch *trace.Entry) *trace.Entry {
	id := clientOf(&fetch.Request)
	for _, e := range slices.Backward(a.asks) {
		if e.Seq < fetch.Seq && (id == "" || clientOf(&e.Request) == "" || clientOf(&e.Request) == id) {
			return e
		}
	}
	return nil
}

// clientOf is the client_id of a request: as a parameter, or in HTTP Basic.
func clientOf(m *trace.Message) string {
	if id := m.Param("client_id"); id != "" {
		return id
	}
	id, _, _ := trace.BasicAuth(m.Header)
	return id
}
