package lab

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxCookies bounds the jar of one run.
const maxCookies = 64

// A jar holds the cookies of a run's browser for the one host of the parties.
// It is a value: a copy is a snapshot.
type jar []http.Cookie

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

// set takes the cookies of an answer to a request to path, and returns the new jar.
func (j jar) set(lines []string, path string, now time.Time) jar {
	for _, line := range lines {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			continue
		}
		if !strings.HasPrefix(c.Path, "/") {
			c.Path = defaultPath(path)
		}
		if c.MaxAge > 0 {
			c.Expires = now.Add(time.Duration(c.MaxAge) * time.Second)
		}
		j = slices.DeleteFunc(slices.Clone(j), func(o http.Cookie) bool { return o.Name == c.Name && o.Path == c.Path })
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
