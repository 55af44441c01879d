package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"claimcheck/mockprovider/lab"
	"claimcheck/server/internal/browsertest"
	"claimcheck/server/internal/snippet"
)

// TestBrowserConnectSPA runs the single-page app's text in a browser, from an
// origin of its own: Alice logs in, and the app shows who she is.
func TestBrowserConnectSPA(t *testing.T) {
	s := start(t)
	b := browsertest.Start(t)
	var text string
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", htmlType)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(app.Close)
	redirect := app.URL + "/"
	id := s.register(t, snippet.SPA, redirect)
	all, err := snippet.For(snippet.App{Kind: snippet.SPA, Issuer: s.world.Main().Issuer(), ID: id, RedirectURI: redirect, Scopes: []string{"openid", "email", lab.ScopeStepsRead}})
	if err != nil {
		t.Fatal(err)
	}
	text = all[0].Text

	tab := b.Tab(t, browsertest.Look{Width: 1280})
	tab.Visit(redirect)
	tab.Do(
		chromedp.Click(chromedp.CSS("#login")),
		chromedp.SendKeys(chromedp.CSS("#username"), "alice"), chromedp.SendKeys(chromedp.CSS("#password"), "alice"),
		chromedp.Click(chromedp.CSS(`button[value="login"]`)),
		chromedp.Click(chromedp.CSS(`button[value="allow"]`)),
		chromedp.WaitVisible(chromedp.CSS("#out:not(:empty)")),
	)
	if got := tab.Text("#out"); !strings.Contains(got, "alice@example.com") {
		t.Errorf("it shows %q", got)
	}
	for _, c := range tab.Complaints() {
		if !strings.HasPrefix(c, "request to elsewhere: "+s.origin.String()+"/idp/") { // the app's provider
			t.Error(c)
		}
	}
}
