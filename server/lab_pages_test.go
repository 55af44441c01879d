package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
)

// submit sends a form as the lab's owner.
func (s *site) submit(t *testing.T, path string, pairs ...string) answer {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return s.send(t, http.MethodPost, path, form.Encode(), s.owner())
}

func TestRulesPage(t *testing.T) {
	s := start(t)
	l := s.world.Main()
	page := s.send(t, http.MethodGet, "/lab/rules", "")
	for _, want := range []string{"permissive", "rfc6749", "rfc9700", "oauth21", "fapi2", "Rules of AcmeID", "Rules of the apps", "Rules of StepCloud"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, d := range l.Defences() {
		if !strings.Contains(page.body, `name="off" value="`+d.ID+`"`) {
			t.Errorf("%s cannot be switched off", d.ID)
		}
	}
	if got := s.submit(t, "/lab/policy", "policy", "oauth21"); got.StatusCode != http.StatusSeeOther || l.Policy() != mockprovider.PolicyOAuth21 {
		t.Errorf("%d, policy %s", got.StatusCode, l.Policy())
	}
	if got := s.submit(t, "/lab/policy", "policy", "strict"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown policy: %d", got.StatusCode)
	}
}

// While a rule is off, each page that shows traffic says so.
func TestPagesSayThatARuleIsOff(t *testing.T) {
	s := start(t)
	s.send(t, http.MethodGet, "/idp/main/authorize?client_id=nobody", "")
	pages := []string{"/lab", "/lab/log/1", "/lab/rules", "/flows/authorization-code-pkce/connect"}
	said := func(want bool) {
		t.Helper()
		for _, path := range pages {
			if got := s.send(t, http.MethodGet, path, "", s.owner()); got.StatusCode != http.StatusOK || strings.Contains(got.body, `class="offnote"`) != want {
				t.Errorf("%s: %d, says so: %t", path, got.StatusCode, !want)
			}
		}
	}
	said(false)
	s.submit(t, "/lab/defences", "off", "state_equal")
	said(true)
	if got := s.send(t, http.MethodGet, "/playground", ""); strings.Contains(got.body, "offnote") {
		t.Error("the playground has nothing to do with it")
	}
	if got := s.submit(t, "/lab/defences", "on", "*"); got.StatusCode != http.StatusSeeOther {
		t.Error(got.StatusCode)
	}
	said(false)
	if got := s.submit(t, "/lab/defences", "off", "client_known"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a rule that cannot be switched: %d", got.StatusCode)
	}
}

func TestKeysPage(t *testing.T) {
	s := start(t)
	l := s.world.Main()
	at := func(state string) (kid string) {
		keys, err := l.PublishedKeys()
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			if k.State == state && k.Alg == "ES256" {
				return k.KID
			}
		}
		return ""
	}
	first := at(mockprovider.KeySigns)
	for _, step := range [][2]string{{"publish", ""}, {"activate", mockprovider.KeyNext}, {"retire", mockprovider.KeyPrevious}, {"revoke", mockprovider.KeySigns}} {
		kid := ""
		if step[1] != "" {
			kid = at(step[1])
		}
		if got := s.submit(t, "/lab/keys", "act", step[0], "alg", "ES256", "kid", kid); got.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %d %s", step[0], got.StatusCode, got.body)
		}
	}
	if now := at(mockprovider.KeySigns); now == first || now == "" {
		t.Error("the keys are as they were")
	}
	if got := s.submit(t, "/lab/keys", "act", "retire", "kid", at(mockprovider.KeySigns)); got.StatusCode != http.StatusConflict {
		t.Errorf("the key that signs: %d", got.StatusCode)
	}
	if got := s.submit(t, "/lab/keys", "act", "dance"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("dance: %d", got.StatusCode)
	}
}

