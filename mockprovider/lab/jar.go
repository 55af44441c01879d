package lab

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxCookies bounds the jar of one run.
const maxCookies = 64

// A jar holds the cookies of a run's browser. Those of the one host of the parties
// have no Domain. Those of the school's have the name of their host, or with a dot
// before it the domain (RFC 6265 §5.3). It is a value: a copy is a snapshot.
type jar []http.Cookie

// at are the cookies that go to one of the school's hosts; empty is the host of all
// other parties (RFC 6265 §5.4).
func (j jar) at(host string) jar {
	return slices.DeleteFunc(slices.Clone(j), func(c http.Cookie) bool {
		below := host != "" && strings.HasPrefix(c.Domain, ".") && strings.HasSuffix("."+host, c.Domain)
		return c.Domain != host && !below
	})
}

// scope puts the host that an answer came from, or the domain that it names, into
// its cookie. It reports whether a browser takes it (RFC 6265 §5.3): the domain has
// to hold the host and more than one label. That a name with __Host- is for cookies
// of one host is not in RFC 6265: browsers do it, and the draft of its successor
// (draft-ietf-httpbis-rfc6265bis) says so.
func scope(c *http.Cookie, host string) bool {
	if host == "" { // all other parties share theirs
		c.Domain = ""
		return true
	}
	domain := strings.ToLower(strings.TrimPrefix(c.Domain, "."))
	if strings.HasPrefix(c.Name, "__Host-") && (domain != "" || c.Path != "/" || !c.Secure) {
		return false
	}
	if domain == "" {
		c.Domain = host
		return true
	}
	c.Domain = "." + domain
	return strings.Contains(domain, ".") && strings.HasSuffix("."+host, c.Domain)
}

// header is the Cookie header for a request to path, empty if there is none
// (RFC 6265 §5.4: longer paths first).
func (j jar) header(path string, now time.Time) string {
	var hit []http.Cookie
	for _, c := range j {
		if (c.Expires.IsZero() || c.Expires.After(now)) && pathMatch(c.Path, path) {
			hit = append(hit, c)
		}
	}
	slices.SortStableFunc(hit, func(a, b http.Cookie) int { return len(b.Path) - len(a.Path) })
	parts := make([]string, len(hit))
	for i, c := range hit {
		parts[i] = c.Name + "=" + c.Value
	}
	return strings.Join(parts, "; ")
}

// set takes the cookies of an answer from a host to a request to path, and returns
// the new jar.
func (j jar) set(host string, lines []string, path string, now time.Time) jar {
	for _, line := range lines {
		c, err := http.ParseSetCookie(line)
		if err != nil || !scope(c, host) {
			continue
		}
		if !strings.HasPrefix(c.Path, "/") {
			c.Path = defaultPath(path)
		}
		if c.MaxAge > 0 {
			c.Expires = now.Add(time.Duration(c.MaxAge) * time.Second)
		}
		j = slices.DeleteFunc(slices.Clone(j), func(o http.Cookie) bool { return o.Name == c.Name && o.Path == c.Path && o.Domain == c.Domain })
		gone := c.MaxAge < 0 || !c.Expires.IsZero() && !c.Expires.After(now)
		if !gone && len(j) < maxCookies {
			j = append(j, *c)
		}
	}
	return j
}

// value is the value of the cookie that a request to path would carry.
func (j jar) value(name, path string, now time.Time) string {
	r := http.Request{Header: http.Header{"Cookie": {j.header(path, now)}}}
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// pathMatch is RFC 6265 §5.1.4.
func pathMatch(cookie, request string) bool {
	rest, ok := strings.CutPrefix(request, cookie)
	return ok && (rest == "" || strings.HasSuffix(cookie, "/") || rest[0] == '/')
}

// defaultPath is the path of a cookie that names none (RFC 6265 §5.1.4).
func defaultPath(request string) string {
	i := strings.LastIndexByte(request, '/')
	if i <= 0 {
		return "/"
	}
	return request[:i]
}

// acrossSites are the cookies that come along when a page of another site sends
// something: none that says SameSite=Strict or Lax.
func (j jar) acrossSites() jar {
	return slices.DeleteFunc(slices.Clone(j), func(c http.Cookie) bool {
		return c.SameSite == http.SameSiteStrictMode || c.SameSite == http.SameSiteLaxMode
	})
}

// readable are the cookies of path that a script in a page there can read.
func (j jar) readable(path string, now time.Time) string {
	open := slices.DeleteFunc(slices.Clone(j), func(c http.Cookie) bool { return c.HttpOnly })
	return open.header(path, now)
}
