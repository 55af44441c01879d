package lab_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"claimcheck/mockprovider/lab"
	"claimcheck/mockprovider/trace"
)

// A free pass of FitTrack Pro: it is asked for a nonce, sends a new proof with it,
// and shows its bound token with a proof.
func TestBoundPass(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{Client: lab.FitTrackPro, PKCE: true})
	b := s.browser(t)
	b.enter(r)
	if end := b.walk(lab.FitTrackPro, "alice"); !strings.Contains(end.html, "11027") {
		t.Fatalf("ended at %s with %d:\n%s", end.url, end.status, end.html)
	}
	tokens := trace.To(r.Entries(), trace.RoleAS, http.MethodPost, "/token")
	if len(tokens) != 2 {
		t.Fatalf("%d token requests, want one without the nonce and one with it", len(tokens))
	}
	if f := tokens[0].Refusal(); f == nil || f.ID != "dpop_nonce" {
		t.Errorf("the first token request: %+v, want it refused by dpop_nonce", f)
	}
	if !tokens[1].Accepted() || tokens[1].AnswerRefusal() != nil {
		t.Errorf("the second token request: %v %v", tokens[1].Refusal(), tokens[1].AnswerRefusal())
	}
	if first, second := tokens[0].Request.Header.Get("DPoP"), tokens[1].Request.Header.Get("DPoP"); first == "" || first == second {
		t.Error("the second proof is the first one")
	}
	call := trace.To(r.Entries(), trace.RoleRS, "", "/v1/steps")[0]
	if !strings.HasPrefix(call.Request.Header.Get("Authorization"), "DPoP ") || call.Finding("dpop_key") == nil {
		t.Error("StepCloud was not shown a bound token with a proof")
	}
}

// What a page shows of a proof is what goes out: the proof stays the same while
// time goes by, and is a new one when it gets too old, or after something was sent.
func TestProofIsTheOneThatWasShown(t *testing.T) {
	s := newSite(t, nil)
	r := s.run(t, lab.RunConfig{Client: lab.FitTrackPro})
	who := lab.ClientParty(lab.FitTrackPro)
	prove := func() string {
		t.Helper()
		proof, err := r.Prove(t.Context(), who, lab.Proof{Method: http.MethodGet, URI: s.url + "/rs/main/stepcloud/v1/steps"})
		if err != nil {
			t.Fatal(err)
		}
		return proof
	}
	first := prove()
	r.Advance(2 * time.Minute)
	if prove() != first {
		t.Error("the proof changed after two minutes, nothing was sent")
	}
	r.Advance(3 * time.Minute)
	second := prove()
	if second == first {
		t.Error("the proof is five minutes old, and AcmeID takes it no more")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/rs/main/stepcloud/v1/steps", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.SendAs(t.Context(), who, req); err != nil {
		t.Fatal(err)
	}
	if prove() == second {
		t.Error("the proof was sent and is shown again")
	}
}

// With a seed everybody has the same keys in the same class, and each party its
// own.
func TestSeededPartyKeys(t *testing.T) {
	thumbprint := func(seed string, who trace.Party) string {
		t.Helper()
		s := newSite(t, func(c *lab.Config) { c.Seed = seed })
		_, jkt, err := s.Main().PartyKey(who)
		if err != nil {
			t.Fatal(err)
		}
		return jkt
	}
	pro := lab.ClientParty(lab.FitTrackPro)
	if a, b := thumbprint("class", pro), thumbprint("class", pro); a != b {
		t.Errorf("one seed, two keys: %s and %s", a, b)
	}
	if thumbprint("class", pro) == thumbprint("class", lab.MalloryParty()) {
		t.Error("Mallory has the client's key")
	}
	if a, b := thumbprint("", pro), thumbprint("", pro); a == b {
		t.Error("two labs without a seed have the same key")
	}
}