// The page says what an API still holds of what AcmeID publishes no more.
func TestKeysPageShowsWhatAPIsHold(t *testing.T) {
	s := start(t)
	l := s.world.Main()
	page := func() string { return s.send(t, http.MethodGet, "/lab/keys", "").body }
	if !strings.Contains(page(), "nothing yet: no JWT has come") {
		t.Error("before the first JWT StepCloud holds something")
	}
	token, err := l.Mint(t.Context(), mockprovider.MintRequest{Client: lab.FitTrack, User: "alice", Scope: []string{lab.ScopeStepsRead}})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.send(t, http.MethodGet, "/rs/main/stepcloud/v1/steps", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }); got.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	keys, err := l.PublishedKeys()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.RevokeKey(keys[0].KID); err != nil {
		t.Fatal(err)
	}
	if got := page(); !strings.Contains(got, "<code>"+keys[0].KID+"</code> <b>gone at AcmeID</b>") || strings.Count(got, "not fetched yet") != 1 {
		t.Error("the page does not set the keys at StepCloud against AcmeID’s")
	}
	l.Advance(time.Hour)
	if !strings.Contains(page(), "it fetches a new one before the next JWT") {
		t.Error("the page does not say that the lifetime is over")
	}
}

func TestMintPage(t *testing.T) {
	s := start(t)
	got := s.submit(t, "/lab/mint", "kind", "raw", "claims", `{"a":"b"}`, "unsigned", "yes")
	if got.StatusCode != http.StatusOK || !strings.Contains(got.body, "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJhIjoiYiJ9.") {
		t.Errorf("%d: there is no token on it", got.StatusCode)
	}
	for _, wrong := range [][]string{{"claims", "aud"}, {"header", "[]"}, {"lifetime", "soon"}, {"kid", "nobody"}} {
		got := s.submit(t, "/lab/mint", append(wrong, "kind", "raw")...)
		if got.StatusCode != http.StatusOK || !strings.Contains(got.body, `role="alert"`) || strings.Contains(got.body, `id="token"`) {
			t.Errorf("%v: %d", wrong, got.StatusCode)
		}
	}
}

