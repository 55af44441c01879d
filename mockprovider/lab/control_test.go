package lab_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// lastMark is the newest mark of a lab.
func lastMark(t *testing.T, l *lab.Lab) trace.Mark {
	t.Helper()
	items, _ := l.Log().After(0)
	for _, it := range slices.Backward(items) {
		if it.Mark != nil {
			return *it.Mark
		}
	}
	t.Fatal("there is no mark")
	return trace.Mark{}
}

// steps asks StepCloud with a token.
func (s *site) steps(t *testing.T, token string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/rs/main/stepcloud/v1/steps", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func mintSteps(t *testing.T, l *lab.Lab) string {
	t.Helper()
	token, err := l.Mint(t.Context(), mockprovider.MintRequest{Client: lab.FitTrack, User: "alice", Scope: []string{lab.ScopeStepsRead}})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestSetPolicy(t *testing.T) {
	l := newSite(t, nil).Main()
	if err := l.SetPolicy(mockprovider.PolicyOAuth21); err != nil || l.Policy() != mockprovider.PolicyOAuth21 {
		t.Fatal(l.Policy(), err)
	}
	if m := lastMark(t, l); m.Kind != trace.MarkPolicyChanged || m.Data["before"] != "rfc9700" {
		t.Errorf("%+v", m)
	}
	if err := l.SetPolicy("strict"); !errors.Is(err, lab.ErrInvalid) || l.Policy() != mockprovider.PolicyOAuth21 {
		t.Error(err)
	}
	if err := l.Reset(); err != nil || l.Policy() != mockprovider.PolicyRFC9700 {
		t.Errorf("a reset leaves the policy %s, %v", l.Policy(), err)
	}
}

func TestSetClock(t *testing.T) {
	l := newSite(t, nil).Main()
	to := l.Now().Add(-48 * time.Hour)
	if err := l.SetClock(to); err != nil || l.Now().Sub(to).Abs() > time.Second {
		t.Errorf("%s, want %s: %v", l.Now(), to, err)
	}
	if err := l.SetClock(to.Add(2 * lab.MaxOffset)); !errors.Is(err, lab.ErrInvalid) || l.Now().Sub(to).Abs() > time.Second {
		t.Error(err)
	}
}

// A minted token passes at StepCloud like an issued one, and the log says that it
// was minted without showing it.
func TestLabMint(t *testing.T) {
	s := newSite(t, nil)
	token := mintSteps(t, s.Main())
	if got := s.steps(t, token); got != http.StatusOK {
		t.Errorf("StepCloud answers %d", got)
	}
	items, _ := s.Main().Log().After(0)
	if len(items) == 0 || items[0].Mark == nil || items[0].Mark.Kind != trace.MarkTokenMinted || strings.Contains(fmt.Sprint(*items[0].Mark), token) {
		t.Errorf("%+v", items)
	}
	if _, err := s.Main().Mint(t.Context(), mockprovider.MintRequest{Kind: "cookie"}); !errors.Is(err, lab.ErrInvalid) {
		t.Error(err)
	}
}

func kidsOf(t *testing.T, l *lab.Lab, state string) (kids []string) {
	t.Helper()
	all, err := l.PublishedKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range all {
		if k.Alg == "RS256" && k.State == state {
			kids = append(kids, k.KID)
		}
	}
	return kids
}

// The four actions, seen from StepCloud, which trusts what is published once the
// lifetime of what it holds is over.
func TestKeysOfALab(t *testing.T) {
	s := newSite(t, func(c *lab.Config) { c.Seed = "class" })
	l := s.Main()
	old := kidsOf(t, l, mockprovider.KeySigns)[0]
	first := mintSteps(t, l)
	next, err := l.PublishKey("RS256")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.RetireKey(old); !errors.Is(err, lab.ErrConflict) {
		t.Errorf("the key that signs was retired: %v", err)
	}
	if err := l.ActivateKey(next); err != nil {
		t.Fatal(err)
	}
	if err := l.ActivateKey(next); !errors.Is(err, lab.ErrConflict) {
		t.Errorf("a key was activated twice: %v", err)
	}
	second := mintSteps(t, l)
	for _, token := range []string{first, second} {
		if got := s.steps(t, token); got != http.StatusOK {
			t.Errorf("while both are published: %d", got)
		}
	}
	if err := l.RetireKey(old); err != nil {
		t.Fatal(err)
	}
	l.Advance(6 * time.Minute)
	if got := s.steps(t, first); got != http.StatusUnauthorized {
		t.Errorf("after its key was retired: %d", got)
	}
	if err := l.RevokeKey(next); err != nil {
		t.Fatal(err)
	}
	l.Advance(6 * time.Minute)
	if got := s.steps(t, second); got != http.StatusUnauthorized {
		t.Errorf("after its key was revoked: %d", got)
	}
	if got := s.steps(t, mintSteps(t, l)); got != http.StatusOK {
		t.Errorf("nothing signs after a revocation: %d", got)
	}
	if m := lastMark(t, l); m.Kind != trace.MarkTokenMinted {
		t.Errorf("%+v", m)
	}
	for name, err := range map[string]error{
		"activate": l.ActivateKey("x"), "retire": l.RetireKey("x"), "revoke": l.RevokeKey("x"),
	} {
		if !errors.Is(err, lab.ErrUnknown) {
			t.Errorf("%s an unknown key: %v", name, err)
		}
	}
	if _, err := l.PublishKey("HS256"); !errors.Is(err, lab.ErrInvalid) {
		t.Error(err)
	}
	for err = nil; err == nil; { // up to the cap
		_, err = l.PublishKey("EdDSA")
	}
	if !errors.Is(err, lab.ErrConflict) {
		t.Error(err)
	}
}

// The next keys come from the seed as well.
func TestSeededKeysRepeat(t *testing.T) {
	var kids [2]string
	for i := range kids {
		l := newSite(t, func(c *lab.Config) { c.Seed = "class" }).Main()
		kid, err := l.PublishKey("ES256")
		if err != nil {
			t.Fatal(err)
		}
		kids[i] = kid
	}
	if kids[0] != kids[1] {
		t.Errorf("%v", kids)
	}
}

// Setting a seed is as good as having started with it.
func TestSetSeed(t *testing.T) {
	l := newSite(t, nil).Main()
	random := kidsOf(t, l, mockprovider.KeySigns)
	if err := l.SetSeed("class"); err != nil {
		t.Fatal(err)
	}
	want := kidsOf(t, newSite(t, func(c *lab.Config) { c.Seed = "class" }).Main(), mockprovider.KeySigns)
	if got := kidsOf(t, l, mockprovider.KeySigns); got[0] != want[0] || got[0] == random[0] || l.Seed() != "class" {
		t.Errorf("%v, want %v", got, want)
	}
	if err := l.SetSeed(strings.Repeat("x", lab.MaxSeed+1)); !errors.Is(err, lab.ErrInvalid) || l.Seed() != "class" {
		t.Error(err)
	}
	if err := l.SetSeed(""); err != nil || l.Seed() != "" || kidsOf(t, l, mockprovider.KeySigns)[0] == want[0] {
		t.Error("an empty seed is no way back", err)
	}
}

// Everything that can be changed is as it was.
func TestSnapshot(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	r := s.run(t, lab.RunConfig{PKCE: true})
	b := s.browser(t)
	b.enter(r)
	b.walk(lab.FitTrack, "alice")
	held := r.Session().Tokens.AccessToken
	l.Advance(time.Minute)
	if err := l.InsecureSwitch("state_equal", true); err != nil {
		t.Fatal(err)
	}
	if _, err := l.TakeSnapshot("before"); err != nil {
		t.Fatal(err)
	}

	if err := l.Reset(); err != nil {
		t.Fatal(err)
	}
	next, err := l.PublishKey("ES256")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.SetPolicy(mockprovider.PolicyPermissive), l.ActivateKey(next)); err != nil {
		t.Fatal(err)
	}
	l.Advance(time.Hour)
	if info, _ := l.Provider().Introspect(t.Context(), held); info.Active {
		t.Fatal("the reset left the token")
	}
	during := s.run(t, lab.RunConfig{})

	if err := l.RestoreSnapshot("before"); err != nil {
		t.Fatal(err)
	}
	if l.Policy() != mockprovider.PolicyRFC9700 || l.Offset() != time.Minute || !slices.Equal(l.Off(), []string{"state_equal"}) {
		t.Errorf("policy %s, offset %s, off %v", l.Policy(), l.Offset(), l.Off())
	}
	if key, err := l.Keys().Key("ES256"); err != nil || key.KID == next {
		t.Error("the keys did not come back", err)
	}
	if info, err := l.Provider().Introspect(t.Context(), held); err != nil || !info.Active {
		t.Errorf("the token did not come back: %+v %v", info, err)
	}
	if _, ok := l.Run(during.ID()); ok {
		t.Error("a run of after goes on")
	}
	if m := lastMark(t, l); m.Kind != trace.MarkSnapshotRestored {
		t.Errorf("%+v", m)
	}
}

