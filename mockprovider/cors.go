package mockprovider

import (
	"net/http"
	"strings"

	"claimcheck/mockprovider/trace"
)

// corsRule says who may read an endpoint's answers with a script from another
// origin.
type corsRule int

const (
	// corsNone is for pages and the authorization endpoint: a browser visits
	// them, no script reads them (RFC 9700 §2.6).
	corsNone corsRule = iota
	// corsPublic is for what anybody may read: metadata and keys.
	corsPublic
	// corsClients is for endpoints that browser-based clients call: the
	// origins of registered redirect URIs.
	corsClients
)

// exposedHeaders are the fields that a script from another origin may read.
const exposedHeaders = "DPoP-Nonce, WWW-Authenticate, Retry-After, " + trace.HeaderTrace + ", " + trace.HeaderFault

// The header values of this file.
var (
	valueAnybody = []string{"*"}
	valueOrigin  = []string{"Origin"}
	valueExposed = []string{exposedHeaders}
)

// cors sets the headers and answers a preflight request. It reports whether
// the request is answered.
func (p *Provider) cors(w http.ResponseWriter, r *http.Request, e endpoint) bool {
	if e.cors == corsNone || p.TakeFault(w, "", "cors_missing") {
		return false
	}
	h := w.Header()
	allowed := valueAnybody // what is public says so to everybody, so that caches may keep it
	if e.cors == corsClients {
		h["Vary"] = valueOrigin
		allowed = nil
		if origin := r.Header.Get("Origin"); origin != "" && p.registry.now.Load().origins[origin] {
			allowed = []string{origin}
		}
	}
	if allowed != nil {
		allow(h, allowed)
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if allowed != nil {
		h.Set("Access-Control-Allow-Methods", strings.Join(e.methods, ", "))
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP")
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// allow lets scripts of an origin, or of any, read the answer.
func allow(h http.Header, origin []string) {
	h["Access-Control-Allow-Origin"], h["Access-Control-Expose-Headers"] = origin, valueExposed
}
