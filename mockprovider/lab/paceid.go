package lab

import (
	"net/http"
	"net/url"
	"strings"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// PaceID is the name of Mallory's authorization server, as it stands in its issuer
// behind the tilde and where an app is asked to connect by it.
const PaceID = "paceid"

// paceSecret is FitTrack's secret at PaceID: another one than at AcmeID.
const paceSecret = "fittrack-secret-at-paceid"

// PaceIDParty is the authorization server that Mallory runs. It is as real as
// AcmeID, with keys, metadata and registrations of its own, and it attacks.
func PaceIDParty() trace.Party {
	return trace.Party{Role: trace.RoleAttacker, ID: PaceID, Name: "PaceID"}
}

// PaceIDIssuer is the issuer identifier of Mallory's authorization server.
func (l *Lab) PaceIDIssuer() string { return l.Issuer() + mockprovider.IssuerMark + PaceID }

// paceClient is an app's client identifier at PaceID. Each server gives its own.
func paceClient(app string) string { return "pace-" + app }

// newPaceID makes Mallory's authorization server.
func (l *Lab) newPaceID(string) (*mockprovider.Provider, error) {
	keys, err := mockprovider.NewKeys("ES256")
	if err != nil {
		return nil, err
	}
	return mockprovider.New(mockprovider.Config{
		Log:    l.world.cfg.Log,
		Issuer: l.PaceIDIssuer(), Name: PaceIDParty().Name,
		Clients: l.paceClients(), APIs: l.apis(), Users: paceUsers(),
		Keys: keys, Now: l.Now, Random: l.random,
		InsecureHTTPIssuer: true, // the lab is reached as its server is reached
	})
}

// paceClients are the cast's clients as PaceID has registered them.
func (l *Lab) paceClients() []mockprovider.Client {
	var all []mockprovider.Client
	for _, id := range []string{FitTrack, FitTrackLite, CoachBoard} {
		c := l.registered(id)
		c.ID, c.GrantTypes, c.ResponseTypes, c.IDTokenAlg = paceClient(id), nil, nil, "ES256"
		c.RedirectURIs = append(c.RedirectURIs, l.clientURL(id)+callbackOf(PaceID))
		if c.Secret != "" {
			c.Secret = paceSecret
		}
		all = append(all, c)
	}
	return all
}

// paceUsers are who has an account at PaceID. What it says about them, Mallory
// writes.
func paceUsers() []mockprovider.User {
	return []mockprovider.User{{
		ID: "pace-77", Username: Mallory, Password: Mallory, Name: "Alice Ames",
		Claims: map[string]any{"name": "Alice Ames", "email": "alice@example.com", "email_verified": true},
	}}
}

// misdirect is what PaceID does with an authorization request: it asks Alice
// nothing, and sends her browser to AcmeID with the app's own request, under the
// name that the app has there (RFC 9700 §4.4.1). At CoachBoard it lets people log in.
// Everything else it does as it should.
func (l *Lab) misdirect(p *mockprovider.Provider) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		app, known := strings.CutPrefix(q.Get("client_id"), paceClient(""))
		if !strings.HasSuffix(r.URL.Path, "/authorize") || !known || app == CoachBoard || p.Client(q.Get("client_id")) == nil {
			p.ServeHTTP(w, r)
			return
		}
		q.Set("client_id", app)
		q.Set("redirect_uri", l.clientURL(app)+callbackOf("")) // the one that AcmeID knows
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Location", l.Issuer()+"/authorize?"+ordered(r.URL.RawQuery, q))
		w.WriteHeader(http.StatusSeeOther)
	})
}

// ordered writes the parameters of q in the order of raw.
func ordered(raw string, q url.Values) string {
	var parts []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if q.Has(name) {
			parts = append(parts, url.QueryEscape(name)+"="+url.QueryEscape(q.Get(name)))
			q.Del(name)
		}
	}
	return strings.Join(parts, "&")
}
