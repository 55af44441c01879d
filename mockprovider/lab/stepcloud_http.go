package lab

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// stepCloud is the API.
func (l *Lab) stepCloud() http.Handler {
	checks, reports := apiChecks(), reportChecks()
	at := slices.IndexFunc(checks, func(c playground.Check[apiRequest]) bool { return c.ID == "access_token" })
	mount := "/rs/" + l.id + "/" + StepCloud
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		switch {
		case r.URL.Path == wellKnownResource+mount: // nowhere else: it is about this resource (RFC 9728 §3.3)
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				h.Set("Allow", "GET, HEAD")
				writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "method_not_allowed", "error_description": "Use GET."})
				return
			}
			h.Set("Access-Control-Allow-Origin", "*") // anybody may read it, as the provider's metadata
			l.resourceMetadata(w)
			return
		case r.URL.Path != mount+"/v1/steps" && r.URL.Path != mount+"/v1/reports":
			writeJSON(w, http.StatusNotFound, map[string]string{"error": "not_found", "error_description": "StepCloud has /v1/steps and /v1/reports."})
			return
		}
		a := &apiRequest{ctx: r.Context(), lab: l, header: r.Header, query: r.URL.Query(), scope: ScopeStepsRead}
		if a.report = r.URL.Path == mount+"/v1/reports"; a.report {
			a.scope = ScopeReportsRun
		}
		if allow := a.allow(); !slices.Contains(allow, r.Method) {
			h.Set("Allow", strings.Join(allow, ", "))
			writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "method_not_allowed", "error_description": "Use " + allow[0] + "."})
			return
		}
		list := checks
		if a.report {
			list = reports
		}
		rows, refused, err := playground.Run(l.mode(), a, list)
		if a.verdict != nil {
			rows = slices.Concat(rows[:at], a.verdict.Findings, rows[at:])
		}
		trace.Report(r.Context(), rows)
		switch {
		case err != nil:
			h.Set("Retry-After", "1")
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "temporarily_unavailable"})
		case refused != nil:
			a.refuse(w, refused)
		case l.apiFault(w):
		case a.report:
			writeJSON(w, http.StatusOK, report())
		default:
			writeJSON(w, http.StatusOK, map[string]any{"user": a.subject(), "steps": daysOf(a.subject())})
		}
	})
}

// allow are the methods of the endpoint.
func (a *apiRequest) allow() []string {
	if a.report {
		return []string{http.MethodPost}
	}
	return []string{http.MethodGet, http.MethodHead}
}

// refuse answers as RFC 6750 §3.1 says: terse on the wire, whatever we know.
func (a *apiRequest) refuse(w http.ResponseWriter, f *playground.Finding) {
	status, challenge := http.StatusUnauthorized, `Bearer realm="StepCloud", resource_metadata="`+a.lab.resourceMetadataURL()+`"`
	body := map[string]string{}
	if f.Refusal != "" {
		challenge += `, error="` + f.Refusal + `"`
		body["error"] = f.Refusal
		if page := trace.Page(a.ctx); page != "" { // RFC 6750 §3
			challenge += `, error_uri="` + page + `"`
		}
	}
	switch {
	case f.Refusal == "invalid_request":
		status = http.StatusBadRequest
	case f.Refusal == "insufficient_scope":
		status = http.StatusForbidden
		challenge += `, scope="` + a.scope + `"`
	case f.ID == "user_rights" || f.ID == "client_only":
		// Nothing is wrong with the token, so there is nothing to say about it.
		what := "This person may not see these steps."
		if a.report {
			what = "Reports are for programs with a token of their own."
		}
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "forbidden", "error_description": what})
		return
	}
	w.Header().Set("WWW-Authenticate", challenge)
	writeJSON(w, status, body)
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

// resourceMetadataURL is where RFC 9728 §3.1 puts StepCloud's metadata.
func (l *Lab) resourceMetadataURL() string {
	return l.world.cfg.Origin + wellKnownResource + "/rs/" + l.id + "/" + StepCloud
}

// resourceMetadata describes StepCloud (RFC 9728 §2).
func (l *Lab) resourceMetadata(w http.ResponseWriter) {
	var scopes []string
	for _, api := range l.registry.APIs() {
		if api.Audience == l.apiURL(StepCloud) {
			scopes = slices.Sorted(maps.Keys(api.Scopes))
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"resource":                 l.apiURL(StepCloud),
		"resource_name":            "StepCloud",
		"authorization_servers":    []string{l.Issuer()},
		"scopes_supported":         scopes,
		"bearer_methods_supported": []string{"header"},
	})
}

// trustedKeys is a JWK Set of AcmeID and the keys in it.
type trustedKeys struct {
	raw []byte
	set *playground.KeySet
}

// publicKeys are AcmeID's public keys as StepCloud trusts them: from AcmeID's
// key set, never from a token. StepCloud always has the set of the moment.
func (l *Lab) publicKeys() (*playground.KeySet, error) {
	raw, err := l.keys.JWKS()
	if err != nil {
		return nil, err
	}
	if old := l.trusted.Load(); old != nil && &old.raw[0] == &raw[0] { // the same bytes, made once
		return old.set, nil
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, fmt.Errorf("AcmeID's JWK Set: %w", err)
	}
	keys := make([]playground.Key, len(set.Keys))
	for i := range set.Keys {
		keys[i] = playground.NewKey(set.Keys[i].Key, set.Keys[i].KeyID, set.Keys[i].Algorithm)
	}
	next := &trustedKeys{raw, playground.NewKeySet("AcmeID's key set", keys...)}
	l.trusted.Store(next)
	return next.set, nil
}
