package lab

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// An api is a resource server of the story: a name, and what can be asked for.
type api struct {
	id, name string
	secret   string // as a client of AcmeID, where it asks about tokens
	// behind is the API that a gateway stands before: the tokens are for that one.
	behind string
	// endpoints are by their path below the API's address.
	endpoints map[string]*endpoint
}

// An endpoint is one thing that an API does, the scope that it takes, and what
// is tested before.
type endpoint struct {
	methods []string
	scope   string
	checks  []playground.Check[apiRequest]
	answer  func(a *apiRequest) any
	// maxAge is how long ago the person may have logged in at most, zero for ever.
	maxAge time.Duration
	// denied is what somebody hears with whose token nothing is wrong.
	denied string
}

// apiHandler serves an API: its metadata (RFC 9728 §3.1) and its endpoints.
func (l *Lab) apiHandler(x *api) http.Handler {
	mount := "/rs/" + l.id + "/" + x.id
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		if r.URL.Path == wellKnownResource+mount { // nowhere else: it is about this resource (RFC 9728 §3.3)
			if !allowed(w, r, http.MethodGet, http.MethodHead) {
				return
			}
			h.Set("Access-Control-Allow-Origin", "*") // anybody may read it, as the provider's metadata
			l.resourceMetadata(w, x)
			return
		}
		path, _ := strings.CutPrefix(r.URL.Path, mount)
		e := x.endpoints[path]
		if e == nil {
			known := strings.Join(slices.Sorted(maps.Keys(x.endpoints)), " and ")
			writeJSON(w, http.StatusNotFound, map[string]string{"error": "not_found", "error_description": x.name + " has " + known + "."})
			return
		}
		if allowed(w, r, e.methods...) {
			a := &apiRequest{
				ctx: r.Context(), lab: l, api: x, endpoint: e, header: r.Header, query: r.URL.Query(),
				method: r.Method, target: l.apiURL(x.id) + path,
			}
			a.serve(w)
		}
	})
}

// allowed refuses other methods (RFC 9110 §15.5.6).
func allowed(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "method_not_allowed", "error_description": "Use " + methods[0] + "."})
	return false
}

// serve runs the rules and answers.
func (a *apiRequest) serve(w http.ResponseWriter) {
	rows, refused, err := playground.Run(a.lab.mode(), a, a.endpoint.checks)
	trace.Report(a.ctx, a.withParts(rows))
	switch {
	case err != nil:
		cannotJudge(w)
	case refused != nil:
		a.refuse(w, refused)
	case a.lab.apiFault(w, a.api):
	default:
		writeJSON(w, http.StatusOK, a.endpoint.answer(a))
	}
}

// withParts puts the rows about the token and the proof before the rules that
// they decide.
func (a *apiRequest) withParts(rows []playground.Finding) []playground.Finding {
	var all []playground.Finding
	for i := range rows {
		switch {
		case (rows[i].ID == "access_token" || rows[i].ID == "share_pass") && a.verdict != nil:
			all = append(all, a.verdict.Findings...)
		case rows[i].ID == "dpop_proof":
			all = append(all, a.proof...)
		}
		all = append(all, rows[i])
	}
	return all
}

// refuse answers as RFC 6750 §3.1 says, or RFC 9449 §7.1: terse on the wire,
// whatever we know.
func (a *apiRequest) refuse(w http.ResponseWriter, f *playground.Finding) {
	if f.Refusal == unavailable {
		cannotJudge(w)
		return
	}
	if f.Refusal == "" && a.token != "" { // nothing is wrong with the token, so there is nothing to say about it
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "forbidden", "error_description": a.endpoint.denied})
		return
	}
	status, challenge := http.StatusUnauthorized, `Bearer realm="`+a.api.name+`"`
	if a.dpop {
		challenge = a.dpopChallenge()
	}
	if a.api.behind == "" { // a gateway is no resource of its own
		challenge += `, resource_metadata="` + a.lab.resourceMetadataURL(a.api) + `"`
	}
	body := map[string]string{}
	if f.Refusal != "" {
		challenge += `, error="` + f.Refusal + `"`
		body["error"] = f.Refusal
		if page := trace.Page(a.ctx); page != "" { // RFC 6750 §3
			challenge += `, error_uri="` + page + `"`
		}
	}
	switch f.Refusal {
	case "invalid_request":
		status = http.StatusBadRequest
	case "insufficient_scope":
		status = http.StatusForbidden
		if a.endpoint.scope != "" {
			challenge += `, scope="` + a.endpoint.scope + `"`
		}
	case "insufficient_user_authentication": // RFC 9470 §3
		challenge += fmt.Sprintf(`, max_age="%d"`, int(a.endpoint.maxAge.Seconds()))
	}
	w.Header().Set("WWW-Authenticate", challenge)
	if !a.dpop && (f.Refusal == "" || a.claims.Thumbprint != "") { // this is the other way in
		w.Header().Add("WWW-Authenticate", a.dpopChallenge())
	}
	writeJSON(w, status, body)
}

// cannotJudge says that the API can't tell now whether the request is good.
func cannotJudge(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": unavailable})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte("{}")
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // the client may be gone
}

// wellKnownResource is the well-known segment of RFC 9728 §3.1.
const wellKnownResource = "/.well-known/oauth-protected-resource"

// resourceMetadataURL is where RFC 9728 §3.1 puts an API's metadata.
func (l *Lab) resourceMetadataURL(x *api) string {
	return l.world.cfg.Origin + wellKnownResource + "/rs/" + l.id + "/" + x.id
}

// resourceMetadata describes an API (RFC 9728 §2).
func (l *Lab) resourceMetadata(w http.ResponseWriter, x *api) {
	var scopes []string
	for _, one := range l.registry.APIs() {
		if one.Audience == l.apiURL(x.id) {
			scopes = slices.Sorted(maps.Keys(one.Scopes))
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"resource":                 l.apiURL(x.id),
		"resource_name":            x.name,
		"authorization_servers":    []string{l.Issuer()},
		"scopes_supported":         scopes,
		"bearer_methods_supported": []string{"header"},

		"dpop_signing_alg_values_supported": l.provider.DPoPAlgs(),
		"dpop_bound_access_tokens_required": false,
	})
}
