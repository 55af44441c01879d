package lab_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/internal/keycache"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// fetches are the requests for AcmeID's keys that are in the log.
func fetches(l *lab.Lab) []*trace.Entry {
	items, _ := l.Log().After(0)
	return trace.To(trace.Entries(items), trace.RoleAS, http.MethodGet, "/jwks")
}

// A JWT's keys come over the wire, once for all calls of their lifetime, and each
// API has a cache of its own (RFC 9068 §4).
func TestAPIsFetchTheKeys(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	token := mintSteps(t, l)
	for range 5 {
		if got := s.steps(t, token); got != http.StatusOK {
			t.Fatal(got)
		}
	}
	all := fetches(l)
	if len(all) != 1 {
		t.Fatalf("five calls made %d fetches, want 1", len(all))
	}
	if e := all[0]; e.From != lab.StepCloudParty() || e.Channel != trace.Back || e.Response.Status != http.StatusOK || len(e.ResponseFindings) == 0 {
		t.Errorf("%+v", e)
	}
	if res := s.call(t, http.MethodGet, "/rs/main/mealcloud/v1/meals", token); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token of another audience at MealCloud: %d", res.StatusCode)
	}
	if all = fetches(l); len(all) != 2 || all[1].From.ID != lab.MealCloud {
		t.Errorf("MealCloud judged a JWT by keys that it never fetched: %d fetches", len(all))
	}
	l.Advance(5*time.Minute - time.Second) // AcmeID says max-age=300
	if s.steps(t, token); len(fetches(l)) != 2 {
		t.Error("the keys were fetched again before their lifetime was over")
	}
	l.Advance(2 * time.Second)
	if s.steps(t, token); len(fetches(l)) != 3 {
		t.Error("the keys were not fetched again after their lifetime")
	}
}

// The fetch belongs to the run and the step in which it was needed, and undoing
// that step does not take the keys from the API.
func TestFetchBelongsToTheRun(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{PKCE: true})
	b := s.browser(t)
	b.enter(r)
	start := r.Checkpoint()
	b.walk(lab.FitTrack, "alice")
	mine := trace.To(r.Entries(), trace.RoleAS, http.MethodGet, "/jwks")
	if len(mine) != 1 || mine[0].Run != r.ID() || mine[0].From != lab.StepCloudParty() {
		t.Fatalf("the run has %d fetches", len(mine))
	}
	if err := r.Restore(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	b.walk(lab.FitTrack, "alice")
	if n := len(fetches(s.Main())); n != 1 {
		t.Errorf("%d fetches after the run was undone and gone through again, want 1", n)
	}
}

