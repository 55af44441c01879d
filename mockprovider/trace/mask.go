package trace

import (
	"net/url"
	"strings"
)

// Masked stands in place of what is not kept.
const Masked = "********"

// sitePrefix begins the names of this site's own cookies. They belong to the
// page around the lab, not to any party in it.
const sitePrefix = "cc_"

// mask hides login passwords and the site's own cookies. Codes, tokens and the
// cast's secrets stay: they are what there is to see, and they are lab values.
func mask(e *Entry) {
	if len(e.Request.Form()) > 0 {
		e.Request.Body = []byte(maskParams(string(e.Request.Body)))
	}
	if before, query, ok := strings.Cut(e.Request.URL, "?"); ok {
		e.Request.URL = before + "?" + maskParams(query)
	}
	maskCookies(e.Request.Header["Cookie"])
	maskCookies(e.Response.Header["Set-Cookie"])
}

// maskParams hides the value of each parameter called password, and leaves
// every other byte as it was.
func maskParams(s string) string {
	if !strings.Contains(s, "%") && !strings.Contains(strings.ToLower(s), "password") {
		return s
	}
	parts := strings.Split(s, "&")
	for i, p := range parts {
		raw, _, ok := strings.Cut(p, "=")
		if name, err := url.QueryUnescape(raw); ok && err == nil && strings.EqualFold(name, "password") {
			parts[i] = raw + "=" + Masked
		}
	}
	return strings.Join(parts, "&")
}

func maskCookies(lines []string) {
	for i, line := range lines {
		parts := strings.Split(line, ";")
		for j, p := range parts {
			name, _, ok := strings.Cut(p, "=")
			if ok && strings.HasPrefix(strings.TrimSpace(name), sitePrefix) {
				parts[j] = name + "=" + Masked
			}
		}
		lines[i] = strings.Join(parts, ";")
	}
}
