package lab_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
	"claimcheck/playground"
)

// seeded walks once through a seeded lab at a fixed time and returns the values
// that went over the wire, without the address, which differs.
func seeded(t *testing.T, seed string) (values []string) {
	t.Helper()
	noon := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	s := newSite(t, func(c *lab.Config) {
		c.Seed = seed
		c.Now = func() time.Time { return noon }
	})
	r := s.run(t, lab.RunConfig{PKCE: true})
	b := s.browser(t)
	b.enter(r)
	b.walk(lab.FitTrack, "alice")
	token := trace.To(r.Entries(), trace.RoleAS, http.MethodPost, "/token")
	if len(token) != 1 || !token[0].Accepted() {
		t.Fatalf("no token:\n%s", shape(r.Entries()))
	}
	got := r.Session()
	key, err := s.Main().Keys().Key("ES256")
	if err != nil {
		t.Fatal(err)
	}
	one, err1 := playground.Signature("ES256", "a.b", key.Private)
	two, err2 := playground.Signature("ES256", "a.b", key.Private)
	if err1 != nil || err2 != nil || string(one) != string(two) {
		t.Error("ES256 does not repeat")
	}
	if err := playground.VerifySignature("ES256", "a.b", one, key.Private.Public()); err != nil {
		t.Errorf("the repeatable signature does not verify: %v", err)
	}
	values = []string{r.ID(), got.State, got.Verifier, got.Code, got.Tokens.RefreshToken, key.KID}
	for _, alg := range []string{"RS256", "EdDSA"} {
		k, err := s.Main().Keys().Key(alg)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, k.KID)
	}
	return values
}

func TestSeedRepeats(t *testing.T) {
	a, again, other := seeded(t, "class of 2026"), seeded(t, "class of 2026"), seeded(t, "another")
	if strings.Join(a, " ") != strings.Join(again, " ") {
		t.Errorf("two passes differ:\n%v\n%v", a, again)
	}
	seen := map[string]bool{}
	for i := range a {
		if a[i] == other[i] && a[i] != "" {
			t.Errorf("value %d is the same under another seed: %s", i, a[i])
		}
		if a[i] != "" && seen[a[i]] {
			t.Errorf("one value serves twice: %s", a[i])
		}
		seen[a[i]] = true
	}
}
