package doctor

import (
	"net/url"
	"strings"

	"claimcheck/playground"
)

// redirectChecks compare a redirect URI with those that are registered.
func redirectChecks() []playground.Check[examination] {
	return []playground.Check[examination]{
		check("redirect_uri_registered", "The redirect URI is registered, character by character", rfc("9700", "2.1"), func(e *examination) playground.Outcome {
			return compare(e.RedirectURI, e.Registered, e.Native)
		}),
	}
}

// compare says how a redirect URI differs from the nearest that is registered.
func compare(sent string, registered []string, native bool) playground.Outcome {
	if sent == "" || len(registered) == 0 {
		return none()
	}
	nearest, best := "", -1
	for _, one := range registered {
		if one == sent || native && samePorts(one, sent) {
			return playground.Pass()
		}
		if n := common(one, sent) + commonEnd(one, sent); n > best {
			nearest, best = one, n
		}
	}
	at := common(nearest, sent)
	id, why := difference(nearest, sent)
	o := fail(id, marked(nearest, at), marked(sent, at), why, "register "+sent+", or let the app send "+nearest)
	o.Span = playground.Span{Part: "param:redirect_uri", Start: at, End: len(sent)}
	return o
}

// marked puts a sign before the first character that differs.
func marked(uri string, at int) string {
	if at >= len(uri) {
		return uri + " ⟵ ends here"
	}
	return uri[:at] + " ⟶ " + uri[at:]
}

// common counts the bytes that two texts begin with.
func common(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// commonEnd counts the bytes that two texts end with.
func commonEnd(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// samePorts compares loopback URIs without their port (RFC 8252 §7.3).
func samePorts(a, b string) bool {
	u, err := url.Parse(a)
	v, verr := url.Parse(b)
	if err != nil || verr != nil || !loopback(u.Hostname()) || u.Scheme != "http" {
		return false
	}
	u.Host, v.Host = u.Hostname(), v.Hostname()
	return u.String() == v.String()
}

// difference names what the two differ in.
func difference(registered, sent string) (id, why string) {
	a, err := url.Parse(registered)
	b, berr := url.Parse(sent)
	switch {
	case err != nil || berr != nil:
		return "", ""
	case strings.TrimSuffix(registered, "/") == strings.TrimSuffix(sent, "/"):
		return "redirect_uri_slash", "One ends with a slash."
	case a.Scheme != b.Scheme:
		return "redirect_uri_scheme", "The schemes differ. Behind a proxy that ends TLS, an app takes itself for http: tell its framework about the proxy."
	case a.Hostname() != b.Hostname() && loopback(a.Hostname()) && loopback(b.Hostname()):
		return "redirect_uri_loopback", "localhost and 127.0.0.1 are one machine and two texts."
	case a.Hostname() != b.Hostname():
		return "redirect_uri_host", "The hosts differ."
	case a.Port() != b.Port():
		return "redirect_uri_port", "The ports differ. Only a native app’s loopback URI matches on any port."
	case a.Path != b.Path && strings.EqualFold(a.Path, b.Path):
		return "redirect_uri_case", "The path differs in upper and lower case."
	case a.Path != b.Path:
		return "redirect_uri_path", "The paths differ."
	case a.RawQuery != b.RawQuery:
		return "redirect_uri_query", "The queries differ."
	}
	return "", ""
}
