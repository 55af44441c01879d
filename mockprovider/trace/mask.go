package trace

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Masked stands in place of what is not kept.
const Masked = "********"

// sitePrefix begins the names of this site's own cookies. They belong to the
// page around the lab, not to any party in it.
const sitePrefix = "cc_"

// mask hides login passwords and the site's own cookies. Codes, tokens and the
// cast's secrets stay: they are what there is to see, and they are lab values.
//
// What it hides is put in place of the original, which belongs to others too.
func mask(e *Entry) {
	if len(e.Request.Body) > 0 && isForm(&e.Request) {
		if body, ok := maskParams(e.Request.Body); ok {
			e.Request.Body = []byte(body)
		}
	}
	if before, query, ok := strings.Cut(e.Request.URL, "?"); ok {
		if query, ok := maskParams(query); ok {
			e.Request.URL = before + "?" + query
		}
	}
	maskCookies(&e.Request, "Cookie")
	maskCookies(&e.Response, "Set-Cookie")
}

// maskParams hides the value of each parameter called password, and leaves
// every other byte as it was. It reports whether there was one.
func maskParams[T string | []byte](all T) (masked string, found bool) {
	if !hasPassword(all) {
		return "", false
	}
	parts := strings.Split(string(all), "&")
	for i, p := range parts {
		if raw, _, ok := strings.Cut(p, "="); ok && isPassword(raw) {
			parts[i] = raw + "=" + Masked
		}
	}
	return strings.Join(parts, "&"), true
}

// hasPassword looks for a parameter called password and keeps nothing on the way.
func hasPassword[T string | []byte](all T) bool {
	for at := 0; at < len(all); {
		equals, end := -1, at
		for ; end < len(all) && all[end] != '&'; end++ {
			if all[end] == '=' && equals < 0 {
				equals = end
			}
		}
		if equals-at >= len("password") && isPassword(string(all[at:equals])) {
			return true
		}
		at = end + 1
	}
	return false
}

// isPassword reads the name of a parameter as it was sent.
func isPassword(raw string) bool {
	if !strings.Contains(raw, "%") {
		return strings.EqualFold(raw, "password")
	}
	name, err := url.QueryUnescape(raw)
	return err == nil && strings.EqualFold(name, "password")
}

func maskCookies(m *Message, field string) {
	lines := m.Header[field]
	if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, sitePrefix) }) {
		return
	}
	m.Header = maps.Clone(m.Header)
	masked := slices.Clone(lines)
	m.Header[field] = masked
	for i, line := range masked {
		parts := strings.Split(line, ";")
		for j, p := range parts {
			name, _, ok := strings.Cut(p, "=")
			if ok && strings.HasPrefix(strings.TrimSpace(name), sitePrefix) {
				parts[j] = name + "=" + Masked
			}
		}
		masked[i] = strings.Join(parts, ";")
	}
}
