package lessons

import (
	"net/netip"
	"net/url"

	"claimcheck/mockprovider/trace"
)

// What a pattern can say about the loopback address of a native app.
const (
	loopbackRequest = "request" // the request names one as its redirect_uri
	loopbackCode    = "code"    // the answer redirects there, with a code
)

// loopbackIs says whether an entry is what a pattern wants of a native app's
// address, whichever port the system has given it.
func loopbackIs(want string, e *trace.Entry) bool {
	switch want {
	case loopbackRequest:
		u, err := url.Parse(e.Request.Param("redirect_uri"))
		return err == nil && isLoopbackPort(u)
	case loopbackCode:
		l := e.Response.Location()
		return l != nil && isLoopbackPort(l) && l.Query().Get("code") != ""
	}
	return true
}

// isLoopbackPort tells http at a port of the loopback IP literal (RFC 8252 §7.3).
// The name localhost is none: it may lead elsewhere (§8.3).
func isLoopbackPort(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback() && u.Scheme == "http" && u.Port() != ""
}
