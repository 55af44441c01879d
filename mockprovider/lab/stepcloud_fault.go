package lab

import (
	"net/http"
)

// apiFault answers a request that an API would accept as the faults that are on
// want it. It reports whether it did.
func (l *Lab) apiFault(w http.ResponseWriter, x *api) bool {
	challenge := func(status int, scheme, rest string) bool {
		w.Header().Set("WWW-Authenticate", scheme+` realm="`+x.name+`", `+rest)
		writeJSON(w, status, map[string]string{})
		return true
	}
	take := func(name string) bool { return l.provider.TakeFault(w, "", name) }
	switch {
	case take("api_401_invalid_token"): // RFC 6750 §3.1
		return challenge(http.StatusUnauthorized, "Bearer", `error="invalid_token"`)
	case take("api_403_insufficient_scope"):
		return challenge(http.StatusForbidden, "Bearer", `error="insufficient_scope", scope="`+ScopeStepsRead+" "+ScopeStepsWrite+`"`)
	case take("api_401_step_up"): // RFC 9470 §3
		return challenge(http.StatusUnauthorized, "Bearer", `error="insufficient_user_authentication", max_age="60"`)
	case take("api_dpop_nonce"): // RFC 9449 §9
		w.Header().Set("DPoP-Nonce", l.provider.DPoPNonce())
		return challenge(http.StatusUnauthorized, "DPoP", `error="use_dpop_nonce", algs="ES256"`)
	}
	return false
}