// An unknown kid makes an API look once more, and made-up ones do not make it ask
// without end.
func TestUnknownKidIsLookedForOnce(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	first := mintSteps(t, l)
	s.steps(t, first)
	next, err := l.PublishKey("RS256")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.ActivateKey(next); err != nil {
		t.Fatal(err)
	}
	if got := s.steps(t, mintSteps(t, l)); got != http.StatusOK || len(fetches(l)) != 2 {
		t.Errorf("a key that is new: %d after %d fetches", got, len(fetches(l)))
	}
	_, rest, _ := strings.Cut(first, ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"at+jwt","kid":"of-mallory"}`)) + "." + rest
	for n := range 10 {
		if got := s.steps(t, forged); got != http.StatusUnauthorized {
			t.Errorf("a made-up kid: %d", got)
		}
		e := lastAt(t, l, "/v1/steps")
		want := "signing_keys_again"
		if n+3 > 1+keycache.MaxLookups {
			want = "signing_keys_limit"
		}
		if f := row(e, "signing_keys"); f.FindingID() != want || f.Message == "" {
			t.Errorf("call %d: %s, want %s", n+1, f.FindingID(), want)
		}
	}
	if n := len(fetches(l)); n != 1+keycache.MaxLookups {
		t.Errorf("%d fetches, want %d", n, 1+keycache.MaxLookups)
	}
	if got := s.steps(t, first); got != http.StatusOK {
		t.Errorf("a good token after made-up ones: %d", got)
	}
}

func lastAt(t *testing.T, l *lab.Lab, path string) *trace.Entry {
	t.Helper()
	items, _ := l.Log().After(0)
	all := trace.To(trace.Entries(items), "", "", path)
	if len(all) == 0 {
		t.Fatalf("nothing came to %s", path)
	}
	return all[len(all)-1]
}

func row(e *trace.Entry, rule string) *playground.Finding {
	if f := e.Finding(rule); f != nil {
		return f
	}
	return &playground.Finding{Rule: &playground.Rule{}}
}

// What is wrong with the key set reaches the API. Where it has no keys it can't
// judge, which is another answer than a refusal, and lets nobody in.
func TestFaultsOfTheKeySetReachTheAPI(t *testing.T) {
	for fault, want := range map[string]int{
		"jwks_500":                  http.StatusServiceUnavailable,
		"jwks_empty":                http.StatusServiceUnavailable,
		"jwks_10mb":                 http.StatusServiceUnavailable,
		"jwks_use_enc":              http.StatusUnauthorized,
		"key_compromised":           http.StatusUnauthorized,
		"jwks_has_oct_key":          http.StatusOK,
		"jwks_kid_missing_multiple": http.StatusUnauthorized,
	} {
		t.Run(fault, func(t *testing.T) {
			s := newSite(t, nil)
			l := s.Main()
			token := mintSteps(t, l)
			if err := l.SetFault(mockprovider.FaultSwitch{Name: fault}); err != nil {
				t.Fatal(err)
			}
			if got := s.steps(t, token); got != want {
				t.Fatalf("%d, want %d: %+v", got, want, row(lastAt(t, l, "/v1/steps"), "signing_keys").Outcome)
			}
			e := lastAt(t, l, "/v1/steps")
			if f := row(e, "signing_keys"); want == http.StatusServiceUnavailable && (f.Status != playground.StatusFail || f.Got == "" || e.Response.Header.Get("WWW-Authenticate") != "") {
				t.Errorf("%+v %v", f, e.Response.Header)
			}
			if err := l.ClearFault(fault); err != nil {
				t.Fatal(err)
			}
			l.Advance(6 * time.Minute)
			if got := s.steps(t, token); got != http.StatusOK {
				t.Errorf("after the fault: %d", got)
			}
		})
	}
}

// Keys that were fetched before the fault are good for their lifetime.
func TestHeldKeysOutliveAFault(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	token := mintSteps(t, l)
	s.steps(t, token)
	if err := l.SetFault(mockprovider.FaultSwitch{Name: "jwks_500"}); err != nil {
		t.Fatal(err)
	}
	if got := s.steps(t, token); got != http.StatusOK {
		t.Errorf("with the keys at hand: %d", got)
	}
	l.Advance(6 * time.Minute)
	for range keycache.MaxFetches + 2 {
		if got := s.steps(t, token); got != http.StatusServiceUnavailable {
			t.Errorf("with keys whose lifetime is over: %d", got)
		}
	}
	if n := len(fetches(l)); n != 1+keycache.MaxFetches {
		t.Errorf("%d fetches", n)
	}
}

// A key that is revoked at once goes on at an API that holds it, until the
// lifetime of what it holds is over.
func TestRevokedKeyLivesOnInTheCache(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	stolen := mintSteps(t, l)
	s.steps(t, stolen)
	kid := kidsOf(t, l, mockprovider.KeySigns)[0]
	if err := l.RevokeKey(kid); err != nil {
		t.Fatal(err)
	}
	if got := s.steps(t, stolen); got != http.StatusOK {
		t.Errorf("the API asked AcmeID for a call that its keys cover: %d", got)
	}
	held := l.HeldKeys()[0]
	if held.Party != lab.StepCloudParty() || !slices.Contains(held.KIDs, kid) || held.Stale || !held.Until.Equal(held.At.Add(5*time.Minute)) {
		t.Errorf("%+v", held)
	}
	l.Advance(held.Until.Sub(l.Now()))
	if !l.HeldKeys()[0].Stale {
		t.Error("the keys are not old after their lifetime")
	}
	if got := s.steps(t, stolen); got != http.StatusUnauthorized {
		t.Errorf("after the lifetime of its keys: %d", got)
	}
}

// After a reset, and after a snapshot was restored, the APIs hold nothing.
func TestResetEmptiesTheCaches(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	if _, err := l.TakeSnapshot("before"); err != nil {
		t.Fatal(err)
	}
	for name, back := range map[string]func() error{
		"reset": l.Reset, "restore": func() error { return l.RestoreSnapshot("before") },
	} {
		s.steps(t, mintSteps(t, l))
		if len(l.HeldKeys()[0].KIDs) != len(l.Keys().Algs()) {
			t.Fatalf("%+v", l.HeldKeys())
		}
		if err := back(); err != nil {
			t.Fatal(err)
		}
		if held := l.HeldKeys()[0]; len(held.KIDs) != 0 || !held.At.IsZero() {
			t.Errorf("%s: %+v", name, held)
		}
	}
}

// A post without a logout token is refused before anybody is asked for keys.
func TestNoLogoutTokenNoFetch(t *testing.T) {
	s := newSite(t, nil)
	p := s.browser(t).do(http.MethodPost, s.url+"/app/main/"+lab.RunClub+"/backchannel-logout", url.Values{"a": {"b"}})
	if n := len(fetches(s.Main())); p.status != http.StatusBadRequest || n != 0 {
		t.Errorf("%d after %d fetches", p.status, n)
	}
}

// RunClub fetches the keys for the first logout token, and keeps them for the next
// ones. When it has none, it says why it judges nothing, and nobody is logged out.
func TestLogoutTokensShareTheKeys(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	send := func(claims map[string]any) page {
		token, err := l.LogoutToken(t.Context(), claims)
		if err != nil {
			t.Fatal(err)
		}
		return s.browser(t).do(http.MethodPost, s.url+"/app/main/"+lab.RunClub+"/backchannel-logout", url.Values{"logout_token": {token}})
	}
	for range 3 {
		if p := send(nil); p.status != http.StatusOK {
			t.Fatal(p.status)
		}
	}
	all := fetches(l)
	if len(all) != 1 || all[0].From != lab.ClientParty(lab.RunClub) || len(all[0].ResponseFindings) == 0 {
		t.Fatalf("three logout tokens made %d fetches, want 1 of RunClub's", len(all))
	}
	l.Advance(10 * time.Minute)
	if err := l.SetFault(mockprovider.FaultSwitch{Name: "jwks_500"}); err != nil {
		t.Fatal(err)
	}
	if p := send(nil); p.status != http.StatusBadRequest {
		t.Errorf("without keys: %d", p.status)
	}
	items, _ := l.Log().After(0)
	told := trace.To(trace.Entries(items), trace.RoleClient, http.MethodPost, "/backchannel-logout")
	i := slices.IndexFunc(told[len(told)-1].RequestFindings.All(), func(f playground.Finding) bool { return f.ID == "logout_token" })
	if i < 0 {
		t.Fatal("no row about the logout token")
	}
	if f := told[len(told)-1].RequestFindings.All()[i]; f.Status != playground.StatusFail || !strings.Contains(f.Why, "Nobody is logged out") {
		t.Errorf("%+v", f)
	}
}

// RunClub's keys are among those that the lab shows. A logout token that is signed
// with a key it has not seen makes it look once more.
func TestLogoutTokenAfterARotation(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	held := func() lab.HeldKeys {
		all := l.HeldKeys()
		i := slices.IndexFunc(all, func(h lab.HeldKeys) bool { return h.Party == lab.ClientParty(lab.RunClub) })
		if i < 0 {
			t.Fatalf("RunClub is not among %+v", all)
		}
		return all[i]
	}
	if h := held(); !h.At.IsZero() || len(h.KIDs) != 0 {
		t.Errorf("before the first logout token: %+v", h)
	}
	send := func() {
		token, err := l.LogoutToken(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if p := s.browser(t).do(http.MethodPost, s.url+"/app/main/"+lab.RunClub+"/backchannel-logout", url.Values{"logout_token": {token}}); p.status != http.StatusOK {
			t.Fatal(p.status)
		}
	}
	send()
	old := kidsOf(t, l, mockprovider.KeySigns)
	if h := held(); !slices.Contains(h.KIDs, old[0]) {
		t.Errorf("RunClub holds %v, AcmeID signs with %v", h.KIDs, old)
	}
	for _, alg := range l.Keys().Algs() {
		next, err := l.PublishKey(alg)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(held().KIDs, next) {
			t.Errorf("RunClub has %s, which it never fetched", next)
		}
		if err := l.ActivateKey(next); err != nil {
			t.Fatal(err)
		}
	}
	send()
	if n := len(fetches(l)); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
	for _, kid := range kidsOf(t, l, mockprovider.KeySigns) {
		if slices.Contains(old, kid) || !slices.Contains(held().KIDs, kid) {
			t.Errorf("RunClub holds %v, AcmeID signs with %s", held().KIDs, kid)
		}
	}
}