func TestPeoplePage(t *testing.T) {
	s := start(t)
	l := s.world.Main()
	if got := s.submit(t, "/lab/users", "act", "put", "id", "carol", "password", "carols-password", "name", "Carol", "email", "carol@example.com"); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	if u := l.Registry().User("carol"); u == nil || u.Claims["email"] != "carol@example.com" || u.Claims["name"] != "Carol" {
		t.Errorf("%+v", u)
	}
	page := s.send(t, http.MethodGet, "/lab/people?user=carol", "", s.owner())
	if !strings.Contains(page.body, "Change carol") || strings.Contains(page.body, "carols-password") {
		t.Error("the form is not filled in, or the password stands on the page")
	}
	if got := s.submit(t, "/lab/users", "act", "put", "id", "dora", "password", "x", "username", "alice"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, `role="alert"`) || !strings.Contains(got.body, `value="dora"`) {
		t.Errorf("a user name that is taken: %d", got.StatusCode)
	}
	if got := s.submit(t, "/lab/users", "act", "remove", "id", "carol"); got.StatusCode != http.StatusSeeOther || l.Registry().User("carol") != nil {
		t.Errorf("remove: %d", got.StatusCode)
	}

	made := s.submit(t, "/lab/clients", "act", "put", "id", "mine", "name", "Mine", "uris", "http://localhost:3000/cb\nhttp://localhost:3001/cb", "method", "client_secret_basic")
	c := l.Registry().Client("mine")
	if made.StatusCode != http.StatusOK || c == nil || len(c.RedirectURIs) != 2 || len(c.Scopes) < 4 {
		t.Fatalf("%d %+v", made.StatusCode, c)
	}
	if !strings.Contains(made.body, c.Secret) {
		t.Error("the secret is not shown")
	}
	if again := s.send(t, http.MethodGet, "/lab/people", "", s.owner()); strings.Contains(again.body, c.Secret) || !strings.Contains(again.body, "mine") {
		t.Error("the secret is shown twice")
	}
	if got := s.submit(t, "/lab/clients", "act", "put", "id", "mine", "uris", "http://localhost:3000/cb", "method", "client_secret_basic"); got.StatusCode != http.StatusSeeOther || l.Registry().Client("mine").Secret != c.Secret {
		t.Errorf("a change made another secret: %d", got.StatusCode)
	}
	if got := s.submit(t, "/lab/clients", "act", "put", "id", "other", "uris", "nowhere", "method", "none"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, `role="alert"`) {
		t.Errorf("a URI that is none: %d", got.StatusCode)
	}
	if got := s.submit(t, "/lab/clients", "act", "remove", "id", lab.FitTrack); got.StatusCode != http.StatusConflict {
		t.Errorf("a client of the story: %d", got.StatusCode)
	}
	// A client that registered itself waits until the owner has seen its addresses.
	selfRegistered(s)
	if got := s.send(t, http.MethodGet, "/lab/people", ""); !strings.Contains(got.body, "http://localhost:1/bye") || !strings.Contains(got.body, "Call these: confirm") {
		t.Error("the page does not show what the client asks for")
	}
	if got := s.submit(t, "/lab/clients", "act", "confirm", "id", "asks"); got.StatusCode != http.StatusSeeOther || !l.Registry().Client("asks").Confirmed {
		t.Errorf("confirm: %d", got.StatusCode)
	}
	if got := s.send(t, http.MethodGet, "/lab/people", ""); strings.Contains(got.body, "Call these: confirm") {
		t.Error("the page asks once more")
	}
	// A client without a redirect URI is no trouble for the overview.
	if got := s.submit(t, "/lab/clients", "act", "put", "id", "machine", "grants", "client_credentials", "method", "client_secret_post"); got.StatusCode != http.StatusOK {
		t.Errorf("machine: %d", got.StatusCode)
	}
	if got := s.send(t, http.MethodGet, "/lab", ""); got.StatusCode != http.StatusOK {
		t.Errorf("the overview: %d", got.StatusCode)
	}
	if got := s.submit(t, "/lab/clients", "act", "remove", "id", "mine"); got.StatusCode != http.StatusSeeOther || l.Registry().Client("mine") != nil {
		t.Errorf("remove: %d", got.StatusCode)
	}
}

func TestSnapshotsPage(t *testing.T) {
	s := start(t)
	l := s.world.Main()
	if got := s.submit(t, "/lab/snapshots", "act", "take", "name", "before"); got.StatusCode != http.StatusSeeOther {
		t.Fatal(got.StatusCode)
	}
	if err := l.SetPolicy(mockprovider.PolicyOAuth21); err != nil {
		t.Fatal(err)
	}
	if got := s.submit(t, "/lab/snapshots", "act", "restore", "name", "before"); got.StatusCode != http.StatusSeeOther || l.Policy() != mockprovider.PolicyRFC9700 {
		t.Error(got.StatusCode)
	}
	if got := s.send(t, http.MethodGet, "/lab/snapshots", "", s.owner()); !strings.Contains(got.body, "before") {
		t.Error("the page does not list it")
	}
	if got := s.submit(t, "/lab/snapshots", "act", "delete", "name", "before"); got.StatusCode != http.StatusSeeOther || len(l.Snapshots()) != 0 {
		t.Error(got.StatusCode)
	}
	if got := s.submit(t, "/lab/snapshots", "act", "take", "name", "No name"); got.StatusCode != http.StatusBadRequest {
		t.Error(got.StatusCode)
	}
	if got := s.submit(t, "/lab/seed", "seed", "class"); got.StatusCode != http.StatusSeeOther || l.Seed() != "class" {
		t.Error(got.StatusCode)
	}
}

// Nobody but the owner uses the controls.
func TestControlPagesAreTheOwners(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/lab/policy", "/lab/defences", "/lab/keys", "/lab/mint", "/lab/users", "/lab/clients", "/lab/snapshots", "/lab/seed"} {
		if got := s.send(t, http.MethodPost, path, "a=b"); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}
