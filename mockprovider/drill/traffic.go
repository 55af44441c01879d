package drill

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"claimcheck/mockprovider"
)

// traffic is what arrives at the drill's issuer under one fault.
type traffic struct {
	count     sync.Mutex
	authorize url.Values // the last authorization request
	tokens    int        // token requests
	userInfo  int
	before    int // how often the fault had acted before
}

// begin forgets what arrived before.
func (t *traffic) begin(p *mockprovider.Provider, fault string) {
	t.count.Lock()
	defer t.count.Unlock()
	t.authorize, t.tokens, t.userInfo = nil, 0, 0
	t.before = p.FaultsActed()[fault]
}

// ServeHTTP is the drill's issuer.
func (d *Drill) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.count.Lock()
	switch {
	case strings.HasSuffix(r.URL.Path, "/authorize"):
		d.authorize = r.URL.Query()
	case strings.HasSuffix(r.URL.Path, "/token"):
		d.tokens++
	case strings.HasSuffix(r.URL.Path, "/userinfo"):
		d.userInfo++
	}
	d.count.Unlock()
	d.handler.ServeHTTP(w, r)
}

// counted is whether a login was asked for, and how many tokens and profiles.
func (t *traffic) counted() (asked bool, tokens, userInfo int) {
	t.count.Lock()
	defer t.count.Unlock()
	return t.authorize != nil, t.tokens, t.userInfo
}

// seen is what has arrived so far, in words.
func (t *traffic) seen() string {
	t.count.Lock()
	defer t.count.Unlock()
	switch {
	case t.authorize == nil:
		return "Nothing yet: begin a login in your app."
	case t.userInfo > 0:
		return "Your app asked for a login, redeemed a code and called UserInfo."
	case t.tokens > 0:
		return "Your app asked for a login and redeemed a code."
	default:
		return "Your app asked for a login and has redeemed no code."
	}
}

// codeTells names the faults whose answer must not be redeemed: a token request
// under them is acceptance, whatever comes after.
func codeTells(f mockprovider.Fault) bool {
	return f.Group == mockprovider.GroupResponse && f.Expect == mockprovider.ExpectReject && f.Name != "az_other_users_code" && f.Name != "az_unsolicited"
}

// judge says what the traffic proves about the app, Unseen if nothing.
func (t *traffic) judge(p *mockprovider.Provider, name string) (Verdict, string) {
	f, _ := mockprovider.FaultNamed(name)
	t.count.Lock()
	defer t.count.Unlock()
	acted := p.FaultsActed()[name] > t.before
	switch {
	case !acted && f.Group == mockprovider.GroupDiscovery && t.tokens > 0:
		return NotReached, "Your app kept the metadata and keys that it had, so it never met the fault. To meet it, start the app with the issuer " + strings.TrimSuffix(p.Issuer(), issuerName) + name + "."
	case !acted:
		return NotReached, "The login did not come so far that the fault could act."
	case strings.HasPrefix(name, "idt_nonce") && t.authorize.Get("nonce") == "":
		return NotReached, "Your app sends no nonce, so there is none to compare. With PKCE that can be right."
	case name == "az_state_missing" && t.authorize.Get("state") == "":
		return NotReached, "Your app sends no state, so none can be missing. See az_state_wrong."
	case codeTells(f) && t.tokens > 0:
		return Accepted, "It sent a code to the token endpoint."
	}
	return Unseen, ""
}