func TestSnapshotsAreBounded(t *testing.T) {
	l := newSite(t, nil).Main()
	for n := range lab.MaxSnapshots {
		if _, err := l.TakeSnapshot(fmt.Sprint("s", n)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.TakeSnapshot("one-more"); !errors.Is(err, lab.ErrConflict) {
		t.Error(err)
	}
	if _, err := l.TakeSnapshot("s0"); err != nil {
		t.Errorf("one of the same name: %v", err)
	}
	for name, err := range map[string]error{"restore": l.RestoreSnapshot("x"), "delete": l.DeleteSnapshot("x")} {
		if !errors.Is(err, lab.ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := l.DeleteSnapshot("s0"); err != nil || len(l.Snapshots()) != lab.MaxSnapshots-1 {
		t.Error(err)
	}
	if _, err := l.TakeSnapshot("No name!"); !errors.Is(err, lab.ErrInvalid) {
		t.Error(err)
	}
}

// Who is registered, and who was removed, is part of a snapshot.
func TestPeopleOfALab(t *testing.T) {
	s := newSite(t, nil)
	l := s.Main()
	if _, err := l.TakeSnapshot("before"); err != nil {
		t.Fatal(err)
	}
	secret, err := l.PutClient(mockprovider.Client{ID: "mine", TokenEndpointAuthMethod: "client_secret_basic", RedirectURIs: []string{"http://localhost/cb"}})
	if err != nil || len(secret) < 40 || l.Registry().Client("mine").Secret != secret {
		t.Fatalf("%q %v", secret, err)
	}
	if again, err := l.PutClient(mockprovider.Client{ID: "mine", TokenEndpointAuthMethod: "client_secret_basic"}); err != nil || again != "" || l.Registry().Client("mine").Secret != secret {
		t.Errorf("a change made the secret %q: %v", again, err)
	}
	if err := errors.Join(l.PutUser(mockprovider.User{ID: "carol", Password: "x"}), l.RemoveUser("bob")); err != nil {
		t.Fatal(err)
	}
	if m := lastMark(t, l); m.Kind != trace.MarkUserChanged || m.Data["user"] != "bob" {
		t.Errorf("%+v", m)
	}
	for name, c := range map[string]struct{ err, want error }{
		"cast":    {l.RemoveClient(lab.FitTrack), lab.ErrConflict},
		"unknown": {l.RemoveClient("nobody"), lab.ErrUnknown},
		"nobody":  {l.RemoveUser("nobody"), lab.ErrUnknown},
		"taken":   {l.PutUser(mockprovider.User{ID: "dora", Username: "alice"}), lab.ErrInvalid},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if err := l.RestoreSnapshot("before"); err != nil {
		t.Fatal(err)
	}
	if l.Registry().Client("mine") != nil || l.Registry().User("carol") != nil || l.Registry().User("bob") == nil {
		t.Error("the snapshot did not bring back who was there")
	}
}
