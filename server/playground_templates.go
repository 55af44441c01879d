package main

import (
	"fmt"

	"claimcheck/mockprovider/lab"
	"claimcheck/playground"
)

// benchTemplate is a button that fills “Build a token” with one kind of token.
type benchTemplate struct {
	Name, Text string
	typ        string
	payload    func(l *lab.Lab, now int64) string
}

// benchTemplates are the kinds of token that one meets in OAuth, with the
// claims that each must have.
func benchTemplates() []benchTemplate {
	return []benchTemplate{
		{"jwt", "A plain JWT", "JWT", func(_ *lab.Lab, now int64) string {
			return fmt.Sprintf("{\n  \"iss\": \"https://acme.example\",\n  \"sub\": \"alice\",\n  \"aud\": \"stepcloud\",\n  \"iat\": %d,\n  \"exp\": %d\n}", now, now+600)
		}},
		{"access", "Access token (RFC 9068)", "at+jwt", func(l *lab.Lab, now int64) string {
			return fmt.Sprintf("{\n  \"iss\": %q,\n  \"sub\": \"alice\",\n  \"aud\": %q,\n  \"client_id\": \"fittrack\",\n  \"scope\": \"steps:read\",\n  \"iat\": %d,\n  \"exp\": %d,\n  \"jti\": \"t-4711\"\n}", l.Issuer(), l.Origin()+"/rs/"+l.ID()+"/stepcloud", now, now+600)
		}},
		{"id", "ID token (OpenID Connect)", "JWT", func(l *lab.Lab, now int64) string {
			return fmt.Sprintf("{\n  \"iss\": %q,\n  \"sub\": \"alice\",\n  \"aud\": \"coachboard\",\n  \"nonce\": \"n-0S6_WzA2Mj\",\n  \"auth_time\": %d,\n  \"iat\": %d,\n  \"exp\": %d\n}", l.Issuer(), now-30, now, now+600)
		}},
		{"assertion", "Client assertion (RFC 7523)", "client-authentication+jwt", func(l *lab.Lab, now int64) string {
			return fmt.Sprintf("{\n  \"iss\": \"nightly-report\",\n  \"sub\": \"nightly-report\",\n  \"aud\": %q,\n  \"iat\": %d,\n  \"exp\": %d,\n  \"jti\": \"a-4711\"\n}", l.Issuer(), now, now+60)
		}},
		{"logout", "Logout token (back channel)", "logout+jwt", func(l *lab.Lab, now int64) string {
			return fmt.Sprintf("{\n  \"iss\": %q,\n  \"sub\": \"alice\",\n  \"aud\": \"coachboard\",\n  \"iat\": %d,\n  \"exp\": %d,\n  \"jti\": \"l-4711\",\n  \"events\": { \"http://schemas.openid.net/event/backchannel-logout\": {} }\n}", l.Issuer(), now, now+120)
		}},
	}
}

// loadTemplate fills header and payload; the algorithm stays the one that the
// header named, so that the key goes on fitting.
func loadTemplate(l *lab.Lab, f *benchForm, name string) {
	v, _ := playground.ScanJSON([]byte(f.Header))
	alg, kid := v.String("alg"), v.String("kid")
	if alg == "" {
		alg = "HS256"
	}
	for _, t := range benchTemplates() {
		if t.Name != name {
			continue
		}
		f.Header = fmt.Sprintf(`{"alg":%q,"typ":%q}`, alg, t.typ)
		if kid != "" {
			f.Header = fmt.Sprintf(`{"alg":%q,"typ":%q,"kid":%q}`, alg, t.typ, kid)
		}
		f.Payload = t.payload(l, l.Now().Unix())
	}
}
