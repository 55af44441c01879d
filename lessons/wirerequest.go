package lessons

import (
	"cmp"
	"net/http"

	"claimcheck/mockprovider/trace"
)

// cookiesHave says whether the request brings these cookies (RFC 6265 §4.2.1): a
// name with "*" for any value, with "" for none, or with the value itself.
func cookiesHave(e *trace.Entry, want map[string]string) bool {
	if len(want) == 0 {
		return true
	}
	got := map[string]string{}
	for _, line := range e.Request.Header.Values("Cookie") {
		cookies, err := http.ParseCookie(line)
		if err != nil {
			return false // it can't be told what came
		}
		for _, c := range cookies {
			got[c.Name] = c.Value
		}
	}
	for name, value := range want {
		v, there := got[name]
		if there != (value != "") || there && value != "*" && v != value {
			return false
		}
	}
	return true
}

// shown is the token that a request is about: its bearer token, or the one that it
// asks about or revokes (RFC 7662 §2.1, RFC 7009 §2.1).
func shown(e *trace.Entry) string { return cmp.Or(bearer(e), e.Request.Param("token")) }
