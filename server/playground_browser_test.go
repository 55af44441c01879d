package main

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"claimcheck/server/internal/browsertest"
)

// evaluate is what an expression says in the tab.
func evaluate(t *testing.T, tab *browsertest.Tab, expression string) string {
	t.Helper()
	text, err := chromedp.Run(tab.Context, chromedp.Evaluate[string](expression))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// opened is the playground, opened by a link that holds a token and a policy.
func opened(t *testing.T, s *site, look browsertest.Look) *browsertest.Tab {
	t.Helper()
	rfc := rfcExample()
	tab := browsertest.Start(t).Tab(t, look)
	tab.Visit(s.origin.String() + "/playground#" + url.Values{"token": {rfc[0]}, "alg": {"HS256"}, "iss": {"joe"}, "now": {"1300819000"}}.Encode())
	tab.Do(chromedp.WaitVisible(chromedp.CSS("#checks .ladder")))
	return tab
}

// TestBrowserPlaygroundLink: a link fills the fields, the page judges, and the
// address keeps nothing of it.
func TestBrowserPlaygroundLink(t *testing.T) {
	s := start(t)
	tab := opened(t, s, browsertest.Look{Width: 375})
	if got := evaluate(t, tab, `location.href`); got != s.origin.String()+"/playground" {
		t.Errorf("the address is %s", got)
	}
	if got := evaluate(t, tab, `document.querySelector("[name=iss]").value + " " + document.querySelector("[name=alg]:checked").value + " " + document.querySelector("#verdict-said").textContent`); !strings.HasPrefix(got, "joe HS256") || !strings.Contains(got, "cannot decide without a key") {
		t.Errorf("the page says %s", got)
	}
	if got := evaluate(t, tab, `document.querySelector("#sent").textContent`); !strings.Contains(got, "sent 1 request ") {
		t.Errorf("counted: %s", got)
	}
	for _, c := range tab.Complaints() {
		t.Error(c)
	}
	for _, v := range tab.Axe() {
		t.Error(v)
	}
	if over := tab.Overflow(); over != "" {
		t.Errorf("it scrolls sideways: %s", over)
	}
}

// TestBrowserByteMap walks over the bits by arrow keys and by mouse.
func TestBrowserByteMap(t *testing.T) {
	s := start(t)
	tab := opened(t, s, browsertest.Look{Width: 1280})
	tab.Do(chromedp.Click(chromedp.CSS("#bytes > summary")), chromedp.WaitVisible(chromedp.CSS(`byte-map [tabindex="0"]`)))
	evaluate(t, tab, `document.querySelector('byte-map [tabindex="0"]').focus(), ""`)
	said := func() string { return evaluate(t, tab, `document.querySelector("byte-map .said").textContent`) }
	focused := func() string { return evaluate(t, tab, `document.activeElement.textContent`) }
	if got := said(); got != "character e · bits of a character 011110 · bits of a byte 01111011 · byte 7b · text {" {
		t.Errorf("on the first character: %s", got)
	}
	tab.Do(chromedp.KeyEvent(kb.ArrowRight))
	if got := said(); focused() != "y" || got != "character y · bits of a character 110010 · bits of a byte 01111011 00100010 · byte 7b 22 · text { \"" {
		t.Errorf("on the second: %s", got)
	}
	tab.Do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	if got := said(); focused() != "{" || !strings.HasPrefix(got, "character e y ") {
		t.Errorf("four lines down: %s, %s", focused(), got)
	}
	if got := evaluate(t, tab, `String(document.querySelectorAll("byte-map table:first-of-type [tabindex='0']").length)`); got != "1" {
		t.Errorf("%s stops for the Tab key in one table", got)
	}
	// The last character of the signature carries two bits that belong to no byte.
	// Each in one go: scrolling moves the page under the real pointer, which speaks too.
	got := evaluate(t, tab, `document.querySelector("byte-map table[data-part=signature] i").focus(), document.querySelector("byte-map .said").textContent`)
	if !strings.Contains(got, "belong to no byte") {
		t.Errorf("on the unused bits: %s", got)
	}
	got = evaluate(t, tab, `(() => {
		document.querySelector("byte-map table[data-part=payload] tbody tr:nth-child(2) td code span").dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
		return document.querySelectorAll("byte-map [data-on]").length + " marked, " + document.querySelector("byte-map .said").textContent;
	})()`)
	if strings.HasPrefix(got, "0 ") || !strings.Contains(got, " marked, character ") {
		t.Errorf("under the mouse: %s", got)
	}
	for _, v := range tab.Axe() {
		t.Error(v)
	}
	for _, c := range tab.Complaints() {
		t.Error(c)
	}
}

// TestBrowserPresenting: with the box ticked no value is legible, on the page
// that is there and on the next.
func TestBrowserPresenting(t *testing.T) {
	s := start(t)
	tab := opened(t, s, browsertest.Look{Width: 1280})
	mask := func(selector string) string {
		return evaluate(t, tab, `getComputedStyle(document.querySelector("`+selector+`")).webkitTextSecurity`)
	}
	all := []string{"#token", "#key", "#sign_key", "#payload", ".badge .raw", "#made .raw"}
	for _, selector := range all {
		if mask(selector) != "none" {
			t.Errorf("%s is masked without being asked", selector)
		}
	}
	tab.Do(chromedp.Click(chromedp.CSS("#present")))
	for _, selector := range all {
		if mask(selector) != "disc" {
			t.Errorf("%s is legible", selector)
		}
	}
	w := &walker{tab, t}
	w.leads(chromedp.Click(chromedp.CSS(`button[value="example:rfc"]`)))
	tab.Do(chromedp.WaitVisible(chromedp.CSS(".badge td code")))
	for _, selector := range append(all, ".badge td code") {
		if mask(selector) != "disc" {
			t.Errorf("after a button %s is legible", selector)
		}
	}
}
