package lab

import (
	"context"
	"maps"

	"golang.org/x/oauth2"

	"claimcheck/playground"
)

// callbackOf is the path of a client's redirect URI for one authorization server:
// AcmeID's, or that of another one.
func callbackOf(server string) string {
	if server == "" {
		return "/callback"
	}
	return "/callback/" + server
}

// issuer is the issuer identifier of the authorization server that a session's
// person chose.
func (a *app) issuer(s *Session) string {
	if s.Server == PaceID {
		return a.lab.PaceIDIssuer()
	}
	return a.lab.Issuer()
}

// at is the client's configuration of golang.org/x/oauth2 at the authorization
// server that the session's person chose.
func (a *app) at(s *Session) *oauth2.Config {
	o := a.oauth(s.Scope)
	if s.Server == PaceID {
		o.ClientID = paceClient(a.id)
		if o.ClientSecret != "" {
			o.ClientSecret = paceSecret
		}
		o.Endpoint.AuthURL, o.Endpoint.TokenURL = a.issuer(s)+"/authorize", a.issuer(s)+"/token"
	}
	if s.Redirect != "" {
		o.RedirectURL = s.Redirect
	}
	return o
}

// mode is how strictly the client's rules run: as in the lab, without what the
// run's client leaves out.
func (a *app) mode(ctx context.Context) playground.Mode {
	m := a.lab.mode()
	r := a.run(ctx)
	if r == nil || len(r.cfg.InsecureOff) == 0 {
		return m
	}
	off := maps.Clone(m.InsecureOff)
	for _, id := range r.cfg.InsecureOff {
		off[id] = true
	}
	return playground.Mode{InsecureOff: off}
}
