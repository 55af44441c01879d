package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"claimcheck/server/internal/browsertest"
)

// TestBrowserAttacks runs every attack by its buttons, without the defence and
// with it, and reads what the page says. One of them is run by the keyboard
// alone, and one without JavaScript.
func TestBrowserAttacks(t *testing.T) {
	s := start(t)
	s.attacker(t) // until the texts are read
	b := browsertest.Start(t)
	mouse := &walker{b.Tab(t, browsertest.Look{Width: 1280}), t}
	press := func(w *walker, value string) {
		w.leads(chromedp.Click(chromedp.CSS(`#act button[name=on][value=` + value + `]`)))
	}
	for _, f := range s.walks.Attacks() {
		t.Run(f.ID, func(t *testing.T) {
			w := &walker{mouse.For(t), t}
			w.Visit(s.origin.String() + f.Path())
			press(w, "none")
			w.says("#tried-off", ".tried .sentence", f.Attack.Gain)
			press(w, "all")
			w.says("#tried-on", ".tried:last-child .sentence", "at step ")
			if w.has(".offnote") {
				t.Error("the banner stays although every rule is on")
			}
			for _, c := range w.Complaints() {
				t.Error(c)
			}
		})
	}
	first := s.walks.Attacks()[0]
	t.Run("keyboard", func(t *testing.T) {
		w := &walker{b.Tab(t, browsertest.Look{Width: 1280}), t}
		w.Visit(s.origin.String() + first.Path())
		w.tabTo(`#act button[value=none]`)
		w.leads(chromedp.KeyEvent(kb.Enter))
		w.says("#tried-off", ".tried .sentence", first.Attack.Gain)
	})
	t.Run("no script", func(t *testing.T) {
		w := &walker{b.Tab(t, browsertest.Look{Width: 375, NoScript: true}), t}
		w.Visit(s.origin.String() + first.Path())
		w.leads(chromedp.Click(chromedp.CSS(`#act button[name=guess][value="1"]`)))
		press(w, "none")
		press(w, "all")
		w.says("#tried-on", ".tried:last-child .sentence", "at step ")
	})
}

// says waits for an element, and reads another one for a text.
func (w *walker) says(there, at, want string) {
	w.t.Helper()
	if !w.has(there) {
		w.t.Fatalf("the page lacks %s", there)
	}
	got, err := chromedp.Run(w.Context, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).textContent", at)))
	if err != nil {
		w.t.Fatal(err)
	}
	if !strings.Contains(got, want) {
		w.t.Errorf("%s says %q, want %q in it", at, got, want)
	}
}
