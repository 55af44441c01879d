package main

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"claimcheck/server/internal/browsertest"
)

// TestBrowserFlow looks at the walkthrough in its states: before a run, with a
// fault, while editing, and each tab of the inspector.
func TestBrowserFlow(t *testing.T) {
	s := start(t)
	b := browsertest.Start(t)
	const base = "/flows/authorization-code-pkce/"
	_, done := s.walked(t, "page")
	broken, fault := s.walked(t, "code")
	broken.act("callback", "fault", fault, url.Values{"fault": {"wrong_state"}, "guess": {"2"}})
	broken.goOn()
	_, half := s.walked(t, "callback-check")
	_, other := s.walked(t, "code")
	pages := []string{
		base + "connect", base + "connect?view=text", base + "connect?print=1&run=" + done, base + "connect?print=key",
		base + "callback?run=" + fault, base + "callback?tab=wrong&run=" + fault,
		base + "token-request?edit=1&run=" + half, base + "token-check?tab=values&run=" + done,
		base + "code?tab=who&run=" + done, base + "api-check?run=" + done,
		base + "token-request?tab=rfc&run=" + done, base + "token-response?tab=message&run=" + done,
		base + "code?view=wire&run=" + other, base + "code?view=table&run=" + other,
	}
	for _, look := range []browsertest.Look{{Width: 1280}, {Width: 1280, Dark: true}, {Width: 375}, {Width: 320}} {
		tab := b.Tab(t, look)
		for _, path := range pages {
			t.Run(fmt.Sprintf("%s%s", look, path), func(t *testing.T) {
				tab := tab.For(t)
				tab.Visit(s.origin.String() + path)
				if got := tab.Status(); got != http.StatusOK {
					t.Errorf("it answers %d", got)
				}
				for _, c := range tab.Complaints() {
					t.Error(c)
				}
				if n := tab.Bytes(); n > maxTransfer {
					t.Errorf("%d bytes transferred, want at most %d", n, maxTransfer)
				}
				if over := tab.Overflow(); over != "" {
					t.Errorf("it scrolls sideways: %s", over)
				}
				if look.Width == 320 {
					return // nothing but the width differs from 375
				}
				for _, v := range tab.Axe() {
					t.Error(v)
				}
			})
		}
	}
}

// Each flow, walked to its end, is complete for assistive technology and fits the
// screen, on a desk and at night on a telephone. The last step has all there is:
// messages, values, and what to take along.
func TestBrowserFlowsAtTheirEnd(t *testing.T) {
	s := start(t)
	s.mustRead(t)
	b := browsertest.Start(t)
	tabs := map[browsertest.Look]*browsertest.Tab{}
	for _, look := range []browsertest.Look{{Width: 1280}, {Width: 375, Dark: true}} {
		tabs[look] = b.Tab(t, look)
	}
	for _, f := range s.walks.Flows() {
		v := f.Variants()[0]
		walk, err := s.walks.Start(s.world.Main(), v, true)
		if err != nil {
			t.Fatal(err)
		}
		last := v.Steps()[len(v.Steps())-1].ID
		if at, err := walk.Do(t.Context(), last); err != nil {
			t.Fatalf("%s, %s: %v", f.ID, at, err)
		}
		for look, tab := range tabs {
			t.Run(fmt.Sprintf("%s/%s", f.ID, look), func(t *testing.T) {
				tab := tab.For(t)
				tab.Visit(s.origin.String() + walk.Href(last))
				if wide := tab.Overflow(); wide != "" {
					t.Errorf("wider than the screen: %s", wide)
				}
				for _, problem := range append(tab.Axe(), tab.Complaints()...) {
					t.Error(problem)
				}
			})
		}
	}
}
