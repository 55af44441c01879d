package doctor

import (
	"net"
	"net/url"
	"strings"

	"claimcheck/playground"
)

const (
	oidcSuffix  = "/.well-known/openid-configuration"
	oauthPrefix = "/.well-known/oauth-authorization-server"
)

// addressChecks look at the address that the app has for the issuer.
func addressChecks() []playground.Check[examination] {
	return []playground.Check[examination]{
		check("address_readable", "The address is a URL", discovery("2"), (*examination).readable),
		check("address_scheme", "It has the lab’s scheme", discovery("4.3"), (*examination).scheme),
		check("address_host", "It has the host that the issuer has", discovery("4.3"), (*examination).host),
		check("address_port", "It has the lab’s port", discovery("4.3"), (*examination).port),
		check("address_well_known", "The well-known segment is where it belongs", rfc("8414", "3.1"), (*examination).wellKnown),
		check("address_lab", "It names the lab", discovery("4.3"), (*examination).lab),
		check("address_slash", "It does not end with a slash", discovery("4.3"), (*examination).slash),
		check("address_https", "Libraries that want https are told", rfc("8414", "2"), (*examination).https),
	}
}

func (e *examination) readable() playground.Outcome {
	if e.Address == "" {
		return none()
	}
	u, err := url.Parse(e.Address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fail("", e.Issuer, e.Address, "", "write the whole address, with http:// and the host")
	}
	e.address = u
	return playground.Pass()
}

func (e *examination) scheme() playground.Outcome {
	switch {
	case e.address == nil:
		return none()
	case e.address.Scheme != e.issuer.Scheme:
		return fail("", e.issuer.Scheme, e.address.Scheme, "The lab listens for "+e.issuer.Scheme+" alone, and the issuer is compared character by character.", "use "+e.Issuer)
	}
	return playground.Pass()
}

func (e *examination) host() playground.Outcome {
	if e.address == nil {
		return none()
	}
	want, got := e.issuer.Hostname(), e.address.Hostname()
	switch {
	case strings.EqualFold(want, got):
		return playground.Pass()
	case container(got):
		return fail("address_container", want, got,
			"From inside a container, localhost is the container. The app reached the lab by another name, but tokens and metadata still name the issuer "+e.Issuer+".",
			"start the lab with -public-url "+e.address.Scheme+"://"+e.address.Host+" so that the issuer has that name, and let the browser know the name too (a line in its hosts file); or run the app with the network of the host (--network host). With -host "+got+" the lab answers to the name, but its issuer stays")
	case loopback(want) && loopback(got):
		return fail("address_loopback", want, got,
			"localhost, 127.0.0.1 and [::1] are one machine and three origins: libraries compare the issuer as text, and a browser keeps cookies apart.",
			"write "+want+" everywhere, or start the lab with -public-url http://"+e.address.Host)
	}
	return fail("", want, got, "A library refuses metadata whose issuer is not the address that it asked.", "use "+e.Issuer+", or start the lab with -public-url "+e.address.Scheme+"://"+e.address.Host)
}

// container tells names that mean another machine from inside a container: what
// container engines call the host, and names of one word, which are services.
func container(host string) bool {
	switch strings.ToLower(host) {
	case "host.docker.internal", "gateway.docker.internal", "host.containers.internal", "host.minikube.internal":
		return true
	}
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsPrivate()
	}
	return !strings.Contains(host, ".") && host != "localhost"
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (e *examination) port() playground.Outcome {
	if e.address == nil {
		return none()
	}
	if want, got := portOf(e.issuer), portOf(e.address); want != got {
		return fail("", want, got, "", "use "+e.Issuer)
	}
	return playground.Pass()
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443 (the default of https)"
	}
	return "80 (the default of http)"
}

func (e *examination) wellKnown() playground.Outcome {
	if e.address == nil || !strings.Contains(e.address.Path, "/.well-known/") {
		return none()
	}
	const why = "OpenID Connect Discovery appends its segment to the issuer; RFC 8414 puts its own between host and path."
	right := e.Issuer + oidcSuffix
	switch path := e.address.Path; {
	case strings.HasSuffix(path, oidcSuffix) && path != oidcSuffix,
		strings.HasPrefix(path, oauthPrefix+"/"), strings.HasPrefix(path, oidcSuffix+"/"):
		return playground.Pass()
	case strings.HasSuffix(path, oauthPrefix) && path != oauthPrefix:
		return fail("address_oauth_appended", e.issuer.Scheme+"://"+e.issuer.Host+oauthPrefix+e.issuer.Path, e.Address, why, "put the segment before "+e.issuer.Path+", or ask at "+right)
	case path == oidcSuffix, path == oauthPrefix:
		return fail("address_root", right, e.Address, "At the root of the host there is no issuer: each lab has its own, with a path.", "use "+right)
	}
	return fail("", right, e.Address, why, "use "+right)
}

// base is the path of the address without the well-known segment.
func (e *examination) base() string {
	path := e.address.Path
	for _, segment := range []string{oauthPrefix, oidcSuffix} {
		if rest, ok := strings.CutPrefix(path, segment); ok {
			return rest
		}
		if rest, ok := strings.CutSuffix(path, segment); ok {
			return rest
		}
	}
	return path
}

func (e *examination) lab() playground.Outcome {
	if e.address == nil {
		return none()
	}
	want, got := e.issuer.Path, strings.TrimSuffix(e.base(), "/")
	switch got {
	case want:
		return playground.Pass()
	case "":
		return fail("address_path_missing", want, "no path", "One server has many labs, and each is an issuer of its own.", "use "+e.Issuer)
	}
	return fail("", want, got, "", "use "+e.Issuer)
}

func (e *examination) slash() playground.Outcome {
	if e.address == nil {
		return none()
	}
	if strings.HasSuffix(e.base(), "/") && e.base() != "/" {
		return fail("", e.Issuer, e.Address, "The issuer is compared character by character, and the slash is a character.", "take the last slash away; some frameworks add one: look for an option")
	}
	return playground.Pass()
}

// https is no mistake of the address: it says what has to be switched.
func (e *examination) https() playground.Outcome {
	if e.address == nil || e.issuer.Scheme != "http" {
		return none()
	}
	return playground.Outcome{
		Status: playground.StatusInfo, Expected: "https", Got: "http, on this machine",
		Why: "Some libraries refuse an issuer without https unless they are told.",
		Fix: "ASP.NET Core: options.RequireHttpsMetadata = false. openid-client 6: execute: [client.allowInsecureRequests]. Spring Security, Authlib, x/oauth2 and go-oidc take http as it is",
	}
}
