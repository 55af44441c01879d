package trace

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// BasicAuth is the client's id and secret in HTTP Basic. The id is form-decoded,
// as RFC 6749 §2.3.1 has it encoded; the secret is as it came.
func BasicAuth(h http.Header) (id, secret string, ok bool) {
	scheme, cred, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(cred))
	if err != nil {
		return "", "", false
	}
	id, secret, _ = strings.Cut(string(raw), ":")
	if d, err := url.QueryUnescape(id); err == nil {
		id = d
	}
	return id, secret, true
}
