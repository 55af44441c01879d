package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"claimcheck/server/internal/browsertest"
)

// A mock interview on a narrow screen in the dark: an answer with its follow-up by
// the keyboard, the other parts passed, and the report, which prints whole.
func TestBrowserMockInterview(t *testing.T) {
	s := start(t)
	w := &walker{browsertest.Start(t).Tab(t, browsertest.Look{Width: 375, Dark: true}), t}
	w.Visit(s.origin.String() + mockPath)
	w.leads(chromedp.Click(chromedp.CSS("form[action='" + mockPath + "'] button.btn")))
	w.sound()
	for _, box := range []string{"#text", "#follow"} {
		w.tabTo(box)
		w.Do(chromedp.KeyEvent("They are different layers, and no rivals."))
		w.tabTo("button[value=next]")
		w.leads(chromedp.KeyEvent(kb.Enter))
		w.sound()
	}
	for parts := 0; w.has("button[value=skip]"); parts++ {
		if parts > 20 {
			t.Fatal("the interview does not end")
		}
		if w.has("#task") {
			w.leads(chromedp.Click(chromedp.CSS("button[value=judge]")))
			w.sound()
		}
		w.leads(chromedp.Click(chromedp.CSS("button[value=skip]")))
	}
	if got := w.Text("h1"); got != "Report of your interview" {
		t.Fatalf("it ends at %q", got)
	}
	w.sound()
	if got := w.Text(".markpart .said"); !strings.Contains(got, "different layers") {
		t.Errorf("the report shows %q as the first answer", got)
	}
	w.leads(chromedp.Click(chromedp.CSS("button[value=cards]")))
	w.sound()
}
