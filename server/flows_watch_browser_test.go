package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"claimcheck/mockprovider/lab"
	"claimcheck/server/internal/browsertest"
	"claimcheck/server/internal/snippet"
	"claimcheck/server/internal/visitor"
)

// TestBrowserOwnApp watches a flow while an own app logs in: the steps fill
// without a reload, and the reader stays where they were.
func TestBrowserOwnApp(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	b := browsertest.Start(t)
	id := s.register(t, snippet.Web, "http://localhost:3000/callback")
	for _, look := range []browsertest.Look{{Width: 1280}, {Width: 375, Dark: true}, {Width: 320}} {
		t.Run(look.String(), func(t *testing.T) {
			tab := b.Tab(t, look)
			tab.Visit(s.origin.String() + "/flows/authorization-code-pkce/token-check?app=" + id)
			tab.Do(chromedp.WaitVisible(chromedp.CSS("live-log button"))) // the stream is about to open
			tab.Do(chromedp.Focus(chromedp.CSS("#heading")))
			v := visitor.Visitor{Transport: s.client.Transport, Username: "alice", Password: "alice"}
			if _, err := v.Login(t.Context(), visitor.Client{
				Issuer: s.world.Main().Issuer(), ID: id, Secret: s.world.Main().Registry().Client(id).Secret,
				RedirectURI: "http://localhost:3000/callback", Scopes: []string{lab.ScopeStepsRead},
			}); err != nil {
				t.Fatal(err)
			}
			tab.Do(chromedp.WaitVisible(chromedp.CSS("#act .result")))
			if got := tab.Text("#watched"); !strings.Contains(got, "step 11") {
				t.Errorf("it says %q", got)
			}
			if got := tab.Text("#act"); !strings.Contains(got, "AcmeID ran its rules") {
				t.Errorf("the step says %q", got)
			}
			for _, c := range tab.Complaints() {
				t.Error(c)
			}
			if over := tab.Overflow(); over != "" {
				t.Errorf("it scrolls sideways: %s", over)
			}
			for _, x := range tab.Axe() {
				t.Error(x)
			}
		})
	}
}
