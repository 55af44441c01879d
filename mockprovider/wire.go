package mockprovider

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"claimcheck/mockprovider/trace"
)

// noStore keeps an answer out of every cache (RFC 6749 §5.1).
func noStore(h http.Header) {
	h["Cache-Control"], h["Pragma"] = valueNoStore, valueNoCache
}

// errorURI is the error_uri of a refusal that is written to w (RFC 6749 §4.1.2.1,
// §5.2, RFC 6750 §3): the page about this very exchange, which only the owner of
// the log can read. It is empty where nobody records.
func errorURI(w http.ResponseWriter) string { return trace.PageOf(w) }

// The header values that many answers share. Who reads them must not change them.
var (
	valueNoStore = []string{"no-store"}
	valueNoCache = []string{"no-cache"}
	valueNoSniff = []string{"nosniff"}
	valueJSON    = []string{"application/json"}
)

// writeJSON answers with v, which holds no text from the request.
func writeJSON(w http.ResponseWriter, status int, v any) {
	if e, ok := v.(oauthError); ok {
		v = explainedError{e, errorURI(w)}
	}
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusServiceUnavailable, []byte(`{"error":"temporarily_unavailable"}`)
	}
	h := w.Header()
	noStore(h)
	h["Content-Type"], h["X-Content-Type-Options"] = valueJSON, valueNoSniff
	w.WriteHeader(status)
	trace.Write(w, body)
}

// oauthError is the error response of RFC 6749 §5.2. The code is all that the
// client gets; what was expected and what came is in the findings.
type oauthError struct {
	Error string `json:"error"`
}

// explainedError is an error response as it goes out (RFC 6749 §5.2).
type explainedError struct {
	oauthError
	URI string `json:"error_uri,omitempty"`
}

// unavailable answers where our own storage or keys failed. It is no finding
// about the request, which may be repeated.
func (p *Provider) unavailable(w http.ResponseWriter, err error) {
	p.log.Error("the provider failed", slog.Any("error", err))
	retryAfter(w, time.Second)
	writeJSON(w, http.StatusServiceUnavailable, oauthError{"temporarily_unavailable"})
}

func retryAfter(w http.ResponseWriter, d time.Duration) {
	seconds := max(1, int((d+time.Second-1)/time.Second))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
}

// methodNotAllowed names what is allowed (RFC 9110 §15.5.6).
func methodNotAllowed(w http.ResponseWriter, methods []string) {
	w.Header().Set("Allow", strings.Join(methods, ", "))
	writeJSON(w, http.StatusMethodNotAllowed, oauthError{"invalid_request"})
}

// quoted makes a quoted-string of a header (RFC 9110 §5.6.4) of a configured
// name.
func quoted(s string) string {
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, s)
	return `"` + clean + `"`
}
